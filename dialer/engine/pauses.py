"""Pauses with a time: begun when announced, ended when over, and told to the pacer ahead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import ENGINE
from dialer.actions.seats import choose_in
from dialer.domain.pauses import LEAVE_WITHIN
from dialer.domain.seat import SeatState, SeatStatus
from dialer.engine.floor import Floor, LiveSeat
from dialer.store.tables import Seat


def leaves_soon(seat: LiveSeat, now: datetime) -> bool:
    """A call placed now would find the chair empty."""
    return seat.leaves_at is not None and seat.leaves_at - now <= LEAVE_WITHIN


def seconds_back(seat: LiveSeat, now: datetime, clock: float) -> float | None:
    """The second of the engine's clock `clock` at which a pause ends by itself; None: nobody knows."""
    if seat.back_at is None or seat.state is not SeatState.PAUSED:
        return None
    return clock + (seat.back_at - now).total_seconds()


def sweep(session: Session, floor: Floor, now: datetime) -> None:
    """Once a second. An announced pause begins when no call in the air counts on the seat, or a little
    later whatever is in the air; during a talk at once, which means after it."""
    for row in session.scalars(select(Seat).where(Seat.pause_at <= now)):
        seat = floor.seats.get(row.id)
        waits = seat is not None and seat.state is SeatState.IDLE and not floor.is_spare(seat)
        if row.pause_at is not None and (not waits or now - row.pause_at >= LEAVE_WITHIN):
            choose_in(session, ENGINE, row, SeatStatus.PAUSED, row.pause_at_reason, now)
    for row in session.scalars(select(Seat).where(Seat.pause_until <= now)):
        choose_in(session, ENGINE, row, SeatStatus.READY, "", now)
