"""`python -m telephony.node`: the spine of a node. One thread owns SIP; it never blocks.

Commands come from the engine, events go to it; customers and agents live in `customers` and
`agent_legs`, the choice of agent in `seats`.
"""

from __future__ import annotations

import gc
import logging
import re
import resource
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from telephony import log as log_lines
from telephony.agent_legs import AgentLegs
from telephony.browser_leg import BrowserLegs
from telephony.clock import epoch_ms, monotonic
from telephony.config_file import ConfigError
from telephony.customers import Customers
from telephony.inbound import InboundCalls
from telephony.journal import Journal, take_remembered
from telephony.link import NodeLink
from telephony.protocol import (
    VERSION,
    Acknowledge,
    Alive,
    Command,
    EngineAlive,
    Event,
    Hangup,
    NodeUp,
    Originate,
    Play,
    RecordingSaved,
    SeatClose,
    SeatNotReady,
    SeatOpen,
    SeatParked,
    SeatReady,
    Snapshot,
    TakeSnapshot,
    Welcome,
)
from telephony.reaper import reap
from telephony.recording import Finisher, Saved, left_behind
from telephony.registrar import Registrar
from telephony.settings import TelephonySettings, load
from telephony.sip_endpoint import Endpoint, source_is_within
from telephony.sip_leg import Leg
from telephony.sip_trunks import SipTrunks
from telephony.trunks import Trunks
from telephony.words_in_call import InCallCommand

if TYPE_CHECKING:
    import pjsua2 as pj

log = logging.getLogger(__name__)

IDLE_POLL_MS = 100
BUSY_POLL_MS = 10
BEAT_SECONDS = 1.0
COLLECT_SECONDS = 10.0
DRAIN_SECONDS = 4.0


class Node:
    """One node's life: built, turned until stopped, drained, closed."""

    def __init__(self, settings: TelephonySettings) -> None:
        self._settings = settings
        self._stopping = False
        self._endpoint = Endpoint(settings.sip_address, settings.sip_port, settings.calls_max)
        self._link = NodeLink(settings.link, settings.node, epoch_ms(), self._endpoint.wake)
        self._journal = Journal(settings.journal)
        self._finisher = Finisher(settings.recordings, self._recording_saved)
        self._account = self._endpoint.open_account(settings.phone_ports, self._incoming)
        own = f"{settings.sip_address}:{settings.sip_port}"
        self._agents = AgentLegs(
            self._account, own, self._journal, self._say,
            lambda seat: self._customers.agent_leg_changed(seat),
        )  # fmt: skip
        self._trunks = Trunks(settings.trunks)
        self._sip_trunks = SipTrunks(
            self._endpoint, self._trunks, settings.trunk_ports, self._incoming
        )
        self._customers = Customers(
            settings,
            (self._trunks, self._sip_trunks),
            self._journal,
            self._agents,
            self._finisher,
            self._say,
        )
        self._browsers = BrowserLegs(settings, self._agents, self._say)
        self._registrar = self._open_registrar()
        self._inbound = InboundCalls(settings, self._trunks, self._journal, self._say)
        self._saved: list[Saved] = []
        self._strangers: list[Leg] = []
        self._engine_heard = monotonic()
        self._beat_at = self._collect_at = monotonic()
        self._lag = 0.0
        self._say(NodeUp(
            calls_max=self._endpoint.calls_max, pjsip=self._endpoint.version,
            remembered=take_remembered(settings.journal),
        ))  # fmt: skip
        for call_id in left_behind(settings.recordings):
            self._finisher.finish(call_id, torn=True)

    def _open_registrar(self) -> Registrar | None:
        """Only when config.toml names extensions."""
        settings, agents = self._settings, self._agents
        if not settings.registrar_port or not settings.extensions:
            return None
        registrar = Registrar(
            (settings.sip_address, settings.registrar_port), settings.extensions,
            lambda host: source_is_within(f"{host}:0", settings.phone_networks), agents.registered,
        )  # fmt: skip
        agents.address_of = registrar.address_of
        return registrar

    def run(self) -> None:
        """Turn until somebody says stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self.turn()
        self._drain()

    def turn(self) -> None:
        """Wait for SIP or a command, then do what is due."""
        is_busy = self._customers.calls or self._browsers.hurries
        self._endpoint.poll(BUSY_POLL_MS if is_busy else IDLE_POLL_MS)
        began = monotonic()
        while self._link.commands:
            self._take(self._link.commands.popleft())
        self._tend(began)
        self._lag = max(self._lag, (monotonic() - began) * 1000)

    def _tend(self, now: float) -> None:
        self._strangers.clear()
        self._customers.tend(now)
        self._sip_trunks.tend(now)
        self._inbound.tend(now)
        self._agents.tend(now)
        if self._registrar is not None:
            self._registrar.look()
        self._browsers.tend(now)
        while self._saved:
            saved = self._saved.pop()
            self._say(RecordingSaved(
                call_id=saved.call_id, path=saved.path, seconds=saved.seconds,
                sha256=saved.sha256,
            ))  # fmt: skip
        if now - self._beat_at >= BEAT_SECONDS:
            self._beat_at = now
            self._beat(now)

    def _take(self, command: Command) -> None:
        self._engine_heard = monotonic()
        if isinstance(command, InCallCommand):
            self._customers.in_call.obey(command)
        else:
            self._obey(command)

    def _obey(self, command: Command) -> None:
        customers, agents = self._customers, self._agents
        self._browsers.obey(command, self._engine_heard)
        match command:
            case Originate():
                customers.originate(command)
            case Hangup(call_id=call_id):
                customers.hang_up(call_id)
            case Play(call_id=call_id, prompt=prompt):
                customers.play(call_id, prompt)
            case SeatOpen():
                agents.open(command)
            case SeatClose(seat_id=seat_id):
                customers.matcher.seat_gone(seat_id)
                customers.in_call.stop_supervising(seat_id)
                agents.close_seat(seat_id)
            case SeatReady(seat_id=seat_id, campaigns=campaigns):
                customers.seat_ready(seat_id, campaigns)
            case SeatNotReady(seat_id=seat_id):
                customers.matcher.seat_not_ready(seat_id)
                self._say(SeatParked(seat_id=seat_id))
            case TakeSnapshot():
                seats = agents.snapshot(customers.matcher)
                self._say(Snapshot(calls=customers.snapshot(), seats=seats))
            case Welcome() | EngineAlive() | Acknowledge():
                pass  # heard; the link did the rest

    def _beat(self, now: float) -> None:
        seats = self._agents.seats.values()
        self._link.send(
            Alive(
                calls=len(self._customers.calls), seats_up=sum(s.up for s in seats),
                seats_ready=self._customers.matcher.ready_count(),
                loop_lag_ms=round(self._lag, 2), version=VERSION,
                trunks=self._trunks.standing(now),
                disk_low=self._customers.room.is_low,
            ),
            replay=False,
        )  # fmt: skip
        self._lag = 0.0
        if now - self._engine_heard > self._settings.engine_silence_seconds:
            self._customers.cancel_unanswered()
        if now - self._collect_at > COLLECT_SECONDS:
            self._collect_at = now
            gc.collect(1)

    def _incoming(self, prm: pj.OnIncomingCallParam) -> None:
        """Agents' phones may call, from their networks, with a code of an open seat; and carriers,
        for the numbers of their trunks. Nobody else."""
        rdata = prm.rdata
        source, message = str(rdata.srcAddress), str(rdata.wholeMsg)
        code = re.match(r"INVITE sips?:([0-9]{4,10})@", message)
        known = code is not None and source_is_within(source, self._settings.phone_networks)
        if known and code and self._agents.dialed_in(code.group(1), prm.callId, message, source):
            return
        if self._inbound.take(self._account, prm.callId, message, source):
            return
        log.warning("invite refused", extra={"action": "sip.refused"})
        stranger = Leg(self._account, _Deaf(), "stranger", prm.callId)
        self._strangers.append(stranger)
        stranger.refuse(403)

    def _say(self, event: Event) -> None:
        self._link.send(event)

    def _recording_saved(self, saved: Saved) -> None:
        """Called in the finisher's thread: only note it."""
        self._saved.append(saved)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _drain(self) -> None:
        """End all calls, tell the engine, then close the library with nothing left alive."""
        self._agents.seats.clear()
        self._sip_trunks.close()
        self._endpoint.hang_up_all()
        until = monotonic() + DRAIN_SECONDS
        while self._customers.calls and monotonic() < until:
            self.turn()
        self._endpoint.poll(50)
        self._customers.close()
        self._finisher.close()
        self._tend(monotonic())
        self._browsers.close()
        self._link.close()
        self._journal.close()


class _Deaf:
    """Listener of a call that is refused: nobody wants to hear of it."""

    def leg_dialed(self, leg: Leg, invite: str) -> None: ...
    def leg_ringing(self, leg: Leg, early_media: bool) -> None: ...
    def leg_answered(self, leg: Leg, message: str) -> None: ...
    def leg_media(self, leg: Leg) -> None: ...
    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None: ...


def raise_file_limit() -> None:
    """Two sockets and two files per call: more than the usual 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> int:
    """End what an earlier life left, then live."""
    log_lines.set_up()
    try:
        settings = load()
    except ConfigError as error:
        log.error(error.text())
        return 2
    raise_file_limit()
    try:
        reap(settings.journal, settings.sip_address, settings.sip_port)
    except OSError as error:
        log.error(
            "端口 %s 已被占用 / SIP port %s is in use: %s",
            settings.sip_port, settings.sip_port, error,
        )  # fmt: skip
        return 1
    try:
        node = Node(settings)
    except OSError as error:  # a password file
        log.error("读不到 / cannot read: %s (%s)", error.filename, error.strerror)
        return 2
    node.run()
    # libDestroy waits a second for nothing: the calls are over and the journal is closed.
    logging.shutdown()
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    import os

    os._exit(main())
