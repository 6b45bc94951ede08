"""Money: what came in, of what was placed, by when, against which target, and at what cost.

Collected is net of reversals, by value date, and belongs to the placement that had the account then.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from dialer.reports.period import Period, share
from dialer.store.tables import Account, Case, Cost, Payment, Placement

CURVE_DAYS = 180


def collected(session: Session, creditor_id: int, period: Period) -> int:
    """Net of reversals, by value date; money in suspense belongs to nobody yet."""
    return int(session.scalar(
        select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(
            Payment.creditor_id == creditor_id, Payment.account_id.is_not(None),
            Payment.value_on >= period.first, Payment.value_on <= period.last,
        )
    ) or 0)  # fmt: skip


def _payments(placement: Placement, until: date, *columns: Any) -> Select[Any]:
    """Payments of its accounts from the day it was placed until the account was placed again."""
    later, again = aliased(Placement), aliased(Case)
    return (
        select(*columns)
        .join(Case, Case.account_id == Payment.account_id)
        .where(
            Case.placement_id == placement.id, Payment.value_on >= placement.placed_on,
            Payment.value_on <= until,
            ~exists().where(
                again.account_id == Payment.account_id, again.placement_id == later.id,
                later.id != placement.id, later.placed_on > placement.placed_on,
                later.placed_on <= Payment.value_on,
            ),
        )
    )  # fmt: skip


def recovery(session: Session, placement: Placement, day: date) -> dict[str, Any]:
    """As of `day`: collected ÷ placed balance; accounts that paid anything ÷ accounts; against target."""
    accounts, placed = session.execute(
        select(func.count(), func.coalesce(func.sum(Case.placed_minor), 0))
        .where(Case.placement_id == placement.id, Case.state != "loading")
    ).one()  # fmt: skip
    paid = session.execute(
        _payments(placement, day, func.sum(Payment.amount_minor)).group_by(Payment.account_id)
    ).scalars()
    sums = [int(amount) for amount in paid]
    rate = share(sum(sums), int(placed))
    return {
        "accounts": accounts, "placed_minor": int(placed), "collected_minor": sum(sums),
        "recovery_rate": rate, "accounts_paid": sum(amount > 0 for amount in sums),
        "accounts_paid_share": share(sum(amount > 0 for amount in sums), accounts),
        "target_rate": placement.target_rate,
        "against_target": share(rate or 0, placement.target_rate or 0),
    }  # fmt: skip


def curve(session: Session, placement: Placement, day: date) -> list[dict[str, Any]]:
    """清收曲线: cumulative net collected to day n after placement ÷ placed balance; a point for each
    day on which money moved, the first and the last."""
    placed = session.scalar(
        select(func.sum(Case.placed_minor)).where(
            Case.placement_id == placement.id, Case.state != "loading"
        )
    ) or 0  # fmt: skip
    last = min(day, placement.placed_on + timedelta(days=CURVE_DAYS))
    moved = {
        value_on: int(amount)
        for value_on, amount in session.execute(
            _payments(placement, last, Payment.value_on, func.sum(Payment.amount_minor))
            .group_by(Payment.value_on)
        )
    }  # fmt: skip
    points, total = [], 0
    for at in sorted({placement.placed_on, *moved, max(last, placement.placed_on)}):
        total += moved.get(at, 0)
        points.append({
            "day": (at - placement.placed_on).days, "collected_minor": total,
            "share": share(total, int(placed)),
        })  # fmt: skip
    return points


def cost_to_collect(session: Session, creditor_id: int, period: Period) -> dict[str, Any]:
    """成本收入比: costs ÷ net collected. A cost of several days counts by days inside the period."""
    by_kind: dict[str, int] = {}
    for row in session.scalars(
        select(Cost).where(
            Cost.creditor_id == creditor_id, Cost.first <= period.last, Cost.last >= period.first
        )
    ):
        inside = (min(row.last, period.last) - max(row.first, period.first)).days + 1
        part = round(row.amount_minor * inside / ((row.last - row.first).days + 1))
        by_kind[row.kind] = by_kind.get(row.kind, 0) + part
    total, got = sum(by_kind.values()), collected(session, creditor_id, period)
    return {
        "by_kind": dict(sorted(by_kind.items())), "cost_minor": total, "collected_minor": got,
        "cost_to_collect": share(total, got) if by_kind else None,
    }  # fmt: skip


def vintage(session: Session, creditor_id: int) -> list[dict[str, Any]]:
    """账龄分析: per month of placement, collected ÷ placed by months since then."""
    rows: dict[tuple[str, int], int] = {}
    placed: dict[str, int] = {}
    for placement in session.scalars(
        select(Placement).where(Placement.creditor_id == creditor_id).order_by(Placement.placed_on)
    ):
        month = f"{placement.placed_on:%Y-%m}"
        placed[month] = placed.get(month, 0) + int(session.scalar(
            select(func.coalesce(func.sum(Case.placed_minor), 0)).where(
                Case.placement_id == placement.id, Case.state != "loading"
            )
        ) or 0)  # fmt: skip
        query = _payments(placement, date.max, Payment.value_on, Payment.amount_minor)
        for value_on, amount in session.execute(query):
            months = (value_on.year - placement.placed_on.year) * 12
            months += value_on.month - placement.placed_on.month
            rows[month, months] = rows.get((month, months), 0) + amount
    return [
        {"cohort": month, "months": n, "placed_minor": placed[month],
         "collected_minor": (total := sum(v for (m, k), v in rows.items() if m == month and k <= n)),
         "share": share(total, placed[month])}
        for month, n in sorted(rows)
    ]  # fmt: skip


def suspense(session: Session, creditor_id: int) -> dict[str, int]:
    """Money that belongs to no account yet."""
    n, amount = session.execute(
        select(func.count(), func.coalesce(func.sum(Payment.amount_minor), 0)).where(
            Payment.creditor_id == creditor_id, Payment.account_id.is_(None)
        )
    ).one()
    return {"payments": n, "amount_minor": int(amount)}


def open_balance(session: Session, creditor_id: int) -> int:
    """What is still owed on active cases."""
    return int(session.scalar(
        select(func.coalesce(func.sum(Account.balance_minor), 0))
        .join(Case, Case.account_id == Account.id)
        .where(Account.creditor_id == creditor_id, Case.state == "active")
    ) or 0)  # fmt: skip
