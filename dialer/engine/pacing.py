"""The floor as the pacer sees it: what happened becomes its events, seats and calls its view.

One pacer for each node, because a customer can only meet an agent whose leg is on the same node. What a
pacer has learned is kept in the store, so that a new engine goes on where the last one was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.clock import utc_now
from dialer.domain import pacing
from dialer.domain.call import Call, CallState
from dialer.domain.compliance import RulePack
from dialer.domain.pacing import Agent, AirCall, ListView, Pacer, Phase, Plan, View
from dialer.domain.seat import SeatStatus
from dialer.engine.floor import IN_AIR, Floor, LiveCall
from dialer.engine.pauses import leaves_soon, seconds_back
from dialer.store.tables import PacerState
from telephony.settings import TelephonySettings

_NO_ANSWER: dict[str, Callable[[float, str], pacing.Event]] = {
    "busy": pacing.Busy, "rejected": pacing.Busy, "no_answer": pacing.NoAnswer,
    "cancelled": pacing.Cancelled,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A running campaign: what the pacer must know of its list."""

    campaign_id: int
    ready: int | None  # entries that could be dialed now; None: nobody has counted yet
    weight: float
    predictive: (
        bool  # else one call for each idle agent; also without a budget for an abandoned call
    )
    budget: int | None = None  # how many more it may abandon (`engine.budgets`); None: not measured
    amd_false_positives: float = 1.0  # tested share; untested, each was a person


def events_of(
    call_id: str, live: LiveCall, before: Call, verdict: str, at: float, *, screened: str = ""
) -> list[pacing.Event]:
    """What the step from `before` to `live.call` means for the pacer. Each call is answered, met and
    ended once, because the state machine lets each happen once."""
    after, told = live.call, list[pacing.Event]()
    if before.state is CallState.ENDED:
        return told
    if after.answered and not before.answered:
        told.append(pacing.Answered(at, call_id))
    if after.seat_id is not None and before.seat_id is None and not after.abandoned:
        told.append(pacing.Connected(at, call_id, str(after.seat_id)))
    if after.abandoned and not before.abandoned:
        told.append(pacing.Abandoned(at, call_id))
    if after.state is CallState.ENDED and after.seat_id is None and not after.abandoned:
        if screened:
            told.append(pacing.MachineFound(at, call_id))
        elif after.answered:
            told.append(pacing.QuickHangup(at, call_id))
        else:
            told.append(_NO_ANSWER.get(verdict, pacing.Failed)(at, call_id))
    return told


@dataclass(slots=True)
class _Pacers:
    """Of one node: the one that dials ahead, and the one for a floor on which nobody wants that."""

    ahead: Pacer
    one_each: Pacer


class FloorPacing:
    """The pacers of all nodes."""

    def __init__(
        self, pack: RulePack, telephony: TelephonySettings, target: float | None = None
    ) -> None:
        """`target`: the operator's, else the pack's; never above the pack's hard limit."""
        hard = pack.abandon.hard
        self._settings = pacing.Settings(
            target=min(target or pack.abandon.target, hard), hard=hard,
            formula="ofcom" if pack.abandon.formula == "ofcom" else "human",
            lines=sum(trunk.channels for trunk in telephony.trunks),
            calls_per_second=sum(trunk.calls_per_second for trunk in telephony.trunks),
            amd_false_positives=1.0,  # what a campaign's test says comes with its list
            ring_min=pack.ring_seconds_min, wait_limit=pack.abandon.threshold.total_seconds(),
        )  # fmt: skip
        self._zone = ZoneInfo(pack.zones[0])
        self._day: date | None = None
        self._pacers: dict[str, _Pacers] = {}

    def observe(self, happened: Iterable[tuple[str, pacing.Event]]) -> None:
        """What became true since the last turn."""
        for node, event in happened:
            pacers = self._of(node)
            pacers.ahead.observe(event)
            pacers.one_each.observe(event)

    def decide(self, floor: Floor, node: str, room: Room, lists: Iterable[Listed]) -> Plan:
        """How many calls this node should place now, and for which campaigns. A progressive list gives
        no more than idle agents are left, so that its share is not planned for and then thrown away."""
        free = max(floor.idle_seats(node) - floor.in_air(node), 0)
        listed = {str(one.campaign_id): one for one in lists}
        if not any(one.predictive for one in listed.values()):
            return self._of(node).one_each.decide(view_of(floor, node, room, listed.values()))
        capped = [_capped(one, free) for one in listed.values()]
        plan = self._of(node).ahead.decide(view_of(floor, node, room, capped))
        return _held_to_one_each(plan, free, listed)

    def turn_day(self, now: datetime) -> None:
        """Once a second: with a new day at the debtors' place the counts of the day begin anew."""
        today = now.astimezone(self._zone).date()
        if self._day not in (None, today):
            for pacers in self._pacers.values():
                pacers.ahead.start_day()
        self._day = today

    def load(self, session: Session, now: datetime) -> None:
        """Take up what earlier engines learned; the counts of an earlier day are over."""
        self.turn_day(now)
        for row in session.scalars(select(PacerState)):
            ahead = Pacer.restored(self._settings, row.body)
            if row.at.astimezone(self._zone).date() != self._day:
                ahead.start_day()
            self._pacers[row.node] = _Pacers(ahead, self._one_each())

    def save(self, session: Session, now: datetime) -> None:
        """Keep what was learned."""
        for node, pacers in self._pacers.items():
            row, body = session.get(PacerState, node), pacers.ahead.state()
            if row is None:
                session.add(PacerState(node=node, at=now, body=body))
            else:
                row.at, row.body = now, body

    def _of(self, node: str) -> _Pacers:
        """A new node's pacers know nothing but the priors."""
        if node not in self._pacers:
            self._pacers[node] = _Pacers(Pacer(self._settings), self._one_each())
        return self._pacers[node]

    def _one_each(self) -> Pacer:
        return Pacer(replace(self._settings, mode=pacing.Mode.PROGRESSIVE))


@dataclass(frozen=True, slots=True)
class Room:
    """What the trunks leave at this moment. `now` is monotonic."""

    now: float
    free_lines: int
    dials_allowed: int


def view_of(floor: Floor, node: str, room: Room, lists: Iterable[Listed]) -> View:
    """Seats and calls of one node in the pacer's words."""
    at = utc_now()
    agents = tuple(
        Agent(
            str(seat.id), seat.agent_state(), seat.since,
            pause_pending=(seat.status is not SeatStatus.READY and seat.back_at is None)
            or seat.id in floor.wanted or leaves_soon(seat, at),
            back_at=seconds_back(seat, at, room.now),
            lists=frozenset(map(str, seat.campaigns)) if seat.campaigns else None,
        )
        for seat in floor.seats.values() if seat.node == node
    )  # fmt: skip
    calls = tuple(
        AirCall(
            call_id, live.placed_at, str(live.campaign_id),
            Phase.WAIT if live.call.state is CallState.ANSWERED else Phase.RING, live.phase_since,
        )
        for call_id, live in floor.calls.items()
        if live.node == node and live.call.state in IN_AIR and not live.for_seat
    )  # fmt: skip
    return View(
        room.now, agents, calls, room.free_lines, room.dials_allowed,
        tuple(
            ListView(
                str(x.campaign_id), x.ready, x.weight, x.amd_false_positives,
                x.budget if x.predictive else None,
            ) for x in lists
        ),
    )  # fmt: skip


def _capped(one: Listed, free: int) -> Listed:
    if one.predictive or (one.ready is not None and one.ready <= free):
        return one
    return replace(one, ready=free)


def _held_to_one_each(plan: Plan, free: int, lists: Mapping[str, Listed]) -> Plan:
    """Progressive campaigns together never get a call for which no idle agent waits."""
    kept: list[tuple[str, int]] = []
    for name, count in sorted(plan.by_list, key=lambda item: lists[item[0]].predictive):
        allowed = count if lists[name].predictive else min(count, max(free, 0))
        free -= allowed
        kept.append((name, allowed))
    total = sum(count for _, count in kept)
    return plan if total == plan.count else replace(plan, count=total, by_list=tuple(kept))
