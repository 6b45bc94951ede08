"""Totals of a campaign's run, computed from the rows; nothing is counted while it happens."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import Answered, Kind, Tally, kind_of, rate_of, tally_of
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.seat import WORK
from dialer.store.tables import Attempt, Entry, Outcome, Promise, Seat, SeatSpan

MACHINES = ("AM_AGENT", "AM_DIALER", "AM_MESSAGE", "FAX")
LIMIT_MS = 2000  # the two-second rule; the node keeps it, here it only sorts what happened


def run_totals(session: Session, campaigns: list[int], now: datetime) -> dict[str, Any]:
    """What a run came to. Times in ms, money in minor units, occupancy as a share of 1."""
    rows = session.execute(
        select(Attempt.answered_at, Attempt.connected_at, Attempt.abandoned, Attempt.waited_ms,
               Attempt.verdict, Attempt.screened, Outcome.code)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.campaign_id.in_(campaigns))
    ).all()  # fmt: skip
    answered = [row for row in rows if row.answered_at is not None]
    machines = [row for row in answered if row.code in MACHINES]
    quick = [row for row in answered if row.code in ("CALLEE_QUICK", "NO_AUDIO")]
    waits = sorted(row.waited_ms for row in rows if row.connected_at and row.waited_ms is not None)
    promises = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
        .where(Promise.campaign_id.in_(campaigns))
    ).one()  # fmt: skip
    rate = rate_of("human", answered_calls(session, campaigns, None))
    return {
        "attempts": len(rows),
        "answered": len(answered),
        "answered_person": len(answered) - len(machines) - len(quick),
        "answered_machine": len(machines),
        "answered_quick": len(quick),
        "screened": sum(bool(row.screened) and row.connected_at is None for row in answered),
        "connected": sum(row.connected_at is not None for row in rows),
        "abandoned": rate.abandoned,
        "abandonment_rate": round(rate.value, 6),
        "outcomes": dict(sorted(Counter(row.code for row in rows if row.code).items())),
        "promises": promises[0],
        "promised_amount_minor": int(promises[1]),
        "connect_ms_p50": percentile(waits, 0.50),
        "connect_ms_p99": percentile(waits, 0.99),
        "occupancy": occupancy(session, now),
    }


def answered_calls(
    session: Session, campaigns: list[int], since: datetime | None, until: datetime | None = None
) -> Tally:
    """How many answered calls of each kind the rates need."""
    counts: Counter[Kind] = Counter()
    for part in answered_kinds(session, campaigns, since, until).values():
        counts.update(part)
    return tally_of(counts)


def answered_kinds(
    session: Session, campaigns: list[int], since: datetime | None, until: datetime | None = None,
    seconds: int = 0,
) -> dict[int, Counter[Kind]]:  # fmt: skip
    """Every answered call in exactly one kind (docs/rules.md, abandonment); by parts of so many seconds,
    numbered from 1970, or all in part 0."""
    query = (
        select(
            part_of(Attempt.answered_at, seconds).label("part"),
            Attempt.abandoned,
            Attempt.seat_id.is_not(None).label("seated"),
            (Attempt.message_ms <= LIMIT_MS).label("told"),
            Attempt.ended_at.is_not(None).label("over"),
            (Attempt.screened != "").label("screened"),
            Outcome.code,
        )
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.campaign_id.in_(campaigns), Attempt.answered_at.is_not(None))
    )
    if since is not None:
        query = query.where(Attempt.answered_at >= since)
    if until is not None:
        query = query.where(Attempt.answered_at < until)
    calls = query.subquery()
    counts: dict[int, Counter[Kind]] = defaultdict(Counter)
    # counted in the database: a campaign to date is many calls
    for row in session.execute(select(*calls.c, func.count().label("n")).group_by(*calls.c)):
        kind = _kind(row)
        if kind is not None:
            counts[row.part][kind] += row.n
    return counts


def part_of(column: Any, seconds: int) -> Any:
    """The number of the part of time, from 1970, in which a moment lies; 0 seconds: there is only one."""
    if not seconds:
        return literal(0)
    at = extract("epoch", column)  # with fractions on PostgreSQL, whole seconds on SQLite
    return cast((at - at % seconds) / seconds, Integer)


def _kind(row: Any) -> Kind | None:
    """From what the node decided on its own clock; None while the call waits for an agent. Who was
    connected was so within the limit, and who is gone without an agent, not abandoned, left before."""
    met = row.seated and not row.abandoned
    if not met and not row.abandoned and not row.over:
        return None
    return kind_of(
        Answered(
            agent_ms=0.0 if met else None, message_ms=0.0 if row.told else None,
            hung_up_by_callee_ms=None if row.abandoned else 0.0,
            machine_said_agent=row.code is not None and not OUTCOMES[row.code].person,
            no_media=row.code == "NO_AUDIO", amd_hung_up=row.screened and not met,
        ),
        LIMIT_MS,
    )  # fmt: skip


def occupancy(session: Session, now: datetime) -> float:
    """Work (preview, dialing, talk, wrap-up) / (work + waiting), over all seats."""
    sums: dict[str, float] = defaultdict(float)
    for state, started, ended in session.execute(
        select(SeatSpan.state, SeatSpan.started_at, SeatSpan.ended_at)
        .where(SeatSpan.state.in_((*WORK, "idle")))
    ):  # fmt: skip
        sums[state] += ((ended or now) - started).total_seconds()
    work = sum(sums[state] for state in WORK)
    return round(work / (work + sums["idle"]), 4) if work + sums["idle"] else 0.0


def percentile(ordered: list[float], share: float) -> float | None:
    """The value below which `share` of them lie (nearest rank); None without values."""
    if not ordered:
        return None
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2)


def progress(session: Session, campaigns: list[int]) -> dict[str, int]:
    """How far a run is."""
    states = dict(session.execute(
        select(Entry.state, func.count()).where(Entry.campaign_id.in_(campaigns))
        .group_by(Entry.state)
    ).all())  # fmt: skip
    attempted = session.scalar(
        select(func.count()).select_from(Entry)
        .where(Entry.campaign_id.in_(campaigns), Entry.attempts > 0)
    )  # fmt: skip
    return {"attempted": attempted or 0, **states}


def is_over(session: Session, campaigns: list[int], now: datetime) -> bool:
    """Nothing dialable, nothing in the air, no agent who owes an outcome."""
    dialable = session.scalar(
        select(Entry.id).where(
            Entry.campaign_id.in_(campaigns),
            (Entry.state.in_(("offered", "in_flight", "loading")))
            | ((Entry.state == "ready") & (Entry.next_at <= now)),
        ).limit(1)
    )  # fmt: skip
    open_attempt = session.scalar(select(Attempt.id).where(Attempt.ended_at.is_(None)).limit(1))
    busy = session.scalar(select(Seat.id).where(Seat.state.in_(WORK)).limit(1))
    return dialable is None and open_attempt is None and busy is None
