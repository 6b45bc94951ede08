"""What the creditor gets: progress by batch and bucket, collected against placed, and the close-out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.buckets import DEFAULT, Bucket, bucket_of
from dialer.reports.kpis import Period, campaign_figures, outcomes, share
from dialer.store.tables import (
    Account,
    BucketRow,
    Campaign,
    Case,
    Complaint,
    Creditor,
    Entry,
    Hold,
    Payment,
    Placement,
)


def creditor_report(session: Session, creditor_id: int, period: Period) -> dict[str, Any] | None:
    """Totals, batches, buckets, outcomes and complaints of one creditor in one period."""
    creditor = session.get(Creditor, creditor_id)
    if creditor is None:
        return None
    campaigns = list(
        session.scalars(select(Campaign.id).where(Campaign.creditor_id == creditor_id))
    )
    figures = campaign_figures(session, campaigns, period)
    return {
        "creditor": creditor.name, "from": period.first.isoformat(), "to": period.last.isoformat(),
        "figures": {**figures, "collected_minor": collected(session, creditor_id, period)},
        "batches": [batch(session, p, period.last) for p in session.scalars(
            select(Placement).where(Placement.creditor_id == creditor_id).order_by(Placement.id)
        )],
        "buckets": buckets(session, creditor_id),
        "outcomes": outcomes(session, campaigns, period),
        "complaints": _complaints(session, creditor_id, period),
        "holds": _holds(session, creditor_id),
    }  # fmt: skip


def collected(session: Session, creditor_id: int, period: Period) -> int:
    """Net of reversals, by value date."""
    return int(session.scalar(
        select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(
            Payment.creditor_id == creditor_id, Payment.account_id.is_not(None),
            Payment.value_on >= period.first, Payment.value_on <= period.last,
        )
    ) or 0)  # fmt: skip


def batch(session: Session, placement: Placement, day: date) -> dict[str, Any]:
    """One placement: placed, collected until `day`, recovery against target, cases by state."""
    cases = {
        state: (n, int(placed))
        for state, n, placed in session.execute(
            select(Case.state, func.count(), func.sum(Case.placed_minor))
            .where(Case.placement_id == placement.id, Case.state != "loading").group_by(Case.state)
        )
    }  # fmt: skip
    placed = sum(amount for _, amount in cases.values())
    accounts = select(Case.account_id).where(Case.placement_id == placement.id)
    got = int(session.scalar(
        select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(
            Payment.account_id.in_(accounts), Payment.value_on >= placement.placed_on,
            Payment.value_on <= day,
        )
    ) or 0)  # fmt: skip
    worked = session.scalar(
        select(func.count()).select_from(Entry)
        .join(Case, Case.id == Entry.case_id)
        .where(Case.placement_id == placement.id, Entry.attempts > 0)
    ) or 0  # fmt: skip
    total = sum(n for n, _ in cases.values())
    recovery = share(got, placed)
    return {
        "batch_no": placement.batch_no, "state": placement.state,
        "placed_on": placement.placed_on.isoformat(), "cases": total,
        "active": cases.get("active", (0, 0))[0], "closed": cases.get("closed", (0, 0))[0],
        "recalled": cases.get("recalled", (0, 0))[0], "placed_minor": placed,
        "collected_minor": got, "recovery_rate": recovery, "target_rate": placement.target_rate,
        "against_target": share(recovery or 0, placement.target_rate or 0),
        "penetration": share(worked, total),
    }  # fmt: skip


def buckets(session: Session, creditor_id: int) -> list[dict[str, Any]]:
    """Open accounts and balances by the creditor's own DPD ranges."""
    own = [
        Bucket(row.name, row.first, row.last)
        for row in session.scalars(select(BucketRow).where(BucketRow.creditor_id == creditor_id))
    ]
    table = sorted(own or DEFAULT, key=lambda b: b.first)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for days, n, balance in session.execute(
        select(Account.overdue_days, func.count(), func.sum(Account.balance_minor))
        .join(Case, Case.account_id == Account.id)
        .where(Account.creditor_id == creditor_id, Case.state == "active")
        .group_by(Account.overdue_days)
    ):  # fmt: skip
        counts[bucket_of(days, table)][0] += n
        counts[bucket_of(days, table)][1] += int(balance)
    return [
        {"bucket": b.name, "accounts": counts[b.name][0], "balance_minor": counts[b.name][1]}
        for b in table
    ]


def _complaints(session: Session, creditor_id: int, period: Period) -> dict[str, int]:
    people = select(Account.debtor_id).where(Account.creditor_id == creditor_id)
    rows = session.execute(
        select(Complaint.state, func.count()).where(
            Complaint.debtor_id.in_(people), Complaint.at >= period.since, Complaint.at < period.until
        ).group_by(Complaint.state)
    )  # fmt: skip
    return {state: n for state, n in rows}


def _holds(session: Session, creditor_id: int) -> dict[str, int]:
    people = select(Account.debtor_id).where(Account.creditor_id == creditor_id)
    rows = session.execute(
        select(Hold.kind, func.count()).where(Hold.debtor_id.in_(people), Hold.ends_at.is_(None))
        .group_by(Hold.kind)
    )  # fmt: skip
    return {kind: n for kind, n in rows}


def close_out(session: Session, placement_id: int) -> dict[str, Any] | None:
    """The end of a batch: what came in, what went out, what is left and why."""
    placement = session.get(Placement, placement_id)
    if placement is None:
        return None
    reasons = session.execute(
        select(Case.state, Case.reason, func.count(), func.sum(Case.placed_minor))
        .where(Case.placement_id == placement_id)
        .group_by(Case.state, Case.reason)
    ).all()
    last = session.scalar(select(func.max(Payment.value_on)))
    return {
        **batch(session, placement, last or placement.placed_on),
        "recall_reason": placement.recall_reason,
        "by_reason": [
            {"state": state, "reason": reason, "cases": n, "placed_minor": int(placed)}
            for state, reason, n, placed in reasons
        ],
    }  # fmt: skip
