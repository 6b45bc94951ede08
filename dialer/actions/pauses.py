"""Pauses that the pacer knows of: announced ahead, or ending at a known second; and a call for help."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.actions.seats import PAUSE_REASONS, choose_in, seat_of
from dialer.domain.pauses import ANNOUNCE_MINUTES, BREATHER, BREATHER_TIME, BREATHERS_A_DAY
from dialer.domain.seat import SeatStatus
from dialer.facts import HelpAsked, SeatChosen
from dialer.feed import publish
from dialer.store import audit
from dialer.store.pauses import breathers_left
from dialer.store.session import Sessions, write
from dialer.store.tables import Seat


def announce_pause(
    sessions: Sessions, actor: Actor, reason: str, minutes: int, now: datetime
) -> None:
    """A pause in some minutes; 0 takes it back. Until then customers come as before.

    Refused("pause_reason" | "pause_minutes" | "pause_ready")."""
    if minutes and reason not in PAUSE_REASONS:
        raise Refused("pause_reason")
    if minutes and minutes not in ANNOUNCE_MINUTES:
        raise Refused("pause_minutes", minutes=", ".join(map(str, ANNOUNCE_MINUTES)))
    with write(sessions) as session:
        seat = seat_of(session, actor)
        if minutes and seat.status != SeatStatus.READY:
            raise Refused("pause_ready")
        seat.pause_at = now + timedelta(minutes=minutes) if minutes else None
        seat.pause_at_reason = reason if minutes else ""
        audit.note(
            session, actor.name, "seat.announce", f"seat:{seat.id}", now,
            after={"reason": seat.pause_at_reason, "minutes": minutes},
        )  # fmt: skip
        publish(session, SeatChosen(
            seat_id=seat.id, status=seat.status, pause_reason=seat.pause_reason
        ), now)  # fmt: skip


def take_breather(sessions: Sessions, actor: Actor, now: datetime) -> None:
    """A minute without a call, after a hard one; it begins when the seat is free and ends by itself.

    Refused("breathers_used") after so many in a day."""
    with write(sessions) as session:
        seat = seat_of(session, actor)
        if breathers_left(session, seat, now) <= 0:
            raise Refused("breathers_used", most=BREATHERS_A_DAY)
        choose_in(session, actor, seat, SeatStatus.PAUSED, BREATHER, now)


def start_breather(seat: Seat, now: datetime) -> None:
    """The seat is free: from now on it counts."""
    if seat.pause_reason == BREATHER and seat.pause_until is None:
        seat.pause_until = now + BREATHER_TIME


def ask_help(sessions: Sessions, actor: Actor, is_wanted: bool, now: datetime) -> None:
    """Call the supervisor to the seat, or take it back; the board shows since when."""
    with write(sessions) as session:
        seat = seat_of(session, actor)
        if (seat.help_since is not None) == is_wanted:
            return
        seat.help_since = now if is_wanted else None
        audit.note(
            session, actor.name, "seat.help", f"seat:{seat.id}", now, after={"wanted": is_wanted}
        )
        publish(session, HelpAsked(seat_id=seat.id, is_wanted=is_wanted), now)
