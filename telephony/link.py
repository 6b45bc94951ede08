"""The node's end of the link: commands in, numbered events out, nothing lost while the engine is away.

A small thread owns the ZeroMQ socket; the node's loop only touches a deque and an in-process pipe.
Events stay in a ring until the engine acknowledges them and are sent again after its Welcome.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec
import zmq

from telephony.clock import utc_now
from telephony.protocol import Acknowledge, Command, Event, Numbered, Welcome

log = logging.getLogger(__name__)

RING_MAX = 20_000
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Command).decode


def make_folder(address: str) -> None:
    """ipc:// sockets live in a folder that must exist, readable by the owner only."""
    if address.startswith("ipc://"):
        Path(address.removeprefix("ipc://")).parent.mkdir(parents=True, exist_ok=True, mode=0o700)


class NodeLink:
    """Call `send` from the node's loop; take commands from `commands` after `wake` was called."""

    def __init__(self, address: str, node: str, epoch: int, wake: Callable[[], None]) -> None:
        self.commands: deque[Command] = deque()
        self._node, self._epoch, self._wake = node, epoch, wake
        self._seq = 0
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=RING_MAX)
        self._lock = threading.Lock()
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
        make_folder(address)
        self._dealer = context.socket(zmq.DEALER)
        self._dealer.setsockopt(zmq.IDENTITY, node.encode())
        self._dealer.setsockopt(zmq.LINGER, 500)
        self._dealer.setsockopt(zmq.RECONNECT_IVL_MAX, 500)
        self._dealer.connect(address)
        pipe = f"inproc://node-link-{id(self)}"
        self._outbox = context.socket(zmq.PULL)
        self._outbox.bind(pipe)
        self._inbox = context.socket(zmq.PUSH)
        self._inbox.connect(pipe)
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._thread.start()

    def send(self, event: Event, *, replay: bool = True) -> None:
        """Number the event, keep it for replay, and hand it to the link thread. Never blocks."""
        if replay:
            self._seq += 1
        seq = self._seq if replay else 0
        frame = _encode(
            Numbered(node=self._node, epoch=self._epoch, seq=seq, at=utc_now(), event=event)
        )
        if replay:
            with self._lock:
                self._ring.append((seq, frame))
        self._inbox.send(frame)

    def close(self) -> None:
        """Send what is queued and end the thread."""
        self._inbox.send(b"")
        self._thread.join(2)

    def _run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._dealer, zmq.POLLIN)
        poller.register(self._outbox, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self._outbox in ready:
                frame = self._outbox.recv()
                if not frame:
                    break
                self._offer(frame)
            if self._dealer in ready:
                self._take(self._dealer.recv())
        for socket in (self._dealer, self._outbox, self._inbox):
            socket.close()

    def _offer(self, frame: bytes) -> None:
        """Without an engine the queue fills and the frame is dropped here: the ring still has it."""
        with contextlib.suppress(zmq.Again):
            self._dealer.send(frame, zmq.NOBLOCK)

    def _take(self, frame: bytes) -> None:
        try:
            command = _decode(frame)
        except msgspec.MsgspecError as error:
            log.error("bad command", extra={"action": "link.bad_command", "why": str(error)})
            return
        match command:
            case Welcome(acked=acked):
                self._forget(acked)
                with self._lock:
                    frames = [frame for _, frame in self._ring]
                for frame in frames:
                    self._offer(frame)
            case Acknowledge(seq=seq):
                self._forget(seq)
                return
        self.commands.append(command)
        self._wake()

    def _forget(self, seq: int) -> None:
        with self._lock:
            while self._ring and self._ring[0][0] <= seq:
                self._ring.popleft()
