"""The engine's end of the link: send commands to nodes, get their events in order, each once.

Used by one thread only (the engine's loop).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec
import zmq

from telephony.clock import monotonic
from telephony.link import make_folder
from telephony.protocol import (
    VERSION,
    Acknowledge,
    Alive,
    Command,
    NodeUp,
    Numbered,
    TrunkStanding,
    Welcome,
)

log = logging.getLogger(__name__)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Numbered).decode
_WELCOME_EVERY_SECONDS = 0.5


def _read(frame: bytes) -> Numbered | None:
    """None: words of another version, which we do not know."""
    try:
        return _decode(frame)
    except msgspec.MsgspecError as error:
        log.error("bad event", extra={"action": "link.bad_event", "why": str(error)})
        return None


@dataclass(slots=True)
class NodeView:
    """A node as the engine sees it. `seq` is the last event taken in order."""

    name: str
    epoch: int
    seq: int
    heard_at: float  # monotonic
    welcomed_at: float = -1e9
    calls: int = 0
    seats_ready: int = 0
    version: int = 0  # not heard yet
    trunks: tuple[TrunkStanding, ...] = ()  # not heard yet

    @property
    def is_understood(self) -> bool:
        """Whether it speaks our version: only then it is given calls and seats."""
        return self.version == VERSION


class NodeClient:
    """Binds where the nodes dial in."""

    def __init__(
        self, address: str, engine_epoch: int, progress: dict[str, tuple[int, int]]
    ) -> None:
        """`progress`: node -> (epoch, seq) of the last event that is stored."""
        make_folder(address)
        self._engine_epoch = engine_epoch
        self._progress = progress
        self.nodes: dict[str, NodeView] = {}
        self._socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._socket.setsockopt(zmq.ROUTER_HANDOVER, 1)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(address)

    def send(self, node: str, command: Command) -> bool:
        """False when the node is not there: then the command certainly did not arrive."""
        try:
            self._socket.send_multipart([node.encode(), _encode(command)], zmq.NOBLOCK)
        except zmq.ZMQError:
            return False
        return True

    def events(self, timeout_seconds: float) -> list[Numbered]:
        """What arrived, in order per node; waits up to the timeout when there is nothing."""
        taken: list[Numbered] = []
        wait = timeout_seconds
        while self._socket.poll(int(wait * 1000)):
            _, frame = self._socket.recv_multipart()
            numbered = _read(frame)
            if numbered is not None and self._is_next(numbered):
                taken.append(numbered)
            if len(taken) >= 200:
                break
            wait = 0
        return taken

    def acknowledge(self, node: str) -> None:
        """All events taken from `node` so far are stored."""
        view = self.nodes[node]
        self.send(node, Acknowledge(seq=view.seq))

    def close(self) -> None:
        """Leave; nodes keep their events for the next engine."""
        self._socket.close()

    def _is_next(self, numbered: Numbered) -> bool:
        view = self._view(numbered)
        view.heard_at = monotonic()
        if isinstance(numbered.event, Alive):
            view.calls, view.seats_ready = numbered.event.calls, numbered.event.seats_ready
            view.trunks = numbered.event.trunks
        if isinstance(numbered.event, Alive | NodeUp):
            self._note_version(view, numbered.event.version)
        if numbered.seq == 0:
            return True
        if numbered.seq == view.seq + 1:
            view.seq = numbered.seq
            return True
        if numbered.seq > view.seq:
            self._welcome(view)  # a gap: ask for everything after what we have
        return False

    def _note_version(self, view: NodeView, version: int) -> None:
        if version not in (view.version, VERSION):
            log.error(
                "node of another version",
                extra={"action": "node.version", "node": view.name, "version": version},
            )
        view.version = version

    def _view(self, numbered: Numbered) -> NodeView:
        view = self.nodes.get(numbered.node)
        if view is None or numbered.epoch > view.epoch:
            epoch, seq = self._progress.get(numbered.node, (0, 0))
            seq = seq if epoch == numbered.epoch else 0
            view = NodeView(numbered.node, numbered.epoch, seq, monotonic())
            self.nodes[numbered.node] = view
            self._welcome(view)
        return view

    def _welcome(self, view: NodeView) -> None:
        now = monotonic()
        if now - view.welcomed_at > _WELCOME_EVERY_SECONDS:
            view.welcomed_at = now
            self.send(view.name, Welcome(engine_epoch=self._engine_epoch, acked=view.seq))
