"""What the creditor gets: progress of a period by batch, bucket, campaign and agent; collected against
placed; how balances moved; what the law asks us to show.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.reports.compliance import compliance_report
from dialer.reports.day_shape import over_time
from dialer.reports.kpis import by_campaign, campaign_figures, outcomes
from dialer.reports.movement import ageing, nights, roll
from dialer.reports.period import Period, share
from dialer.reports.pressure import first_attempt_hours
from dialer.reports.recovery import (
    collected,
    cost_to_collect,
    curve,
    open_balance,
    recovery,
    suspense,
    vintage,
)
from dialer.store.tables import (
    Account,
    Campaign,
    Case,
    Complaint,
    Creditor,
    Entry,
    Hold,
    Outcome,
    Placement,
)


def creditor_report(
    session: Session, creditor_id: int, period: Period, pack: RulePack
) -> dict[str, Any] | None:
    """Everything of one creditor in one period; None when there is no such creditor."""
    creditor = session.get(Creditor, creditor_id)
    if creditor is None:
        return None
    campaigns = list(
        session.scalars(select(Campaign.id).where(Campaign.creditor_id == creditor_id))
    )
    placements = session.scalars(
        select(Placement).where(Placement.creditor_id == creditor_id).order_by(Placement.id)
    ).all()
    moved = nights(session, creditor_id, period)
    return {
        "creditor": creditor.name, "from": period.first.isoformat(), "to": period.last.isoformat(),
        "figures": {
            **campaign_figures(session, campaigns, period),
            "collected_minor": collected(session, creditor_id, period),
            "open_balance_minor": open_balance(session, creditor_id),
            "first_attempt_hours": first_attempt_hours(session, creditor_id, period),
            "invalid_numbers": _invalid(session, campaigns, period),
        },
        "over_time": over_time(session, campaigns, period),
        "strategies": by_campaign(session, period, creditor_id),
        "batches": [batch(session, p, period) for p in placements],
        "curves": [
            {"batch_no": p.batch_no, "points": curve(session, p, period.last)} for p in placements
        ],
        "buckets": ageing(session, creditor_id, period.last),
        "roll": roll(session, creditor_id, *moved) if moved else [],
        "vintage": vintage(session, creditor_id),
        "outcomes": outcomes(session, campaigns, period),
        "complaints": _complaints(session, creditor_id, period),
        "holds": _holds(session, creditor_id),
        "cost": cost_to_collect(session, creditor_id, period),
        "suspense": suspense(session, creditor_id),
        "compliance": compliance_report(session, creditor_id, period, pack),
    }  # fmt: skip


def exists(session: Session, creditor_id: int) -> bool:
    """Whether there is such a creditor."""
    return session.get(Creditor, creditor_id) is not None


def batch(session: Session, placement: Placement, period: Period) -> dict[str, Any]:
    """One placement: cases by state, recovery against target as of the last day, penetration."""
    cases = {
        state: n
        for state, n in session.execute(
            select(Case.state, func.count())
            .where(Case.placement_id == placement.id, Case.state != "loading").group_by(Case.state)
        )
    }  # fmt: skip
    worked = session.scalar(
        select(func.count(Entry.case_id.distinct()))
        .join(Case, Case.id == Entry.case_id)
        .where(Case.placement_id == placement.id, Entry.attempts > 0)
    ) or 0  # fmt: skip
    money = recovery(session, placement, period.last)
    total = sum(cases.values())
    return {
        "batch_no": placement.batch_no, "state": placement.state,
        "placed_on": placement.placed_on.isoformat(),
        "age_days": (period.last - placement.placed_on).days, "cases": total,
        "active": cases.get("active", 0), "closed": cases.get("closed", 0),
        "recalled": cases.get("recalled", 0), **money, "penetration": share(worked, total),
    }  # fmt: skip


def _invalid(session: Session, campaigns: list[int], period: Period) -> int:
    return session.scalar(
        select(func.count()).select_from(Outcome).where(
            Outcome.campaign_id.in_(campaigns), Outcome.code.in_(("INVALID", "WRONG_NUMBER")),
            Outcome.at >= period.since, Outcome.at < period.until,
        )
    ) or 0  # fmt: skip


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
