"""How hard people are called: attempts and effective calls per person and day, complaints, first attempts.

Counted over all creditors and campaigns, as the caps count: a person has one day, whoever calls.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Past, RulePack
from dialer.reports.period import Period, share
from dialer.store.attempts import history
from dialer.store.tables import Account, Attempt, Case, Complaint, Placement

LONGEST_WINDOW = timedelta(days=31)  # of any cap


@dataclass(frozen=True, slots=True)
class DebtorDay:
    """One person on one of their days."""

    debtor_id: int
    day: date
    attempts: int  # INVITEs that may have rung
    effective: int


def contacts(session: Session, creditor_id: int, period: Period) -> dict[int, list[Past]]:
    """Person of this creditor who was called in the period -> all their contacts since the longest
    window of a cap before it, by whomever, in order of time."""
    people = session.scalars(
        select(Attempt.debtor_id).distinct()
        .join(Account, Account.id == Attempt.account_id)
        .where(Account.creditor_id == creditor_id, Attempt.local_day >= period.first,
               Attempt.local_day <= period.last)
    ).all()  # fmt: skip
    found = history(session, people, [], period.first - LONGEST_WINDOW)
    return {
        person: sorted(found.of(person, []), key=lambda past: past.at) for person in sorted(people)
    }


def debtor_days(every: dict[int, list[Past]], period: Period) -> list[DebtorDay]:
    """Attempts and effective calls of each person on each of their days in the period."""
    rows = []
    for person, pasts in every.items():
        days: dict[date, list[Past]] = defaultdict(list)
        for past in pasts:
            if period.first <= past.day <= period.last:
                days[past.day].append(past)
        rows += [
            DebtorDay(person, day, sum(p.rang for p in some), sum(p.effective for p in some))
            for day, some in sorted(days.items())
        ]
    return rows


def pressure(session: Session, creditor_id: int, period: Period, pack: RulePack) -> dict[str, Any]:
    """Distributions over debtor-days with the limits of the pack; a maximum above one is a fault."""
    rows = debtor_days(contacts(session, creditor_id, period), period)
    limits = {cap.code: cap.limit for cap in pack.caps}
    answer: dict[str, Any] = {"debtor_days": len(rows)}
    for what, cap in (("attempts", "CAP_DAY_ATTEMPT"), ("effective", "CAP_DAY_EFFECTIVE")):
        counts = Counter(getattr(row, what) for row in rows)
        answer[what] = {
            "distribution": [{"n": n, "debtor_days": counts[n]} for n in sorted(counts)],
            "max": max(counts, default=0), "limit": limits.get(cap),
            "above": sum(k for n, k in counts.items() if n > limits.get(cap, n)),
        }  # fmt: skip
    return answer


def complaint_rate(session: Session, creditor_id: int, period: Period) -> dict[str, Any]:
    """万投比: complaints recorded ÷ dials × 10,000; and ÷ accounts called × 1,000."""
    people = select(Account.debtor_id).where(Account.creditor_id == creditor_id)
    n = session.scalar(
        select(func.count()).select_from(Complaint).where(
            Complaint.debtor_id.in_(people), Complaint.at >= period.since, Complaint.at < period.until
        )
    ) or 0  # fmt: skip
    dials, accounts = session.execute(
        select(func.count(), func.count(Attempt.account_id.distinct()))
        .join(Account, Account.id == Attempt.account_id)
        .where(Account.creditor_id == creditor_id, Attempt.created_at >= period.since,
               Attempt.created_at < period.until)
    ).one()  # fmt: skip
    return {
        "complaints": n, "dials": dials, "accounts_worked": accounts,
        "per_10000_calls": share(n * 10_000, dials),
        "per_1000_accounts": share(n * 1_000, accounts),
    }  # fmt: skip


def first_attempt_hours(session: Session, creditor_id: int, period: Period) -> float | None:
    """Median hours from taking a case over to its first attempt, of cases first called in the period."""
    first = func.min(Attempt.created_at)
    rows = session.execute(
        select(Case.opened_at, first)
        .join(Attempt, Attempt.case_id == Case.id)
        .join(Placement, Placement.id == Case.placement_id)
        .where(Placement.creditor_id == creditor_id)
        .group_by(Case.id, Case.opened_at)
        .having(first >= period.since, first < period.until)
    ).all()
    waits = [(at - opened).total_seconds() / 3600 for opened, at in rows]
    return round(statistics.median(waits), 3) if waits else None
