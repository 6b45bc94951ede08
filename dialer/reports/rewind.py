"""The board as it was: seats, calls and promises at a minute of the day, from what is stored anyway.

Rewound are facts: states of seats, calls in the air, answered, connected and abandoned, promises. The pacing
sentence is not kept and is not invented.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from dialer.reports.live_board import day_start
from dialer.store.tables import Attempt, Campaign, Promise, Seat, SeatSpan, User

STATES = ("idle", "previewing", "dialing", "talking", "wrap_up", "paused", "connecting")


def state_at(session: Session, at: datetime) -> dict[str, Any]:
    """Seats and totals at the moment `at`, counts since midnight before it."""
    seats = _seats(session, at)
    campaigns = _campaigns(session, at)
    states = Counter(seat["state"] for seat in seats)
    promises = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
        .where(Promise.at >= day_start(at), Promise.at <= at)
    ).one()  # fmt: skip
    sums: Counter[str] = Counter()
    for row in campaigns:
        sums.update({name: row[name] for name in row if name not in ("id", "name")})
    return {
        "at": at.isoformat(), "seats": seats, "campaigns": campaigns,
        "totals": {
            **{state: states[state] for state in STATES}, **sums,
            "promises": promises[0], "promised_minor": int(promises[1]),
        },
    }  # fmt: skip


def _seats(session: Session, at: datetime) -> list[dict[str, Any]]:
    rows = session.execute(
        select(SeatSpan, User.display_name)
        .join(Seat, Seat.id == SeatSpan.seat_id).join(User, User.id == Seat.user_id)
        .where(SeatSpan.started_at <= at, SeatSpan.started_at >= day_start(at),
               or_(SeatSpan.ended_at.is_(None), SeatSpan.ended_at > at))
        .order_by(User.display_name)
    )  # fmt: skip
    return [
        {"id": span.seat_id, "name": name, "state": span.state, "pause_reason": span.pause_reason,
         "since": span.started_at.isoformat()}
        for span, name in rows if span.state != "offline"
    ]  # fmt: skip


def _campaigns(session: Session, at: datetime) -> list[dict[str, Any]]:
    def counted(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    answered = and_(Attempt.answered_at.is_not(None), Attempt.answered_at <= at)
    connected = and_(Attempt.connected_at.is_not(None), Attempt.connected_at <= at)
    over = and_(Attempt.ended_at.is_not(None), Attempt.ended_at <= at)
    rows = session.execute(
        select(
            Campaign.id, Campaign.name, func.count().label("attempts"),
            counted(and_(~over, ~connected)).label("in_air"),
            counted(answered).label("answered"), counted(connected).label("connected"),
            counted(and_(Attempt.abandoned, over)).label("abandoned"),
        )
        .join(Attempt, Attempt.campaign_id == Campaign.id)
        .where(Attempt.created_at >= day_start(at), Attempt.created_at <= at)
        .group_by(Campaign.id, Campaign.name).order_by(Campaign.id)
    )  # fmt: skip
    return [{name: value for name, value in row._mapping.items()} for row in rows]
