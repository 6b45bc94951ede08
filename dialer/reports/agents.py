"""Agents: time, occupancy, what came of it per hour. Hours are signed-in hours: every state of the seat
but offline, which is also what is paid as far as Kept knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dialer.domain.outcomes import OUTCOMES
from dialer.domain.promises import SETTLED
from dialer.domain.seat import WORK
from dialer.reports.kpis import RIGHT_PARTY
from dialer.reports.period import Period, share
from dialer.store.tables import Outcome, Promise, Seat, SeatSpan, User

PERSON = tuple(code for code, o in OUTCOMES.items() if o.person and o.by_agent)
HOUR = 3600
BETWEEN = ("idle", "connecting")  # waiting for the next call; a pause is not


def by_agent(session: Session, period: Period) -> list[dict[str, Any]]:
    """One row per agent. AHT divides by people handled; the rates per hour by signed-in hours."""
    spans = _spans(session, period)
    talks, promised = _talks(session, period), _promised(session, period)
    collected = _collected(session, period)
    rows = []
    for seat_id, user_id, name in session.execute(
        select(Seat.id, User.id, User.display_name)
        .join(User, User.id == Seat.user_id).order_by(User.id)
    ):  # fmt: skip
        calls, handled, right = talks.get(user_id, (0, 0, 0))
        made, amount = promised.get(user_id, (0, 0))
        rows.append({
            "agent": name, "calls": calls, "handled": handled, "right_party": right,
            "promises": made, "promised_minor": amount, "collected_minor": collected.get(user_id, 0),
            **times(spans.get(seat_id, []), handled, right, made, collected.get(user_id, 0)),
        })  # fmt: skip
    return rows


Span = tuple[str, datetime, datetime]


def times(
    spans: Iterable[Span], handled: int, right: int, promises: int, collected_minor: int
) -> dict[str, Any]:
    """Seconds by state and the figures made of them."""
    spent: dict[str, float] = defaultdict(float)
    every = list(spans)
    for state, start, end in every:
        spent[state] += (end - start).total_seconds()
    talk, wrap, idle = spent["talking"], spent["wrap_up"], spent["idle"]
    work, signed_in = sum(spent[state] for state in WORK), sum(spent.values())
    return {
        "talk_s": round(talk), "wrap_s": round(wrap), "waiting_s": round(idle),
        "paused_s": round(spent["paused"]), "signed_in_s": round(signed_in),
        "occupancy": share(work, work + idle), "utilisation": share(work + idle, signed_in),
        "aht_s": share(talk + wrap, handled), "idle_gap_s": idle_gap(every),
        "calls_per_hour": share(handled * HOUR, signed_in),
        "rpc_per_hour": share(right * HOUR, signed_in),
        "promises_per_hour": share(promises * HOUR, signed_in),
        "collected_per_hour_minor": round(collected_minor * HOUR / signed_in) if signed_in else None,
        "talk_min_per_hour": share(talk / 60 * HOUR, signed_in),
    }  # fmt: skip


def idle_gap(spans: Iterable[Span]) -> float | None:
    """Mean seconds from the end of a wrap-up to the next call, without those a pause interrupted."""
    gaps, since = [], None
    for state, start, end in spans:
        if state == "wrap_up":
            since = end
        elif state == "talking" and since is not None:
            gaps.append((start - since).total_seconds())
            since = None
        elif state not in BETWEEN:
            since = None
    return round(sum(gaps) / len(gaps), 3) if gaps else None


def _spans(session: Session, period: Period) -> dict[int, list[Span]]:
    """Seat -> its states within the period, in order."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in session.execute(
        select(SeatSpan.seat_id, SeatSpan.state, SeatSpan.started_at, SeatSpan.ended_at).where(
            SeatSpan.started_at < period.until, SeatSpan.state != "offline",
            SeatSpan.ended_at.is_not(None), SeatSpan.ended_at > period.since,
        ).order_by(SeatSpan.started_at, SeatSpan.id)
    ):  # fmt: skip
        start, end = max(row.started_at, period.since), min(row.ended_at, period.until)
        spans[row.seat_id].append((row.state, start, end))
    return spans


def _talks(session: Session, period: Period) -> dict[int | None, tuple[int, int, int]]:
    """User -> calls with an outcome, people among them, right parties among those."""

    def of(codes: tuple[str, ...]) -> Any:
        return func.sum(case((Outcome.code.in_(codes), 1), else_=0))

    return {
        user: (n, int(people), int(right))
        for user, n, people, right in session.execute(
            select(Outcome.user_id, func.count(), of(PERSON), of(RIGHT_PARTY))
            .where(Outcome.user_id.is_not(None), Outcome.at >= period.since, Outcome.at < period.until)
            .group_by(Outcome.user_id)
        )
    }  # fmt: skip


def _promised(session: Session, period: Period) -> dict[int | None, tuple[int, int]]:
    return {
        user: (n, int(amount))
        for user, n, amount in session.execute(
            select(Promise.user_id, func.count(), func.sum(Promise.amount_minor))
            .where(Promise.user_id.is_not(None), Promise.plan_id.is_(None),
                   Promise.at >= period.since, Promise.at < period.until)
            .group_by(Promise.user_id)
        )
    }  # fmt: skip


def _collected(session: Session, period: Period) -> dict[int | None, int]:
    """User -> what was paid on promises of theirs that were due in the period and are decided."""
    paid = case(
        (Promise.paid_minor < Promise.amount_minor, Promise.paid_minor), else_=Promise.amount_minor
    )
    return {
        user: int(amount)
        for user, amount in session.execute(
            select(Promise.user_id, func.sum(paid))
            .where(Promise.user_id.is_not(None), Promise.state.in_(SETTLED),
                   Promise.due_on >= period.first, Promise.due_on <= period.last)
            .group_by(Promise.user_id)
        )
    }  # fmt: skip
