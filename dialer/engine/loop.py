"""The engine's spine: events of nodes in, facts of people in, calls out.

One thread. Every turn takes what arrived, writes it in one transaction, and only then sends commands
and acknowledges events: what a node was told is always in the store before.
"""

from __future__ import annotations

import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from datetime import datetime
from threading import Event

from sqlalchemy.orm import Session

from dialer.clock import monotonic, utc_now
from dialer.domain.call import CallState, WasEnded
from dialer.domain.pacing import Agent, AgentState, AirCall, Mode, Pacer, Plan, Settings, View
from dialer.domain.seat import SeatState
from dialer.engine import calls, recover, schedule, stops
from dialer.engine.floor import IN_AIR, Floor, LiveCall, give_node, load_running, load_seat, settle
from dialer.engine.place import Placing, place
from dialer.engine.pulse import write_pulse
from dialer.facts import (
    AnyFact,
    CampaignChanged,
    CaseClosed,
    ContactStopped,
    EngineStarted,
    HangupAsked,
    OutcomeRecorded,
    PlacementChanged,
    SeatChosen,
)
from dialer.feed import Reader, last_id, publish
from dialer.settings import DialerSettings
from dialer.store import lease
from dialer.store.session import Sessions, write
from dialer.store.tables import Attempt
from telephony.client import NodeClient
from telephony.protocol import (
    Alive,
    EngineAlive,
    Hangup,
    NodeUp,
    Numbered,
    Originate,
    SeatLegDown,
    SeatLegUp,
    SeatParked,
    Snapshot,
    TakeSnapshot,
)
from telephony.settings import TelephonySettings

log = logging.getLogger(__name__)

TURN_SECONDS = 0.04
BEAT_SECONDS = 1.0
SNAPSHOT_SECONDS = 20.0
AGENT_STATES = {
    SeatState.IDLE: AgentState.IDLE,
    SeatState.TALKING: AgentState.TALK,
    SeatState.WRAP_UP: AgentState.WRAP,
    SeatState.PAUSED: AgentState.PAUSE,
    SeatState.CONNECTING: AgentState.OUT,
    SeatState.OFFLINE: AgentState.OUT,
}
RINGING_STATES = (CallState.PLACED, CallState.DIALED, CallState.RINGING)


class LeaseHeld(Exception):
    """Another engine is at work on this store."""


class Engine:
    """One engine: `start`, then `turn` for ever, then `stop`."""

    def __init__(
        self, settings: DialerSettings, telephony: TelephonySettings, sessions: Sessions,
        owner: str = "",
    ) -> None:  # fmt: skip
        self._settings, self._telephony, self._sessions = settings, telephony, sessions
        self._pack = settings.pack()
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}"
        self.floor = Floor()
        self.stopping = False
        trunks = telephony.trunks
        self._lines = sum(t.channels for t in trunks)
        self._calls_per_second = int(sum(t.calls_per_second for t in trunks))
        self._pacer = Pacer(Settings(
            mode=Mode.PROGRESSIVE, lines=self._lines, calls_per_second=self._calls_per_second
        ))  # fmt: skip
        self._recent_dials: deque[float] = deque()
        self._beat_at = self._snapshot_at = 0.0
        self._plans: dict[int, Plan] = {}
        self._turns = 0
        self._last_turn: dict[int, int] = {}  # campaign -> when it was its turn to dial
        self._greeted: set[tuple[str, int]] = set()

    def start(self, client: NodeClient | None = None) -> None:
        """Take the lease, rebuild the floor from the store, listen to the nodes."""
        with write(self._sessions) as session:
            now = utc_now()
            epoch = lease.acquire(session, self._owner, now)
            if epoch is None:
                raise LeaseHeld
            self.epoch = epoch
            recover.load_floor(session, self.floor, now)
            publish(session, EngineStarted(epoch=epoch), now)
            self._reader = Reader(self._sessions, after=last_id(session))
            progress = lease.progress(session)
        self.floor.outbox.clear()  # no node is known yet: seats are opened when one speaks up
        for seat in self.floor.seats.values():
            seat.node, seat.told_ready = "", ()
        self.client = client or NodeClient(self._telephony.link, epoch, progress)
        log.info("engine started", extra={"action": "engine.started", "epoch": epoch})

    def turn(self) -> None:
        """One round: take events and facts, write, send, decide."""
        events = self.client.events(TURN_SECONDS)
        facts = [fact for _, _, fact in self._reader.poll()]
        numbered = [n for n in events if n.seq]
        if numbered or facts:
            with write(self._sessions) as session:
                now = utc_now()
                for event in numbered:
                    self._take_event(session, event)
                for fact in facts:
                    self._take_fact(session, fact, now)
                for event in numbered:
                    lease.note_progress(session, event.node, event.epoch, event.seq)
            self._send()
            for node in {n.node for n in numbered}:
                self.client.acknowledge(node)
        if not self.stopping:
            self._decide()
        if monotonic() - self._beat_at >= BEAT_SECONDS:
            self._beat_at = monotonic()
            self._beat()

    def stop(self) -> None:
        """Cancel what still rings, give the lease back; connected calls go on without us."""
        self.stopping = True
        for call_id, live in self.floor.calls.items():
            if live.call.state in RINGING_STATES:
                self.client.send(live.node, Hangup(call_id=call_id, reason="engine stops"))
        until = monotonic() + 2.0
        while monotonic() < until and any(
            live.call.state in RINGING_STATES for live in self.floor.calls.values()
        ):
            self.turn()
        with write(self._sessions) as session:
            lease.release(session, self.epoch, utc_now())
        self.client.close()

    # --- what arrives -----------------------------------------------------------------------------

    def _take_event(self, session: Session, numbered: Numbered) -> None:
        event, floor = numbered.event, self.floor
        match event:
            case NodeUp(remembered=remembered):
                recover.close_lost(session, floor, numbered.node, numbered.at, remembered)
                give_node(floor, self._nodes())
            case Snapshot():
                recover.reconcile(session, floor, numbered.node, event, numbered.at, monotonic())
            case SeatLegUp(seat_id=seat_id) | SeatLegDown(seat_id=seat_id):
                seat = load_seat(session, floor, int(seat_id))
                seat.leg_up = isinstance(event, SeatLegUp)
                if not seat.leg_up:
                    seat.told_ready = ()  # the node forgot it with the leg
                settle(session, floor, seat, numbered.at)
            case SeatParked() | Alive():
                pass
            case _:
                calls.apply_event(session, floor, event, numbered.at)

    def _take_fact(self, session: Session, fact: AnyFact, now: datetime) -> None:
        floor = self.floor
        match fact:
            case SeatChosen(seat_id=seat_id):
                seat = load_seat(session, floor, seat_id)
                give_node(floor, self._nodes())
                settle(session, floor, seat, now)
            case OutcomeRecorded(user_id=user_id, seat_id=seat_id, attempt_id=attempt_id):
                if user_id and seat_id:
                    calls.outcome_saved(session, floor, seat_id, attempt_id, now)
            case CampaignChanged() | ContactStopped() | CaseClosed() | PlacementChanged():
                load_running(session, floor)
                self._cancel(stops.concerned(session, fact))
            case HangupAsked(attempt_id=attempt_id):
                if attempt_id in floor.calls:
                    floor.tell(floor.calls[attempt_id].node, Hangup(call_id=attempt_id))

    def _cancel(self, concerns: Callable[[LiveCall], bool]) -> None:
        """Cancel what still rings and is concerned; who talks already goes on talking."""
        for call_id, live in self.floor.calls.items():
            if live.call.state in RINGING_STATES and concerns(live):
                self.floor.tell(live.node, Hangup(call_id=call_id, reason="stopped"))

    def _nodes(self) -> list[str]:
        """Nodes that speak our version: the others are heard to their end, and given nothing."""
        return [name for name, view in self.client.nodes.items() if view.is_understood]

    # --- what leaves ------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Open lines where agents wait: for each node, the running campaigns take turns, and whose
        turn it was goes to the end, so that a single idle agent serves all of them."""
        for node in self._nodes():
            running = sorted(self.floor.running, key=lambda c: self._last_turn.get(c, 0))
            for index, campaign_id in enumerate(running):
                plan = self._pacer.decide(self._view(node))
                self._plans[campaign_id] = plan
                share = -(-plan.count // (len(running) - index))
                if share and self._place(node, campaign_id, share):
                    self._turns += 1
                    self._last_turn[campaign_id] = self._turns

    def _view(self, node: str) -> View:
        now = monotonic()
        while self._recent_dials and now - self._recent_dials[0] > 1.0:
            self._recent_dials.popleft()
        floor = self.floor
        here = sum(live.node == node for live in floor.calls.values())
        return View(
            now=now,
            agents=tuple(
                Agent(str(seat.id), AGENT_STATES[seat.state], now)
                for seat in floor.seats.values()
                if seat.node == node
            ),
            calls=tuple(
                AirCall(call_id, live.placed_at)
                for call_id, live in floor.calls.items()
                if live.node == node and live.call.state in IN_AIR
            ),
            free_lines=self._lines - here,
            dial_allowance=self._calls_per_second - len(self._recent_dials),
        )

    def _place(self, node: str, campaign_id: int, count: int) -> int:
        placing = Placing(campaign_id, node, count, self.epoch, self._pack, monotonic)
        with write(self._sessions) as session:
            placed = place(session, self.floor, placing, utc_now())
        self._recent_dials.extend([monotonic()] * placed)
        self._send()
        return placed

    def _send(self) -> None:
        """Commands go out after the commit. One that cannot be delivered was certainly not sent."""
        outbox, self.floor.outbox = self.floor.outbox, []
        for node, command in outbox:
            if not self.client.send(node, command) and isinstance(command, Originate):
                with write(self._sessions) as session:
                    attempt = session.get_one(Attempt, command.call_id)
                    end = WasEnded("not_sent", "engine")
                    calls.advance(session, self.floor, attempt, end, utc_now())

    # --- every second -------------------------------------------------------------------------------

    def _beat(self) -> None:
        now = utc_now()
        for node, view in list(self.client.nodes.items()):
            self.client.send(node, EngineAlive(engine_epoch=self.epoch))
            if (node, view.epoch) not in self._greeted:  # what lives there before we came?
                self._greeted.add((node, view.epoch))
                self.client.send(node, TakeSnapshot())
        with write(self._sessions) as session:
            if not lease.renew(session, self.epoch, now):
                raise LeaseHeld
            self._drop_silent_nodes(session, now)
            for campaign_id in self.floor.running:
                plan = self._plans.get(campaign_id, Plan(held_by="agents"))
                write_pulse(session, campaign_id, plan, now)
        self._send()
        if monotonic() - self._snapshot_at > SNAPSHOT_SECONDS:
            self._snapshot_at = monotonic()
            for node in list(self.client.nodes):
                self.client.send(node, TakeSnapshot())

    def _drop_silent_nodes(self, session: Session, now: datetime) -> None:
        limit = self._settings.engine_node_silence_seconds
        for name, view in list(self.client.nodes.items()):
            if monotonic() - view.heard_at > limit:
                lost = recover.close_lost(session, self.floor, name, now)
                del self.client.nodes[name]
                log.error("node lost", extra={"action": "node.lost", "node": name, "calls": lost})


def run(
    settings: DialerSettings, telephony: TelephonySettings, sessions: Sessions, stop: Event
) -> int:
    """The process: until `stop` is set. Raises LeaseHeld when another engine has the lease."""
    engine = Engine(settings, telephony, sessions)
    engine.start()
    jobs = schedule.start(sessions)
    try:
        while not stop.is_set():
            engine.turn()
    finally:
        jobs.shutdown(wait=False)
    engine.stop()
    return 0
