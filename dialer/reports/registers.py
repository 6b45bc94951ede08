"""Registers as programs read them: page by page, oldest first, each row as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.store.tables import (
    Agreement,
    BucketRow,
    Campaign,
    Complaint,
    Cost,
    Creditor,
    Delivery,
    Hold,
    Note,
    Offer,
    OutboundNumber,
    Override,
    Payment,
    PaymentFile,
    Phone,
    Placement,
    Plan,
    Promise,
    ReportFile,
    ReportSchedule,
    Suppression,
    Webhook,
)

PAGE = 200
HIDDEN = {"secret", "path", "password_hash", "session_token"}
MASKED = {("suppression", "number"), ("phone", "number")}

# name -> table, and the columns a caller may ask for (exact match)
REGISTERS: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "creditors": (Creditor, ()),
    "agreements": (Agreement, ("creditor_id",)),
    "placements": (Placement, ("creditor_id", "state")),
    "buckets": (BucketRow, ("creditor_id",)),
    "holds": (Hold, ("debtor_id", "kind")),
    "suppressions": (Suppression, ("reason",)),
    "overrides": (Override, ("debtor_id",)),
    "complaints": (Complaint, ("debtor_id", "state")),
    "notes": (Note, ("debtor_id", "account_id")),
    "phones": (Phone, ("debtor_id", "role")),
    "promises": (Promise, ("account_id", "campaign_id", "state")),
    "plans": (Plan, ("account_id", "state")),
    "offers": (Offer, ("account_id", "state")),
    "payments": (Payment, ("creditor_id", "account_id")),
    "payment-files": (PaymentFile, ("creditor_id",)),
    "costs": (Cost, ("creditor_id",)),
    "webhooks": (Webhook, ()),
    "deliveries": (Delivery, ("webhook_id",)),
    "numbers": (OutboundNumber, ("active",)),
    "report-schedules": (ReportSchedule, ("creditor_id",)),
    "report-files": (ReportFile, ("creditor_id", "schedule_id", "kind", "state")),
}


def register(session: Session, name: str, given: Mapping[str, str], after: int) -> dict[str, Any]:
    """One page of a register: rows with an id above `after`, and in `next` what to ask for then.
    `given`: column -> value as text, those of REGISTERS; others are not looked at. Raises ValueError
    for a value that cannot be of its column."""
    table, filters = REGISTERS[name]
    query = select(table).where(table.id > after).order_by(table.id).limit(PAGE + 1)
    for column in filters:
        if column in given:
            query = query.where(getattr(table, column) == _value(table, column, given[column]))
    rows = session.scalars(query).all()
    shown = rows[:PAGE]
    return {
        "rows": [row_of(row) for row in shown],
        "next": shown[-1].id if len(rows) > PAGE else None,
    }


def row_of(row: Any) -> dict[str, Any]:
    """All columns that are nobody's secret, as plain types; debtors' numbers masked."""
    name = row.__tablename__
    return {
        column.key: _plain(
            getattr(row, column.key), masked if (name, column.key) in MASKED else None
        )
        for column in row.__table__.columns
        if column.key not in HIDDEN
    }


def suspense(session: Session, given: Mapping[str, str], after: int) -> dict[str, Any]:
    """Payments that belong to no account yet; `given` may name a creditor_id. Raises ValueError."""
    query = select(Payment).where(Payment.account_id.is_(None), Payment.id > after)
    if "creditor_id" in given:
        creditor = _value(Payment, "creditor_id", given["creditor_id"])
        query = query.where(Payment.creditor_id == creditor)
    rows = session.scalars(query.order_by(Payment.id).limit(PAGE + 1)).all()
    return {
        "rows": [row_of(row) for row in rows[:PAGE]],
        "next": rows[PAGE - 1].id if len(rows) > PAGE else None,
    }


def one(session: Session, name: str, id_: int) -> dict[str, Any] | None:
    """One row of a register."""
    row = session.get(REGISTERS[name][0], id_)
    return row_of(row) if row is not None else None


def newest(session: Session, name: str, creditor_id: int, count: int = 20) -> list[dict[str, Any]]:
    """A creditor's last rows of a register, newest first."""
    table = REGISTERS[name][0]
    rows = session.scalars(
        select(table).where(table.creditor_id == creditor_id).order_by(table.id.desc()).limit(count)
    )
    return [row_of(row) for row in rows]


def campaign_rules(session: Session, campaign_id: int) -> dict[str, Any] | None:
    """The tighter limits and retry rules that a campaign carries."""
    row = session.get(Campaign, campaign_id)
    if row is None:
        return None
    return {"state": row.state, "narrowing": row.narrowing, "recycle": row.recycle}


def _value(table: type[Any], column: str, text: str) -> Any:
    kind = table.__table__.columns[column].type.python_type
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError(column)
        return text == "true"
    if kind is int:
        number = int(text)
        if not 0 <= number < 2**63:
            raise ValueError(column)
        return number
    return text


def _plain(value: Any, mask: Callable[[str], str] | None) -> Any:
    if mask is not None:
        return mask(value)
    return value.isoformat() if isinstance(value, datetime | date) else value
