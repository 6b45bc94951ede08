"""After a restart: the store says what was open, the nodes say what still lives; the rest is over.

An attempt of unknown fate counts as made and is never placed again (house rule 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.previews import live_previews
from dialer.domain.call import Call, CallState, Progressed, WasConnected, WasEnded
from dialer.domain.seat import SeatStatus
from dialer.engine.calls import advance, unreserve
from dialer.engine.floor import Floor, LiveCall, LiveSeat, load_running, load_seat, settle
from dialer.store.attempts import open_attempts
from dialer.store.tables import Attempt, Outcome, Seat
from telephony.protocol import LiveSeat as NodeSeat
from telephony.protocol import Remembered, Snapshot

GRACE_SECONDS = 5.0  # an Originate may still be on its way while a snapshot comes back
_LOST = WasEnded("unknown", "node", lost=True)


def load_floor(session: Session, floor: Floor, now: datetime) -> None:
    """Read seats, running campaigns and open attempts from the store."""
    for attempt in open_attempts(session):
        call = Call(
            CallState(attempt.state), attempt.answered_at is not None, attempt.abandoned,
            attempt.seat_id,
        )  # fmt: skip
        floor.calls[attempt.id] = LiveCall(
            call,
            attempt.campaign_id,
            attempt.debtor_id,
            attempt.number,
            attempt.node,
            0.0,
            attempt.account_id,
            shown=attempt.outbound_number,
            for_seat=_seat_of(attempt),
        )
    floor.use.load(session, now)
    dialing = {live.for_seat: call_id for call_id, live in floor.calls.items()}
    previews = live_previews(session, now)
    for seat_id in session.scalars(select(Seat.id)):
        seat = load_seat(session, floor, seat_id)
        seat.dialing, seat.previewing = dialing.get(seat_id, ""), previews.get(seat_id, 0)
        seat.leg_up = bool(seat.previewing or seat.dialing)  # until a node says otherwise
        seat.on_line = seat.attempt_id in floor.calls
        seat.outcome_missing = _owes_outcome(session, seat)
        if not seat.on_line and not seat.outcome_missing:
            seat.attempt_id = ""
        settle(session, floor, seat, now)
    load_running(session, floor)


def _seat_of(attempt: Attempt) -> int:
    """The seat that is reserved for it: nobody has taken it yet."""
    return attempt.for_seat_id or 0 if attempt.seat_id is None else 0


def _owes_outcome(session: Session, seat: LiveSeat) -> bool:
    attempt = session.get(Attempt, seat.attempt_id) if seat.attempt_id else None
    if attempt is None or attempt.seat_id != seat.id:  # asked or joined: it owes nothing
        return False
    return session.get(Outcome, seat.attempt_id) is None


def close_lost(
    session: Session, floor: Floor, node: str, now: datetime, remembered: Sequence[Remembered] = ()
) -> int:
    """The node died: its calls are over, its seats have no leg. What its journal remembers of a call
    is true, whether or not the event had arrived."""
    known = {call.call_id: call for call in remembered}
    lost = [call_id for call_id, call in floor.calls.items() if call.node == node]
    for call_id in lost:
        attempt = session.get_one(Attempt, call_id)
        call = known.get(call_id)
        if call is not None and call.answered:
            advance(session, floor, attempt, Progressed(CallState.ANSWERED), now)
        if call is not None and call.seat_id:
            advance(session, floor, attempt, WasConnected(int(call.seat_id)), now)
        advance(session, floor, attempt, _LOST, now)
    for seat in floor.seats.values():
        if seat.node == node:
            seat.node, seat.leg_up, seat.told_ready = "", False, ()
            settle(session, floor, seat, now)
    return len(lost)


def reconcile(
    session: Session, floor: Floor, node: str, snapshot: Snapshot, now: datetime, monotonic: float
) -> None:
    """Make store and node agree: what the node does not have is over, what it has too much is told."""
    alive = {call.call_id for call in snapshot.calls}
    for call_id, live in list(floor.calls.items()):
        old = monotonic - live.placed_at > GRACE_SECONDS
        if live.node == node and call_id not in alive and old:
            advance(session, floor, session.get_one(Attempt, call_id), _LOST, now)
    known = {seat.seat_id: seat for seat in snapshot.seats}
    for seat in floor.seats.values():
        there = known.get(str(seat.id))
        _reconcile_reservation(session, floor, seat, node, there, now, monotonic)
        if seat.status is not SeatStatus.AWAY and seat.node in ("", node):
            _reconcile_seat(session, floor, seat, node, there, now)


def _reconcile_reservation(  # noqa: PLR0913 - one seat, what the node says of it, and when
    session: Session, floor: Floor, seat: LiveSeat, node: str, there: NodeSeat | None,
    now: datetime, monotonic: float,
) -> None:  # fmt: skip
    """The node no longer keeps the seat for the call that was placed for it: it is anybody's."""
    ours = floor.calls.get(seat.dialing)
    if ours is None or ours.node != node or monotonic - ours.placed_at <= GRACE_SECONDS:
        return
    if there is None or there.reserved_for != seat.dialing:
        unreserve(session, floor, seat.dialing, now)


def _reconcile_seat(
    session: Session, floor: Floor, seat: LiveSeat, node: str, there: NodeSeat | None,
    now: datetime,
) -> None:  # fmt: skip
    if there is None:
        seat.node, seat.leg_up, seat.told_ready = node, False, ()
        floor.tell(node, seat.opening())
    else:
        seat.node, seat.leg_up = node, there.leg_up
        if not there.ready:
            seat.told_ready = ()  # settle tells it again if it is idle
    settle(session, floor, seat, now)
