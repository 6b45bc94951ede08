"""The call on an agent's desk: who, what to say, what may be agreed, what was said before.

Balance, creditor and the script's words about the debt are in the answer only after the identity was
confirmed: a page cannot show what it was never sent.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.phone_numbers import masked
from dialer.domain.prefill import CallFacts, suggestion
from dialer.domain.promise_grid import Authority, amounts, days
from dialer.reports.contact_history import recent
from dialer.reports.in_call import controls
from dialer.store.authority import authority_of
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Campaign,
    Creditor,
    Debtor,
    Draft,
    Outcome,
    Seat,
    User,
)

CONTRACT_TAIL = 4
SATURDAY = 5


def desk_call(
    session: Session, seat: Seat, user: User, pack: RulePack, now: datetime
) -> dict[str, Any]:
    """The seat's attempt as its agent sees it."""
    attempt_id = seat.attempt_id or ""
    attempt = session.get_one(Attempt, attempt_id)
    debtor = session.get_one(Debtor, attempt.debtor_id)
    campaign = session.get_one(Campaign, attempt.campaign_id)
    confirmed = _is_confirmed(session, attempt_id)
    draft = session.get(Draft, attempt_id)
    outcome = session.get(Outcome, attempt_id)
    fields = draft.fields if draft else {}
    debt = _debt(session, attempt, debtor, pack, now) if confirmed else None
    return {
        "attempt_id": attempt_id, "state": attempt.state, "campaign": campaign.name,
        "connected_at": attempt.connected_at.isoformat() if attempt.connected_at else None,
        "ended_at": attempt.ended_at.isoformat() if attempt.ended_at else None,
        "ended_by": attempt.ended_by, "answer_kind": attempt.answer_kind,
        "debtor": {
            "name": debtor.name, "id_number": debtor.id_number_masked,
            "number": masked(attempt.number),
        },
        "shown_number": attempt.outbound_number, "licence": attempt.licence,
        "identity_confirmed": confirmed, "debt": debt, "controls": controls(session, attempt, seat),
        "script": _script(campaign, debtor, user, debt),
        "suggestion": _suggestion(attempt, fields, confirmed),
        "draft": fields, "outcome": outcome.code if outcome else None,
        "history": recent(session, Attempt.debtor_id == debtor.id, but=attempt_id),
    }  # fmt: skip


def _is_confirmed(session: Session, attempt_id: str) -> bool:
    row = session.scalar(
        select(AuditRow.id).where(
            AuditRow.action == "identity.confirm", AuditRow.subject == f"attempt:{attempt_id}"
        )
    )
    return row is not None


def _suggestion(attempt: Attempt, fields: dict[str, Any], confirmed: bool) -> dict[str, str] | None:
    found = suggestion(CallFacts(
        attempt.answer_kind, confirmed, (attempt.ended_by or "") if attempt.ended_at else "",
        attempt.talk_ms or 0, bool(fields.get("choice") or fields.get("due_on")),
    ))  # fmt: skip
    return {"code": found.outcome, "why": found.why} if found else None


def _script(
    campaign: Campaign, debtor: Debtor, user: User, debt: dict[str, Any] | None
) -> dict[str, Any]:
    """Steps of the campaign (none: the catalogue's) and the words that fill them in; amounts stay minor
    units. Before the identity the opening only."""
    words: dict[str, Any] = {
        "name": debtor.name, "agent": user.display_name, "staff_no": user.staff_no or user.username,
    }  # fmt: skip
    if debt:
        words |= {
            "creditor": debt["creditor"], "product": debt["product"],
            "contract_tail": debt["contract_no"][-CONTRACT_TAIL:], "as_of": debt["as_of"],
            "balance": debt["balance_minor"], "overdue_days": debt["overdue_days"],
        }  # fmt: skip
    return {"steps": campaign.script if debt else campaign.script[:1], "words": words}


def _debt(
    session: Session, attempt: Attempt, debtor: Debtor, pack: RulePack, now: datetime
) -> dict[str, Any]:
    account = session.get_one(Account, attempt.account_id)
    creditor = session.get_one(Creditor, account.creditor_id)
    today = now.astimezone(ZoneInfo(debtor.timezone)).date()
    authority = authority_of(session, pack, account, today)
    return {
        "creditor": creditor.name, "contract_no": account.contract_no, "product": account.product,
        "currency": account.currency, "balance_minor": account.balance_minor,
        "principal_minor": account.principal_minor, "interest_minor": account.interest_minor,
        "penalty_minor": account.penalty_minor, "fee_minor": account.fee_minor,
        "overdue_days": account.overdue_days, "as_of": account.as_of.isoformat(),
        "overdue_reason": account.overdue_reason, "promise": _grid(authority, pack),
    }  # fmt: skip


def _grid(authority: Authority, pack: RulePack) -> dict[str, Any]:
    """The choices of `domain.promise_grid`, and the limits for an amount of one's own."""

    def is_off(day: date) -> bool:
        weekend = day.weekday() >= SATURDAY and day not in pack.working_weekends
        return weekend or day in pack.holidays

    limits = authority.limits
    return {
        "amount_min_minor": limits.amount_min_minor, "amount_max_minor": limits.amount_max_minor,
        "due_from": limits.due_from.isoformat(), "due_to": limits.due_to.isoformat(),
        "amounts": [
            {
                "key": f"{a.kind}{a.periods or ''}", "kind": a.kind, "amount_minor": a.amount_minor,
                "periods": a.periods, "waived_minor": a.waived_minor,
            }
            for a in amounts(authority)
        ],
        "days": [{"on": d.on.isoformat(), "is_off": d.is_off} for d in days(limits, is_off)],
    }  # fmt: skip
