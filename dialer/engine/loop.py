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
from dialer.domain.pacing import Mode, Plan
from dialer.engine import agent_audio, calls, in_call, pauses, recover, schedule, stops
from dialer.engine.archive import Archive
from dialer.engine.budgets import Budgets
from dialer.engine.directed import Directed
from dialer.engine.disk import note_disk
from dialer.engine.floor import PACED, Floor, LiveCall, give_node, load_running, load_seat, settle
from dialer.engine.inbound import note_inbound
from dialer.engine.list_counts import ListCounts
from dialer.engine.pacing import FloorPacing, Listed, Room
from dialer.engine.place import Placing, place
from dialer.engine.pulse import write_pulse
from dialer.engine.report_files import Maker
from dialer.engine.trunks import capacity, note_trunks
from dialer.facts import (
    AgentAssigned,
    AnyFact,
    CampaignChanged,
    CaseClosed,
    ContactStopped,
    EngineStarted,
    HangupAsked,
    InCallAsked,
    OutcomeRecorded,
    PlacementChanged,
    SeatChosen,
    SuperviseAsked,
)
from dialer.feed import Reader, last_id, publish
from dialer.settings import DialerSettings
from dialer.store import lease
from dialer.store.recording_files import open_sounds
from dialer.store.session import Sessions, write
from dialer.store.tables import Attempt
from telephony.client import NodeClient
from telephony.protocol import (
    Alive,
    EngineAlive,
    Hangup,
    Inbound,
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
from telephony.words_of_audio import AudioAnswer

log = logging.getLogger(__name__)

TURN_SECONDS = 0.04
BEAT_SECONDS = 1.0
SNAPSHOT_SECONDS = 20.0
SAVE_SECONDS = 10.0  # what the pacers learned: tens of kilobytes
DECIDE_SECONDS = 0.1  # without anything new; whatever happens is answered at once
DRY_SECONDS = 0.2  # a list that gave nothing is asked again after this
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
        self.floor = Floor(trunks=telephony.trunks)
        self.stopping = False
        self.list_counts = ListCounts()
        self.budgets = Budgets(self._pack, self.floor.abandoned)
        self._pacing = FloorPacing(self._pack, telephony, settings.pacing.target)
        self._plans: dict[str, Plan] = {}  # node -> the last decision
        self._dry: dict[int, float] = {}  # campaign -> until when its list is not asked again
        self._recent_dials: deque[float] = deque()
        self._beat_at = self._snapshot_at = self._decide_at = self._saved_at = 0.0
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
            self._pacing.load(session, now)
        self.directed = Directed(self._sessions, self.floor, self._pack, epoch)
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
                    self.directed.take_fact(session, fact, now)
                    agent_audio.take_fact(session, self.floor, fact, now)
                for event in numbered:
                    lease.note_progress(session, event.node, event.epoch, event.seq)
            self._send()
            for node in {n.node for n in numbered}:
                self.client.acknowledge(node)
        if not self.stopping:
            self._serve_agents()
            self._decide()
            for node in self._nodes():
                self.directed.after_pacer(node, utc_now())
            self._send()
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
                in_call.forget_supervision(session, floor, numbered.node, numbered.at)
                give_node(floor, self._nodes())
            case Snapshot():
                recover.reconcile(session, floor, numbered.node, event, numbered.at, monotonic())
            case SeatLegUp(seat_id=seat_id) | SeatLegDown(seat_id=seat_id):
                seat = load_seat(session, floor, int(seat_id))
                seat.leg_up = isinstance(event, SeatLegUp)
                if not seat.leg_up:
                    seat.told_ready = ()  # the node forgot it with the leg
                    calls.unreserve(session, floor, seat.dialing, numbered.at)
                settle(session, floor, seat, numbered.at)
            case AudioAnswer():
                agent_audio.answered(session, event, numbered.at)
            case Inbound():
                note_inbound(session, event, numbered.node, numbered.at)
            case Alive(disk_low=is_low):
                note_disk(session, floor, numbered.node, is_low=is_low)
            case SeatParked():
                pass
            case _ if not in_call.apply(session, floor, event, numbered.at):
                calls.apply_event(session, floor, event, numbered.at)

    def _take_fact(self, session: Session, fact: AnyFact, now: datetime) -> None:
        floor = self.floor
        match fact:
            case SeatChosen(seat_id=seat_id):
                seat = load_seat(session, floor, seat_id)
                give_node(floor, self._nodes())
                self._cancel(lambda call: stops.left_alone(call, seat))
                settle(session, floor, seat, now)
            case OutcomeRecorded(user_id=user_id, seat_id=seat_id):
                if user_id and seat_id:
                    calls.outcome_saved(session, floor, fact, now)
            case AgentAssigned(user_id=user_id):
                for seat in [s for s in floor.seats.values() if s.user_id == user_id]:
                    settle(session, floor, load_seat(session, floor, seat.id), now)
            case CampaignChanged() | ContactStopped() | CaseClosed() | PlacementChanged():
                load_running(session, floor)
                self._cancel(stops.concerned(session, fact))
            case InCallAsked() | SuperviseAsked():
                in_call.serve(floor, fact)
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

    def _serve_agents(self) -> None:
        """Calls for particular agents go before the list."""
        for node in self._nodes():
            room = self._room(node)
            lines = min(room.free_lines, room.dials_allowed)
            placed = self.directed.before_pacer(node, lines, utc_now())
            self._recent_dials.extend([monotonic()] * placed)
        self._send()

    def _decide(self) -> None:
        """Ask the pacer of each node, at once when something happened, and do what it says."""
        floor, now = self.floor, monotonic()
        happened, floor.happened = floor.happened, []
        self._pacing.observe(happened)
        if not happened and now < self._decide_at:
            return
        self._decide_at = now + DECIDE_SECONDS
        for node in self._nodes():
            plan = self._pacing.decide(floor, node, self._room(node), self._lists(now))
            self._plans[node] = plan
            for call_id in plan.give_up:
                floor.tell(node, Hangup(call_id=call_id, reason="given up"))
            for name, count in plan.by_list:
                self._place(node, int(name), count)
            self._send()

    def _lists(self, now: float) -> list[Listed]:
        """The running campaigns; a list that had nothing to give a moment ago counts as empty, and
        without a budget for one more abandoned call there is one line for each waiting agent."""
        counted = ((c, self.list_counts.of(c).get("dialable")) for c in self.floor.of_mode(*PACED))
        return [
            Listed(
                c,
                0 if self._dry.get(c, 0.0) > now else ready,
                self.floor.weights[c],
                self.floor.modes[c] is Mode.PREDICTIVE and self.budgets.left(c) >= 1,
                self.budgets.left(c),
                self.budgets.false_positives(c),
            )
            for c, ready in counted
        ]

    def _room(self, node: str) -> Room:
        now = monotonic()
        while self._recent_dials and now - self._recent_dials[0] > 1.0:
            self._recent_dials.popleft()
        channels, per_second = capacity(self._telephony.trunks, self.client.nodes[node].trunks)
        here = sum(live.node == node for live in self.floor.calls.values())
        return Room(
            now=now,
            free_lines=channels - here,
            dials_allowed=int(per_second) - len(self._recent_dials),
        )

    def _place(self, node: str, campaign_id: int, count: int) -> None:
        placing = Placing(
            campaign_id, node, count, self.epoch, self._pack, monotonic,
            budget_left=self.budgets.left(campaign_id),
        )  # fmt: skip
        with write(self._sessions) as session:
            placed = place(session, self.floor, placing, utc_now())
        self._recent_dials.extend([monotonic()] * placed.count)
        if placed.list_is_dry:
            self._dry[campaign_id] = monotonic() + DRY_SECONDS

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
            for node, view in self.client.nodes.items():
                note_trunks(session, node, view.trunks, now)
            self.directed.sweep(session, now)
            pauses.sweep(session, self.floor, now)
            for campaign_id in self.floor.running:
                counts = self.list_counts.of(campaign_id)
                short = self.floor.short_of_numbers.get(campaign_id, "")
                write_pulse(session, campaign_id, list(self._plans.values()), counts, now, short)
            self._pacing.turn_day(now)
            if monotonic() - self._saved_at >= SAVE_SECONDS:
                self._saved_at = monotonic()
                self._pacing.save(session, now)
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
    sounds = open_sounds(settings.recordings, telephony.recordings)
    maker = Maker(sessions, settings.reports, telephony.recordings, settings.pack(), sounds)
    archive = Archive(
        sessions, telephony.recordings, sounds, settings.pack(), settings.recordings.keep_days
    )
    jobs = schedule.start(sessions, (engine.list_counts, engine.budgets), maker, archive)
    try:
        while not stop.is_set():
            engine.turn()
    finally:
        jobs.shutdown(wait=False)
        archive.close()
    engine.stop()
    return 0
