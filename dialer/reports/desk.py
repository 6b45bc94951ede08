"""The agent's desk: the seat, the call with its screen pop, the draft, the day's numbers.

Balance and creditor's figures are in the answer only after the identity was confirmed: a page cannot
show what it was never sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.outcomes import NEEDS_IDENTITY, agent_codes
from dialer.domain.phone_numbers import masked
from dialer.domain.promises import limits
from dialer.feed import last_id
from dialer.reports.contact_history import recent
from dialer.reports.in_call import controls
from dialer.reports.live_board import day_start
from dialer.reports.own_calls import own_calls
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Campaign,
    Creditor,
    Debtor,
    Draft,
    Outcome,
    Promise,
    Seat,
    User,
)


def snapshot(session: Session, user_id: int, now: datetime) -> dict[str, Any]:
    """All that the desk shows; `last_fact` is the number up to which it is true."""
    last_fact = last_id(session)
    seat = session.scalar(select(Seat).where(Seat.user_id == user_id))
    user = session.get_one(User, user_id)
    return {
        "as_of": now.isoformat(), "last_fact": last_fact,
        "seat": _seat(seat, user) if seat else None,
        "call": _call(session, seat, now) if seat and seat.attempt_id else None,
        "outcomes": [
            {
                "code": o.code, "group": o.group, "needs_identity": o.code in NEEDS_IDENTITY,
                "callback": o.then == "callback",
            }
            for o in agent_codes()
        ],
        "own": own_calls(session, seat, now) if seat else None,
        "today": _today(session, user_id, now),
        "recent": recent(session, Outcome.user_id == user_id),
    }  # fmt: skip


def _seat(seat: Seat, user: User) -> dict[str, Any]:
    return {
        "id": seat.id, "state": seat.state, "status": seat.status,
        "pause_reason": seat.pause_reason, "leg_up": seat.leg_up,
        "since": seat.since.isoformat(), "dial_in_code": seat.dial_in_code,
        "has_phone": bool(user.leg_address), "may_be_ready": user.role == "agent",
    }  # fmt: skip


def _call(session: Session, seat: Seat, now: datetime) -> dict[str, Any]:
    attempt_id = seat.attempt_id or ""
    attempt = session.get_one(Attempt, attempt_id)
    debtor = session.get_one(Debtor, attempt.debtor_id)
    confirmed = session.scalar(
        select(AuditRow.id).where(
            AuditRow.action == "identity.confirm", AuditRow.subject == f"attempt:{attempt_id}"
        )
    ) is not None  # fmt: skip
    draft = session.get(Draft, attempt_id)
    outcome = session.get(Outcome, attempt_id)
    return {
        "attempt_id": attempt_id, "state": attempt.state,
        "campaign": session.get_one(Campaign, attempt.campaign_id).name,
        "connected_at": attempt.connected_at.isoformat() if attempt.connected_at else None,
        "ended_at": attempt.ended_at.isoformat() if attempt.ended_at else None,
        "ended_by": attempt.ended_by, "answer_kind": attempt.answer_kind,
        "debtor": {
            "name": debtor.name, "id_number": debtor.id_number_masked,
            "number": masked(attempt.number),
        },
        "shown_number": attempt.outbound_number, "licence": attempt.licence,
        "identity_confirmed": confirmed, "controls": controls(session, attempt, seat),
        "debt": _debt(session, attempt, debtor, now) if confirmed else None,
        "draft": draft.fields if draft else {},
        "outcome": outcome.code if outcome else None,
        "history": recent(session, Attempt.debtor_id == debtor.id, but=attempt_id),
    }  # fmt: skip


def _debt(session: Session, attempt: Attempt, debtor: Debtor, now: datetime) -> dict[str, Any]:
    account = session.get_one(Account, attempt.account_id)
    creditor = session.get_one(Creditor, account.creditor_id)
    today = now.astimezone(ZoneInfo(debtor.timezone)).date()
    allowed = limits(account.balance_minor, today, creditor.promise_days_max)
    return {
        "creditor": creditor.name, "contract_no": account.contract_no, "product": account.product,
        "currency": account.currency, "balance_minor": account.balance_minor,
        "principal_minor": account.principal_minor, "interest_minor": account.interest_minor,
        "penalty_minor": account.penalty_minor, "fee_minor": account.fee_minor,
        "overdue_days": account.overdue_days, "as_of": account.as_of.isoformat(),
        "overdue_reason": account.overdue_reason,
        "promise": {
            "amount_max_minor": allowed.amount_max_minor,
            "due_from": allowed.due_from.isoformat(), "due_to": allowed.due_to.isoformat(),
        },
    }  # fmt: skip


def _today(session: Session, user_id: int, now: datetime) -> dict[str, Any]:
    since = day_start(now)
    calls = session.scalar(
        select(func.count()).select_from(Outcome)
        .where(Outcome.user_id == user_id, Outcome.at >= since)
    )  # fmt: skip
    promises = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
        .where(Promise.user_id == user_id, Promise.at >= since)
    ).one()  # fmt: skip
    return {"calls": calls or 0, "promises": promises[0], "promised_minor": int(promises[1])}
