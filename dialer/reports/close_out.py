"""The end of a placement (结案报告): inventory, reconciliation, what is unresolved and why, lessons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dialer.reports.kpis import RIGHT_PARTY
from dialer.reports.period import HOME, Period, share
from dialer.reports.recovery import curve, recovery
from dialer.store.tables import (
    Account,
    Attempt,
    Case,
    Hold,
    Outcome,
    Payment,
    Phone,
    Placement,
    Promise,
)


def close_out(session: Session, placement_id: int) -> dict[str, Any] | None:
    """What came in, what went out, what is left and why; None when there is no such batch. Each case is
    in exactly one line of `by_reason` and each unresolved one in exactly one line of `unresolved`."""
    placement = session.get(Placement, placement_id)
    if placement is None:
        return None
    last = session.scalar(select(func.max(Payment.value_on))) or placement.placed_on
    ended = placement.recalled_at.astimezone(HOME).date() if placement.recalled_at else last
    day = max(last, ended, placement.placed_on)
    money = recovery(session, placement, day)
    return {
        "batch_no": placement.batch_no, "state": placement.state,
        "placed_on": placement.placed_on.isoformat(), "as_of": day.isoformat(),
        "recall_reason": placement.recall_reason, **money,
        "by_reason": _by_reason(session, placement_id),
        "reconciliation": _reconciliation(session, placement, Period(placement.placed_on, day)),
        "unresolved": _unresolved(session, placement_id),
        "promises": _promises(session, placement_id),
        "curve": curve(session, placement, day),
        "lessons": _lessons(session, placement_id),
    }  # fmt: skip


def _by_reason(session: Session, placement_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Case.state, Case.reason, func.count(), func.sum(Case.placed_minor))
        .where(Case.placement_id == placement_id, Case.state != "loading")
        .group_by(Case.state, Case.reason).order_by(Case.state, Case.reason)
    )  # fmt: skip
    return [
        {"state": state, "reason": reason, "cases": n, "placed_minor": int(placed)}
        for state, reason, n, placed in rows
    ]


def _reconciliation(session: Session, placement: Placement, period: Period) -> dict[str, Any]:
    """Placed − collected = what should be owed; beside it what the accounts say. The difference has
    reasons of its own (interest, corrections of the creditor's file); it is shown, not hidden."""
    mine = select(Case.account_id).where(Case.placement_id == placement.id, Case.state != "loading")
    placed, owed = session.execute(
        select(func.sum(Case.placed_minor), func.sum(Account.balance_minor))
        .join(Account, Account.id == Case.account_id)
        .where(Case.placement_id == placement.id, Case.state != "loading")
    ).one()
    paid, reversed_, n = session.execute(
        select(
            func.sum(case((Payment.amount_minor > 0, Payment.amount_minor), else_=0)),
            func.sum(case((Payment.amount_minor < 0, Payment.amount_minor), else_=0)),
            func.count(),
        ).where(Payment.account_id.in_(mine), Payment.value_on >= period.first,
                Payment.value_on <= period.last)
    ).one()  # fmt: skip
    expected = int(placed or 0) - int(paid or 0) - int(reversed_ or 0)
    return {
        "placed_minor": int(placed or 0), "payments": n, "paid_minor": int(paid or 0),
        "reversed_minor": int(reversed_ or 0), "expected_minor": expected,
        "balance_minor": int(owed or 0), "difference_minor": int(owed or 0) - expected,
    }  # fmt: skip


def _unresolved(session: Session, placement_id: int) -> list[dict[str, Any]]:
    """Unpaid cases by why nothing came: held, promise broken, refused ..., never reached, never called."""
    held = select(Hold.debtor_id).where(Hold.ends_at.is_(None))
    broken = select(Promise.account_id).where(Promise.state.in_(("broken", "partially_kept")))
    open_ = select(Promise.account_id).where(Promise.state == "open")
    callable_ = select(Phone.debtor_id).where(Phone.state.in_(("unverified", "valid")))
    why = case(
        (Account.debtor_id.in_(held), "held"),
        (Account.id.in_(open_), "promise_open"),
        (Account.id.in_(broken), "promise_broken"),
        (Account.debtor_id.not_in(callable_), "no_number"),
        (Account.id.in_(_with_outcome(("RPC_REFUSE", "RPC_HOSTILE"))), "refused"),
        (Account.id.in_(_with_outcome(("RPC_NO_ABILITY", "HARDSHIP"))), "no_ability"),
        (Account.id.in_(_with_outcome(RIGHT_PARTY)), "reached"),
        (Account.id.in_(select(Attempt.account_id)), "not_reached"),
        else_="not_called",
    )
    rows = session.execute(
        select(why, func.count(), func.sum(Account.balance_minor))
        .select_from(Case).join(Account, Account.id == Case.account_id)
        .where(Case.placement_id == placement_id, Case.state != "loading",
               Case.reason != "paid", Account.balance_minor > 0)
        .group_by(why).order_by(func.count().desc())
    )  # fmt: skip
    return [{"why": w, "cases": n, "balance_minor": int(amount)} for w, n, amount in rows]


def _with_outcome(codes: tuple[str, ...]) -> Any:
    return select(Attempt.account_id).join(Outcome, Outcome.attempt_id == Attempt.id).where(
        Outcome.code.in_(codes)
    )  # fmt: skip


def _promises(session: Session, placement_id: int) -> list[dict[str, Any]]:
    mine = select(Case.account_id).where(Case.placement_id == placement_id)
    rows = session.execute(
        select(Promise.state, func.count(), func.sum(Promise.amount_minor), func.sum(Promise.paid_minor))
        .where(Promise.account_id.in_(mine)).group_by(Promise.state).order_by(Promise.state)
    )  # fmt: skip
    return [
        {"state": state, "promises": n, "promised_minor": int(amount), "paid_minor": int(paid)}
        for state, n, amount, paid in rows
    ]


def _lessons(session: Session, placement_id: int) -> list[dict[str, Any]]:
    """What the next batch may learn: per attempt number of an account, how often the right party was
    reached (R ÷ dials). Figures; their meaning is for people to write."""
    first = (
        select(
            Attempt.id,
            func.row_number().over(
                partition_by=Attempt.account_id, order_by=(Attempt.created_at, Attempt.id)
            ).label("nth"),
        )
        .join(Case, Case.id == Attempt.case_id).where(Case.placement_id == placement_id).subquery()
    )  # fmt: skip
    rows = session.execute(
        select(first.c.nth, func.count(),
               func.sum(case((Outcome.code.in_(RIGHT_PARTY), 1), else_=0)),
               func.sum(case((Outcome.code == "PTP", 1), else_=0)))
        .outerjoin(Outcome, Outcome.attempt_id == first.c.id)
        .group_by(first.c.nth).order_by(first.c.nth).limit(12)
    )  # fmt: skip
    return [
        {"nth_attempt": nth, "dials": n, "right_party": int(right or 0), "promises": int(ptp or 0),
         "rpc_per_dial": share(int(right or 0), n)}
        for nth, n, right, ptp in rows
    ]  # fmt: skip
