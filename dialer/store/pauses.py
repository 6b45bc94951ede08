"""Breathers that were taken, from the spans of the seat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.clock import HOME
from dialer.domain.pauses import BREATHER, BREATHERS_A_DAY
from dialer.store.tables import Seat, SeatSpan


def breathers_left(session: Session, seat: Seat, now: datetime) -> int:
    """How many of today's are left."""
    since = now.astimezone(HOME).replace(hour=0, minute=0, second=0, microsecond=0)
    taken = session.scalar(
        select(func.count()).select_from(SeatSpan).where(
            SeatSpan.seat_id == seat.id, SeatSpan.pause_reason == BREATHER,
            SeatSpan.started_at >= since,
        )
    )  # fmt: skip
    return max(BREATHERS_A_DAY - (taken or 0), 0)
