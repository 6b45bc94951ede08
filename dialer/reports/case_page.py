"""One case as people read it: who and how much, what is agreed, what stops us, what comes next and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.compliance.codes import OVERRIDABLE
from dialer.domain.phone_numbers import masked
from dialer.reports.case_events import case_events
from dialer.reports.waterfall import outlook
from dialer.store.tables import (
    Account,
    Case,
    Complaint,
    Creditor,
    Debtor,
    Dispute,
    Hold,
    Override,
    Payment,
    Phone,
    Plan,
    Promise,
    Suppression,
)

PAYMENTS_SHOWN = 50


def case_page(
    session: Session, account: Account, pack: RulePack, now: datetime, *, all_creditors: bool
) -> dict[str, Any]:
    """Everything on the page of one account, as of `now`. Without `all_creditors`, contacts about debts to
    other creditors are left out."""
    debtor = session.get_one(Debtor, account.debtor_id)
    seen = outlook(session, account.id, pack, now)
    return {
        "as_of": now.isoformat(), "account": _account(session, account),
        "debtor": {
            "id": debtor.id, "name": debtor.name, "id_number": debtor.id_number_masked,
            "timezone": debtor.timezone, "region": debtor.region,
            "local_time": now.astimezone(ZoneInfo(debtor.timezone)).strftime("%H:%M"),
        },
        "others": _others(session, account), "phones": _phones(session, debtor.id),
        "promises": _promises(session, account.id), "payments": _payments(session, account.id),
        "stops": _stops(session, debtor.id, now), "next": seen["next"] if seen else None,
        "overridable": sorted(OVERRIDABLE),
        "events": case_events(session, debtor, None if all_creditors else _same(session, account)),
    }  # fmt: skip


def _account(session: Session, account: Account) -> dict[str, Any]:
    case = session.scalar(
        select(Case).where(Case.account_id == account.id).order_by(Case.id.desc()).limit(1)
    )
    parts = {
        f"{part}_minor": getattr(account, f"{part}_minor")
        for part in ("balance", "principal", "interest", "penalty", "fee")
    }
    return {
        "id": account.id, "contract_no": account.contract_no, "product": account.product,
        "creditor": session.get_one(Creditor, account.creditor_id).name,
        "currency": account.currency, "overdue_days": account.overdue_days,
        "overdue_reason": account.overdue_reason, "as_of": account.as_of.isoformat(),
        "due_on": account.due_on.isoformat() if account.due_on else None,
        "case_state": case.state if case else "", "case_reason": case.reason if case else "",
        **parts,
    }  # fmt: skip


def _same(session: Session, account: Account) -> frozenset[int]:
    return frozenset(session.scalars(select(Account.id).where(
        Account.debtor_id == account.debtor_id, Account.creditor_id == account.creditor_id
    )))  # fmt: skip


def _others(session: Session, account: Account) -> list[dict[str, Any]]:
    """Further debts of the same person to the same creditor: a creditor sees nobody else's."""
    rows = session.scalars(
        select(Account).where(
            Account.debtor_id == account.debtor_id, Account.id != account.id,
            Account.creditor_id == account.creditor_id,
        ).order_by(Account.id)
    )  # fmt: skip
    return [
        {"id": a.id, "contract_no": a.contract_no, "balance_minor": a.balance_minor} for a in rows
    ]


def _phones(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Phone, Suppression.reason)
        .outerjoin(Suppression, Suppression.number == Phone.number)
        .where(Phone.debtor_id == debtor_id).order_by(Phone.rank, Phone.id)
    )  # fmt: skip
    return [
        {"id": p.id, "number": masked(p.number), "role": p.role, "relation": p.relation,
         "owner": p.owner_name, "state": p.state, "refused": p.refused, "ground": p.ground,
         "source": p.source, "suppressed": reason or ""}
        for p, reason in rows
    ]  # fmt: skip


def _promises(session: Session, account_id: int) -> list[dict[str, Any]]:
    plans = {p.id: p for p in session.scalars(select(Plan).where(Plan.account_id == account_id))}
    rows = session.scalars(
        select(Promise).where(Promise.account_id == account_id)
        .order_by(Promise.due_on.desc(), Promise.id.desc())
    )  # fmt: skip
    return [
        {"id": p.id, "amount_minor": p.amount_minor, "paid_minor": p.paid_minor, "state": p.state,
         "due_on": p.due_on.isoformat(), "made_on": p.made_on.isoformat(),
         "periods": plans[p.plan_id].periods if p.plan_id in plans else 0}
        for p in rows
    ]  # fmt: skip


def _payments(session: Session, account_id: int) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Payment).where(Payment.account_id == account_id)
        .order_by(Payment.value_on.desc(), Payment.id.desc()).limit(PAYMENTS_SHOWN)
    )  # fmt: skip
    return [
        {"id": p.id, "amount_minor": p.amount_minor, "value_on": p.value_on.isoformat(),
         "txn_no": p.txn_no, "promise_id": p.promise_id}
        for p in rows
    ]  # fmt: skip


def _stops(session: Session, debtor_id: int, now: datetime) -> dict[str, Any]:
    """What somebody may have to act on: holds in force, open complaints, disputes, asked-for waivers."""
    holds = session.scalars(select(Hold).where(
        Hold.debtor_id == debtor_id, Hold.ends_at.is_(None) | (Hold.ends_at > now)
    )).all()  # fmt: skip
    disputed = set(session.scalars(
        select(Dispute.hold_id).where(Dispute.debtor_id == debtor_id, Dispute.state != "resolved")
    ))  # fmt: skip
    complaints = session.scalars(
        select(Complaint).where(Complaint.debtor_id == debtor_id, Complaint.state == "open")
    )
    waivers = session.scalars(
        select(Override).where(Override.debtor_id == debtor_id, Override.until > now)
    )
    return {
        "holds": [{"id": h.id, "kind": h.kind, "reason": h.reason, "since": h.starts_at.isoformat(),
                   "disputed": h.id in disputed} for h in holds],
        "complaints": [{"id": c.id, "channel": c.channel, "text": c.text,
                        "due_on": c.due_on.isoformat()} for c in complaints],
        "overrides": [{"id": o.id, "code": o.code, "reason": o.reason, "asked_by": o.asked_by,
                       "until": o.until.isoformat(), "approved": o.approved_by is not None}
                      for o in waivers],
    }  # fmt: skip


def belongs(session: Session, account: Account, kind: str, row_id: int) -> bool:
    """Whether a hold, complaint or override is of this account's person."""
    tables: dict[str, type[Any]] = {"hold": Hold, "complaint": Complaint, "override": Override}
    row = session.get(tables[kind], row_id)
    return row is not None and row.debtor_id == account.debtor_id
