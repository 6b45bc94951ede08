"""Seats: an agent comes to the desk, gets ready, takes a pause, goes home."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import ENGINE, WEB, Actor
from dialer.actions.refusals import Refused
from dialer.clock import HOME
from dialer.domain.pauses import BREATHER
from dialer.domain.seat import SeatState, SeatStatus
from dialer.domain.training import is_trained
from dialer.facts import SeatChosen
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Seat, User

PAUSE_REASONS = ("start", "short", "lunch", "meeting", "training", "other")


def take_seat(sessions: Sessions, actor: Actor, now: datetime) -> int:
    """The agent opened the desk: the seat exists, and its leg is wanted. A reload changes nothing."""
    with write(sessions) as session:
        seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
        if seat is None:
            seat = Seat(user_id=actor.user_id, since=now, dial_in_code="")
            session.add(seat)
            session.flush()
        if not seat.dial_in_code:
            seat.dial_in_code = f"{secrets.randbelow(900_000) + 100_000}"
        if seat.status == SeatStatus.AWAY:
            reason = "start" if actor.role == "agent" else "supervising"
            choose_in(session, actor, seat, SeatStatus.PAUSED, reason, now)
        return seat.id


def choose_status(
    sessions: Sessions, actor: Actor, status: str, pause_reason: str, now: datetime
) -> None:
    """Ready, or paused for a reason. During a call it takes effect when the call is over."""
    if status not in (SeatStatus.READY, SeatStatus.PAUSED):
        raise Refused("seat_status")
    if status == SeatStatus.READY and actor.role != "agent":
        raise Refused("not_an_agent")
    if status == SeatStatus.PAUSED and pause_reason not in PAUSE_REASONS:
        raise Refused("pause_reason")
    with write(sessions) as session:
        if status == SeatStatus.READY:
            _check_training(session, actor, now)
        reason = pause_reason if status == SeatStatus.PAUSED else ""
        choose_in(session, actor, seat_of(session, actor), SeatStatus(status), reason, now)


def go_home(sessions: Sessions, actor: Actor, now: datetime) -> None:
    """The seat is given up; refused while a customer is called or on the line or an outcome is owed."""
    with write(sessions) as session:
        seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
        if seat is None:
            return
        if seat.state in (SeatState.DIALING, SeatState.TALKING, SeatState.WRAP_UP):
            raise Refused("seat_busy")
        choose_in(session, actor, seat, SeatStatus.AWAY, "", now)


def desk_lost(sessions: Sessions, user_id: int, now: datetime) -> None:
    """Nobody sits at the screen any more: no new customer may reach this seat."""
    with write(sessions) as session:
        seat = session.scalar(select(Seat).where(Seat.user_id == user_id))
        if seat is None:
            return
        if seat.status == SeatStatus.READY or seat.state == SeatState.DIALING or _ends_itself(seat):
            choose_in(session, WEB, seat, SeatStatus.PAUSED, "desk_lost", now)


def _ends_itself(seat: Seat) -> bool:
    return seat.pause_reason == BREATHER


def pause_untrained(session: Session, now: datetime) -> int:
    """Seats whose agent's training ended last night are paused for training; returns how many."""
    rows = session.scalars(
        select(Seat).join(User, User.id == Seat.user_id)
        .where(Seat.status == SeatStatus.READY, User.trained_until < now.astimezone(HOME).date())
    ).all()  # fmt: skip
    for seat in rows:
        choose_in(session, ENGINE, seat, SeatStatus.PAUSED, "training", now)
    return len(rows)


def _check_training(session: Session, actor: Actor, now: datetime) -> None:
    until = session.get_one(User, actor.user_id).trained_until
    if not is_trained(until, now.astimezone(HOME).date()):
        raise Refused("agent_untrained", until=until.isoformat() if until else "")


def pause_missed(session: Session, seat_id: int, now: datetime) -> None:
    """The agent let an offered entry run out: the seat is paused, within the engine's transaction,
    so that no further entry is shown to an empty chair."""
    seat = session.get_one(Seat, seat_id)
    if seat.status == SeatStatus.READY:
        choose_in(session, ENGINE, seat, SeatStatus.PAUSED, "preview_missed", now)


def seat_of(session: Session, actor: Actor) -> Seat:
    """The actor's own seat; Refused("no_seat") before the desk was opened."""
    seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
    if seat is None:
        raise Refused("no_seat")
    return seat


def choose_in(
    session: Session, actor: Actor, seat: Seat, status: SeatStatus, reason: str, now: datetime
) -> None:
    """Within a transaction: the status, the audit row, the fact. What was announced is over with it."""
    if (seat.status, seat.pause_reason) == (status, reason):
        return
    before = {"status": seat.status, "reason": seat.pause_reason}
    seat.status, seat.pause_reason = status, reason
    seat.pause_at, seat.pause_at_reason, seat.pause_until = None, "", None
    if status == SeatStatus.AWAY:
        seat.help_since = None
    audit.note(
        session, actor.name, "seat.choose", f"seat:{seat.id}", now,
        before=before, after={"status": status, "reason": reason},
    )  # fmt: skip
    publish(session, SeatChosen(seat_id=seat.id, status=status, pause_reason=reason), now)
