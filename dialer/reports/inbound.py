"""Who called the pool numbers, newest first; whoever is not called back by itself needs a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.store.tables import Entry, InboundCall


def inbound_calls(session: Session, limit: int = 200) -> list[dict[str, Any]]:
    """`case_id`: of the entry that was found; none: nobody we know, or withheld."""
    rows = session.execute(
        select(InboundCall, Entry.case_id, Entry.campaign_id)
        .outerjoin(Entry, Entry.id == InboundCall.entry_id)
        .order_by(InboundCall.at.desc(), InboundCall.id)
        .limit(limit)
    )
    return [
        {
            "id": row.id, "at": row.at.isoformat(), "called": row.called,
            "caller": masked(row.caller) if row.caller else "", "trunk": row.trunk,
            "entry_id": row.entry_id, "case_id": case_id, "campaign_id": campaign_id,
            "is_called_back": row.is_called_back,
        }
        for row, case_id, campaign_id in rows
    ]  # fmt: skip
