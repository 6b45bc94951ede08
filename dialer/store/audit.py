"""The audit: who changed what, chained by hash, written in the same transaction as the change."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import AuditRow


def note(
    session: Session, actor: str, action: str, subject: str, now: datetime, *,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Add one row to the chain."""
    last = session.scalar(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))
    row = AuditRow(
        at=now, actor=actor, action=action, subject=subject, before=before, after=after, hash=""
    )
    row.hash = _link(last or "", row)
    session.add(row)
    session.flush()


def first_broken(session: Session) -> int | None:
    """Id of the first row that does not fit the chain, None when all is well."""
    previous = ""
    for row in session.scalars(select(AuditRow).order_by(AuditRow.id)):
        if row.hash != _link(previous, row):
            return row.id
        previous = row.hash
    return None


def _link(previous: str, row: AuditRow) -> str:
    body = json.dumps(
        [previous, row.at.isoformat(), row.actor, row.action, row.subject, row.before, row.after],
        sort_keys=True, ensure_ascii=False,
    )  # fmt: skip
    return hashlib.sha256(body.encode()).hexdigest()
