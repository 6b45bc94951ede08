"""The floor in memory: seats and live calls, and what the nodes were told about them.

The database holds the truth; this is the engine's working copy, rebuilt from it at every start.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.actions.pauses import start_breather
from dialer.actions.previews import end_preview
from dialer.clock import HOME, monotonic
from dialer.domain.call import Call, CallState
from dialer.domain.leg import LegKind, kind_of, way_of
from dialer.domain.pacing import AgentMoved, AgentState, Event, Mode
from dialer.domain.previews import PreviewState
from dialer.domain.seat import SeatFacts, SeatState, SeatStatus, state_of
from dialer.domain.training import is_trained
from dialer.engine.number_use import NumberUse
from dialer.facts import SeatMoved
from dialer.feed import publish
from dialer.store.tables import Assignment, Campaign, Seat, SeatSpan, User
from telephony.protocol import Command, SeatClose, SeatNotReady, SeatOpen, SeatReady
from telephony.protocol import LegKind as NodeLegKind
from telephony.settings import Trunk

PACED = (Mode.PROGRESSIVE, Mode.PREDICTIVE)
IN_AIR = (CallState.PLACED, CallState.DIALED, CallState.RINGING, CallState.ANSWERED)


# A seat that waits for its phone, or for a call of its own, is out of the pacer's sight.
_AGENT_STATES = {
    SeatState.IDLE: AgentState.IDLE, SeatState.TALKING: AgentState.TALK,
    SeatState.WRAP_UP: AgentState.WRAP, SeatState.PAUSED: AgentState.PAUSE,
}  # fmt: skip


@dataclass(slots=True)
class LiveSeat:
    """A seat, what is known of it, and what its node was told. `since` is monotonic."""

    id: int
    user_id: int
    address: str
    dial_in_code: str
    status: SeatStatus
    pause_reason: str
    state: SeatState
    since: float = 0.0  # in this state; monotonic
    campaigns: frozenset[int] = frozenset()  # that it takes; empty: all
    leg_up: bool = False
    attempt_id: str = ""
    on_line: bool = False
    outcome_missing: bool = False
    node: str = ""
    told_ready: tuple[str, ...] = ()
    trained_until: date | None = None
    dialing: str = ""  # the attempt that was placed for this seat and is on its way
    previewing: int = 0  # the live preview
    kind: LegKind = LegKind.PHONE
    is_agent: bool = True  # a supervisor's seat takes no customers by itself
    leaves_at: datetime | None = None  # announced pause
    back_at: datetime | None = None  # a pause that ends by itself

    def opening(self) -> SeatOpen:
        """What its node is told about its leg."""
        address, code = way_of(self.kind, self.address, self.dial_in_code)
        return SeatOpen(
            seat_id=str(self.id), address=address, dial_in_code=code, kind=NodeLegKind(self.kind)
        )

    def takes(self, campaign_id: int) -> bool:
        """Whether customers of this campaign may reach the seat."""
        return not self.campaigns or campaign_id in self.campaigns

    def agent_state(self) -> AgentState:
        """Its state in the pacer's words."""
        return _AGENT_STATES.get(self.state, AgentState.OUT) if self.is_agent else AgentState.OUT

    def facts(self, now: datetime) -> SeatFacts:
        """What decides its state."""
        trained = self.is_agent and is_trained(self.trained_until, now.astimezone(HOME).date())
        return SeatFacts(
            self.status, self.leg_up, self.on_line, self.outcome_missing, trained,
            bool(self.dialing), bool(self.previewing),
        )  # fmt: skip


@dataclass(slots=True)
class LiveCall:
    """An attempt that is not over."""

    call: Call
    campaign_id: int
    debtor_id: int
    number: str
    node: str
    placed_at: float  # monotonic
    account_id: int = 0
    phase_since: float = 0.0  # monotonic
    shown: str = ""  # its outbound number
    for_seat: int = 0  # reserved for it until the end; 0: for any seat


@dataclass(slots=True)
class Floor:
    """All seats and calls. `outbox` collects commands that leave after the commit, `happened` what the
    pacers of the nodes must hear of."""

    seats: dict[int, LiveSeat] = field(default_factory=dict)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    running: tuple[int, ...] = ()
    weights: dict[int, float] = field(default_factory=dict)  # of running campaigns
    modes: dict[int, Mode] = field(default_factory=dict)  # of running campaigns
    wanted: dict[int, float] = field(default_factory=dict)  # seats not to be counted on, since when
    outbox: list[tuple[str, Command]] = field(default_factory=list)
    happened: list[tuple[str, Event]] = field(default_factory=list)
    abandoned: Counter[int] = field(
        default_factory=Counter
    )  # of each campaign, seen by this engine
    trunks: tuple[Trunk, ...] = ()  # none: whatever a node has
    use: NumberUse = field(default_factory=NumberUse)
    short_of_numbers: dict[int, str] = field(default_factory=dict)  # campaign -> block code
    disk_low: dict[str, bool] = field(default_factory=dict)  # nodes that said whether they record

    def in_air(self, node: str) -> int:
        """Calls on their way to whoever is free; those for one seat have their agent."""
        return sum(
            c.node == node and c.call.state in IN_AIR and not c.for_seat
            for c in self.calls.values()
        )

    def idle_seats(self, node: str) -> int:
        """Seats that wait for a customer, and that nobody wants for a call of their own."""
        return sum(
            s.node == node and s.state is SeatState.IDLE and s.id not in self.wanted
            for s in self.seats.values()
        )

    def is_spare(self, seat: LiveSeat) -> bool:
        """It waits, and every call in the air that it might take has another idle seat to go to."""
        if seat.state is not SeatState.IDLE:
            return False
        air = [
            c.campaign_id for c in self.calls.values()
            if c.node == seat.node and c.call.state in IN_AIR and not c.for_seat
            and seat.takes(c.campaign_id)
        ]  # fmt: skip
        others = [
            other for other in self.seats.values()
            if other is not seat and other.node == seat.node and other.state is SeatState.IDLE
            and any(other.takes(campaign_id) for campaign_id in air)
        ]  # fmt: skip
        return len(air) <= len(others)

    def of_mode(self, *modes: Mode) -> tuple[int, ...]:
        """Running campaigns that are dialed in one of these ways."""
        return tuple(c for c in self.running if self.modes[c] in modes)

    def tell(self, node: str, command: Command) -> None:
        """Queue a command for after the commit."""
        self.outbox.append((node, command))


def load_running(session: Session, floor: Floor) -> None:
    """Which campaigns run; seats already waiting are told the new list."""
    rows = session.execute(
        select(Campaign.id, Campaign.weight, Campaign.mode).where(Campaign.state == "running")
    ).all()
    floor.weights = {row.id: row.weight for row in rows}
    floor.modes = {row.id: Mode(row.mode) for row in rows}
    floor.running = tuple(sorted(floor.weights))
    for seat in floor.seats.values():
        _tell_readiness(floor, seat)


def load_seat(session: Session, floor: Floor, seat_id: int) -> LiveSeat:
    """Read what the agent chose; the rest of a known seat stays."""
    row = session.get_one(Seat, seat_id)
    user = session.get_one(User, row.user_id)
    seat = floor.seats.get(seat_id)
    if seat is None:
        seat = LiveSeat(
            row.id, row.user_id, user.leg_address, row.dial_in_code, SeatStatus(row.status), row.pause_reason,
            SeatState(row.state), attempt_id=row.attempt_id or "",
            outcome_missing=row.state == SeatState.WRAP_UP, on_line=row.state == SeatState.TALKING,
        )  # fmt: skip
        floor.seats[seat_id] = seat
    seat.status, seat.pause_reason = SeatStatus(row.status), row.pause_reason
    seat.address, seat.kind = user.leg_address, kind_of(user.leg_kind, user.leg_address)
    seat.leaves_at, seat.back_at = row.pause_at, row.pause_until
    seat.is_agent = user.role == "agent"
    seat.dial_in_code, seat.trained_until = row.dial_in_code, user.trained_until
    seat.campaigns = frozenset(session.scalars(
        select(Assignment.campaign_id).where(Assignment.user_id == row.user_id)
    ))  # fmt: skip
    return seat


def settle(session: Session, floor: Floor, seat: LiveSeat, now: datetime) -> None:
    """Bring the seat's stored state, its node and everybody's screen in line with the facts."""
    state = state_of(seat.facts(now))
    if seat.previewing and state is not SeatState.PREVIEWING:
        end_preview(session, seat.previewing, PreviewState.WITHDRAWN, now)
        seat.previewing = 0
    row = session.get_one(Seat, seat.id)
    changed = (row.state, row.leg_up, row.attempt_id or "") != (
        state, seat.leg_up, seat.attempt_id,
    )  # fmt: skip
    span_changed = row.state != state or (
        state is SeatState.PAUSED
        and seat.is_agent
        and _open_pause_reason(session, seat.id) != seat.pause_reason
    )
    if seat.state != state:
        seat.state, seat.since = state, monotonic()
        floor.happened.append((seat.node, AgentMoved(seat.since, str(seat.id), seat.agent_state())))
    if changed or span_changed:
        row.leg_up, row.attempt_id = seat.leg_up, seat.attempt_id or None
        if span_changed:
            row.state, row.since = state, now
            if state is SeatState.PAUSED:
                start_breather(row, now)
                seat.back_at = row.pause_until
            _turn_span(session, seat, now)
        publish(session, SeatMoved(
            seat_id=seat.id, state=state, attempt_id=seat.attempt_id,
            pause_reason=seat.pause_reason if state is SeatState.PAUSED else "",
            leg_up=seat.leg_up,
        ), now)  # fmt: skip
    _tell_leg(floor, seat)
    _tell_readiness(floor, seat)


def give_call(
    session: Session, floor: Floor, seat: LiveSeat, attempt_id: str, now: datetime
) -> None:
    """A call was placed for this seat; its Originate takes the seat out of the node's pool."""
    seat.dialing, seat.previewing, seat.told_ready = attempt_id, 0, ()
    settle(session, floor, seat, now)


def give_node(floor: Floor, nodes: list[str]) -> None:
    """Seats without a node get the one with the fewest seats."""
    for seat in floor.seats.values():
        if seat.status is not SeatStatus.AWAY and not seat.node and nodes:
            seats_of = {n: sum(s.node == n for s in floor.seats.values()) for n in nodes}
            seat.node = min(nodes, key=lambda n: (seats_of[n], n))
            floor.tell(seat.node, seat.opening())


def _tell_leg(floor: Floor, seat: LiveSeat) -> None:
    if seat.status is SeatStatus.AWAY and seat.node and not seat.on_line:
        floor.tell(seat.node, SeatClose(seat_id=str(seat.id)))
        seat.node, seat.leg_up, seat.told_ready = "", False, ()


def _tell_readiness(floor: Floor, seat: LiveSeat) -> None:
    campaigns = (
        tuple(str(c) for c in floor.running if seat.takes(c))
        if seat.state is SeatState.IDLE else ()
    )  # fmt: skip
    if not seat.node or campaigns == seat.told_ready:
        return
    seat.told_ready = campaigns
    if campaigns:
        floor.tell(seat.node, SeatReady(seat_id=str(seat.id), campaigns=campaigns))
    else:
        floor.tell(seat.node, SeatNotReady(seat_id=str(seat.id)))


def _open_pause_reason(session: Session, seat_id: int) -> str | None:
    return session.scalar(
        select(SeatSpan.pause_reason).where(
            SeatSpan.seat_id == seat_id, SeatSpan.ended_at.is_(None)
        )
    )


def _turn_span(session: Session, seat: LiveSeat, now: datetime) -> None:
    """Times of agents only: a supervisor's phone is no agent's shift."""
    if not seat.is_agent:
        return
    session.execute(
        update(SeatSpan).where(SeatSpan.seat_id == seat.id, SeatSpan.ended_at.is_(None))
        .values(ended_at=now)
    )  # fmt: skip
    reason = seat.pause_reason if seat.state is SeatState.PAUSED else ""
    session.add(SeatSpan(seat_id=seat.id, state=seat.state, pause_reason=reason, started_at=now))
