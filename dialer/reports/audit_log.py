"""The audit as people read it: newest first, filtered, page by page behind the last id that was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import AuditRow, User

PAGE = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; empty: everything. `action` is a beginning ("case." or "case.open")."""

    user_id: int = 0
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_page(session: Session, wanted: Filter, before: int | None = None) -> dict[str, Any]:
    """A hundred rows older than the row `before`; `next`: give it as `before` for the next page."""
    query = select(AuditRow)
    if before is not None:
        query = query.where(AuditRow.id < before)
    if wanted.user_id:
        query = query.where(AuditRow.actor == f"user:{wanted.user_id}")
    if wanted.action:
        query = query.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        query = query.where(AuditRow.subject == wanted.subject)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    rows = list(session.scalars(query.order_by(AuditRow.id.desc()).limit(PAGE + 1)))
    shown = rows[:PAGE]
    names = _names(session, shown)
    return {
        "rows": [
            {"id": r.id, "at": r.at.isoformat(), "actor": names.get(r.actor, r.actor),
             "action": r.action, "subject": r.subject, "before": r.before, "after": r.after}
            for r in shown
        ],
        "next": shown[-1].id if len(rows) > PAGE else None,
    }  # fmt: skip


def _names(session: Session, rows: Iterable[AuditRow]) -> dict[str, str]:
    ids = {int(row.actor[5:]) for row in rows if row.actor.startswith("user:")}
    found = session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return {f"user:{user_id}": name for user_id, name in found}
