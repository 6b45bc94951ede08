"""Disputes as tickets: which wait for the creditor, which for a decision, which are late."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.store.tables import Account, Dispute

SHOWN = 500


def disputes(session: Session, state: str, today: date) -> list[dict[str, Any]]:
    """Of one state (empty: all that are not resolved), the most urgent first."""
    query = select(Dispute, Account.contract_no, Account.creditor_id).join(
        Account, Account.id == Dispute.account_id
    )
    query = (
        query.where(Dispute.state == state) if state else query.where(Dispute.state != "resolved")
    )
    rows = session.execute(query.order_by(Dispute.due_on, Dispute.id).limit(SHOWN)).all()
    return [
        {
            "id": d.id, "debtor_id": d.debtor_id, "account_id": d.account_id,
            "creditor_id": creditor, "contract_no": contract, "kind": d.kind, "text": d.text,
            "state": d.state, "due_on": d.due_on.isoformat(), "hold_id": d.hold_id,
            "late": d.state == "open" and d.due_on < today, "attempt_id": d.attempt_id,
            "answer": d.answer, "resolution": d.resolution, "by": d.user_id,
            "at": d.at.isoformat(), "answered_at": _text(d.answered_at),
            "resolved_at": _text(d.resolved_at), "resolved_by": d.resolved_by,
        }
        for d, contract, creditor in rows
    ]  # fmt: skip


def late_disputes(session: Session, today: date) -> int:
    """How many answers of creditors are overdue."""
    return session.scalar(
        select(func.count()).select_from(Dispute)
        .where(Dispute.state == "open", Dispute.due_on < today)
    ) or 0  # fmt: skip


def _text(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
