"""The dry run's forecast, from what this floor measured in the last thirty days if it did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.forecast import Figures, forecast
from dialer.store.tables import Attempt, Seat, SeatSpan, Upload, User

MEASURED_FROM = 200  # attempts; fewer say nothing
DAYS = timedelta(days=30)


def forecast_of(session: Session, upload: Upload, now: datetime) -> dict[str, Any]:
    """Plain types, with the figures it was made from."""
    figures = measured(session, now)
    agents = session.scalar(
        select(func.count()).select_from(Seat).where(Seat.state != "offline")
    ) or session.scalar(
        select(func.count()).select_from(User).where(User.role == "agent", User.active)
    ) or 0  # fmt: skip
    entries = int(upload.counts.get("new", 0))
    result = forecast(entries, agents, figures)
    return {
        "entries": entries, "agents": agents, "attempts": result.attempts,
        "conversations": result.conversations, "agent_minutes": result.agent_minutes,
        "working_minutes": (
            round(result.working_time.total_seconds() / 60) if result.working_time else None
        ),
        "answer_rate": round(figures.answer_rate, 4), "talk_seconds": round(figures.talk_seconds, 1),
        "wrap_seconds": round(figures.wrap_seconds, 1), "measured": figures.measured,
    }  # fmt: skip


def measured(session: Session, now: datetime) -> Figures:
    """Answer rate, talk and wrap-up of the last thirty days; the defaults without enough calls."""
    since = now - DAYS
    attempts, answered = session.execute(
        select(func.count(), func.count(Attempt.answered_at)).where(Attempt.created_at >= since)
    ).one()
    if attempts < MEASURED_FROM or not answered:
        return Figures()
    talk = session.scalar(
        select(func.avg(Attempt.talk_ms)).where(Attempt.created_at >= since, Attempt.talk_ms > 0)
    )
    wraps = session.execute(
        select(SeatSpan.started_at, SeatSpan.ended_at).where(
            SeatSpan.state == "wrap_up", SeatSpan.started_at >= since, SeatSpan.ended_at.is_not(None)
        ).order_by(SeatSpan.id.desc()).limit(2000)
    ).all()  # fmt: skip
    seconds = [(row.ended_at - row.started_at).total_seconds() for row in wraps]
    return Figures(
        answer_rate=answered / attempts, talk_seconds=float(talk or 0) / 1000,
        wrap_seconds=sum(seconds) / len(seconds) if seconds else Figures().wrap_seconds, measured=True,
    )  # fmt: skip
