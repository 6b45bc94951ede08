"""Planned comparisons with what they came to so far: the first people of each side that are ripe."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.comparisons import Person, Side, as_shown, side_of, verdict
from dialer.domain.promises import SETTLED, PromiseState
from dialer.reports.kpis import RIGHT_PARTY
from dialer.store.tables import Attempt, Campaign, Comparison, Outcome, Promise

SHOWN = 20
WRAP_MAX = timedelta(minutes=15)  # an outcome recorded later was not that long at work


def comparisons(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Newest first."""
    rows = session.scalars(select(Comparison).order_by(Comparison.id.desc()).limit(SHOWN)).all()
    ids = {each for row in rows for each in (row.campaign_a, row.campaign_b)}
    named = session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(ids)))
    names = {number: name for number, name in named}
    return [_row(session, row, names, now) for row in rows]


def _row(session: Session, row: Comparison, names: dict[int, str], now: datetime) -> dict[str, Any]:
    a = side_of(people_of(session, row, row.campaign_a, now))
    b = side_of(people_of(session, row, row.campaign_b, now))
    said, by = verdict(row.measure, a, b, row.planned)
    sides: list[tuple[int, Side]] = [(row.campaign_a, a), (row.campaign_b, b)]
    return {
        "id": row.id, "measure": row.measure, "base": row.base, "least": row.least,
        "planned": row.planned, "window_days": row.window_days,
        "since": row.created_at.isoformat(), "verdict": said,
        "difference": [by.value, by.low, by.high] if by else None,
        "sides": [{"campaign": names[number], **as_shown(side)} for number, side in sides],
    }  # fmt: skip


def people_of(session: Session, row: Comparison, campaign_id: int, now: datetime) -> list[Person]:
    """The first `planned` entries first called since the plan whose window has passed."""
    window = timedelta(days=row.window_days)
    first = func.min(Attempt.created_at)
    starts = {
        entry: at
        for entry, at in session.execute(
            select(Attempt.entry_id, first).where(Attempt.campaign_id == campaign_id)
            .group_by(Attempt.entry_id).having(first >= row.created_at, first <= now - window)
            .order_by(first, Attempt.entry_id).limit(row.planned)
        )
    }  # fmt: skip
    if not starts:
        return []
    calls = _calls(session, row, campaign_id, starts, window)
    promises = _promises(session, row, campaign_id, starts, window)
    return [_person(calls[entry], promises[entry]) for entry in starts]


def _calls(
    session: Session, row: Comparison, campaign_id: int, starts: dict[int, datetime], window: timedelta
) -> dict[int, list[tuple[bool, float]]]:  # fmt: skip
    found: dict[int, list[tuple[bool, float]]] = defaultdict(list)
    query = (
        select(Attempt.entry_id, Attempt.created_at, Attempt.seat_id, Attempt.talk_ms,
               Attempt.ended_at, Outcome.code, Outcome.at, Outcome.user_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.campaign_id == campaign_id, Attempt.created_at >= row.created_at,
               Attempt.created_at < max(starts.values()) + window)
    )  # fmt: skip
    for entry, made, seat, talk_ms, ended, code, at, user in session.execute(query):
        if entry not in starts or made >= starts[entry] + window:
            continue
        wrap = min(max(at - ended, timedelta()), WRAP_MAX) if user and ended else timedelta()
        minutes = talk_ms / 60_000 + wrap.total_seconds() / 60 if seat else 0.0
        found[entry].append((code in RIGHT_PARTY, minutes))
    return found


def _promises(
    session: Session, row: Comparison, campaign_id: int, starts: dict[int, datetime], window: timedelta
) -> dict[int, list[str]]:  # fmt: skip
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(Attempt.entry_id, Promise.at, Promise.state)
        .join(Attempt, Attempt.id == Promise.attempt_id)
        .where(Promise.campaign_id == campaign_id, Promise.plan_id.is_(None),
               Promise.at >= row.created_at)
    )  # fmt: skip
    for entry, at, state in session.execute(query):
        if entry in starts and at < starts[entry] + window:
            found[entry].append(state)
    return found


def _person(calls: list[tuple[bool, float]], promises: list[str]) -> Person:
    return Person(
        attempts=len(calls), contacted=any(right for right, _ in calls), promises=len(promises),
        kept=sum(state == PromiseState.KEPT for state in promises),
        settled=sum(state in SETTLED for state in promises),
        agent_minutes=sum(minutes for _, minutes in calls),
    )  # fmt: skip
