"""Ageing: buckets now, and how balances moved between two nights (roll, cure). T05, 迁徙率, 回退率."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.buckets import DEFAULT, Bucket, aged, bucket_of
from dialer.reports.period import Period, share
from dialer.store.tables import Account, BalanceDay, BucketRow, Case

PAID, GONE = "paid", "gone"  # where a balance went that is in no bucket any more


def table_of(session: Session, creditor_id: int) -> list[Bucket]:
    """The creditor's own DPD ranges, else the usual ones; in order."""
    own = [
        Bucket(row.name, row.first, row.last)
        for row in session.scalars(select(BucketRow).where(BucketRow.creditor_id == creditor_id))
    ]
    return sorted(own or DEFAULT, key=lambda b: b.first)


def ageing(session: Session, creditor_id: int, day: date) -> list[dict[str, Any]]:
    """Open accounts and balances by DPD on `day`, with each bucket's share of the balance."""
    table = table_of(session, creditor_id)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for days, as_of, n, balance in session.execute(
        select(Account.overdue_days, Account.as_of, func.count(), func.sum(Account.balance_minor))
        .join(Case, Case.account_id == Account.id)
        .where(Account.creditor_id == creditor_id, Case.state == "active")
        .group_by(Account.overdue_days, Account.as_of)
    ):  # fmt: skip
        name = bucket_of(aged(days, as_of, max(day, as_of)), table)
        counts[name][0] += n
        counts[name][1] += int(balance)
    total = sum(balance for _, balance in counts.values())
    return [
        {
            "bucket": b.name,
            "accounts": counts[b.name][0],
            "balance_minor": counts[b.name][1],
            "balance_share": share(counts[b.name][1], total),
        }
        for b in table
    ]


def nights(session: Session, creditor_id: int, period: Period) -> tuple[date, date] | None:
    """First night kept from the one before the period on and the last; None without two."""
    first, last = session.execute(
        select(func.min(BalanceDay.day), func.max(BalanceDay.day)).where(
            BalanceDay.creditor_id == creditor_id, BalanceDay.day >= period.first - timedelta(days=1),
            BalanceDay.day <= period.last,
        )
    ).one()  # fmt: skip
    return (first, last) if first and first != last else None


def roll(session: Session, creditor_id: int, first: date, last: date) -> list[dict[str, Any]]:
    """For each bucket M_i at `first`, of its balance then: the share in M_i+1 at `last` (roll), in a
    lower bucket or paid (cure), in the same one, in one beyond the next, and gone (recalled, closed)."""
    order = {b.name: n for n, b in enumerate(table_of(session, creditor_id))}
    before, after = (_night(session, creditor_id, day) for day in (first, last))
    left = _closed(session, set(before) - set(after))
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for account, (bucket, balance) in before.items():
        now = after[account][0] if account in after else left.get(account, GONE)
        sums[bucket][_way(order.get(bucket), order.get(now), now)] += balance
        sums[bucket]["balance"] += balance
    return [
        {"bucket": name, "from": first.isoformat(), "to": last.isoformat(),
         "balance_minor": sums[name]["balance"],
         **{f"{way}_rate": share(sums[name][way], sums[name]["balance"])
            for way in ("roll", "cure", "stay", "leap", "gone")}}
        for name in order if name in sums
    ]  # fmt: skip


def _way(before: int | None, now: int | None, name: str) -> str:
    if name == PAID:
        return "cure"
    if before is None or now is None:
        return "gone"
    if now < before:
        return "cure"
    return {0: "stay", 1: "roll"}.get(now - before, "leap")


def _night(session: Session, creditor_id: int, day: date) -> dict[int, tuple[str, int]]:
    return {
        account: (bucket, balance)
        for account, bucket, balance in session.execute(
            select(BalanceDay.account_id, BalanceDay.bucket, BalanceDay.balance_minor).where(
                BalanceDay.creditor_id == creditor_id, BalanceDay.day == day
            )
        )
    }


def _closed(session: Session, accounts: set[int]) -> dict[int, str]:
    """Of accounts without a balance that night, those whose case was closed as paid."""
    paid = set()
    every = sorted(accounts)
    for start in range(0, len(every), 500):
        paid |= set(session.scalars(
            select(Case.account_id).where(
                Case.account_id.in_(every[start : start + 500]), Case.reason == "paid"
            )
        ))  # fmt: skip
    return dict.fromkeys(paid, PAID)
