"""What was said before: the last contacts of a person, or of an agent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import Attempt, Debtor, Outcome

HISTORY_MAX = 20


def recent(session: Session, condition: Any, but: str = "") -> list[dict[str, Any]]:
    """The newest calls with an outcome that fit the condition, without the call `but`."""
    rows = session.execute(
        select(Attempt.id, Attempt.created_at, Attempt.talk_ms, Debtor.name, Outcome.code,
               Outcome.note)
        .join(Debtor, Debtor.id == Attempt.debtor_id)
        .join(Outcome, Outcome.attempt_id == Attempt.id)
        .where(condition, Attempt.id != but)
        .order_by(Attempt.created_at.desc()).limit(HISTORY_MAX)
    ).all()  # fmt: skip
    return [
        {
            "attempt_id": row.id, "at": row.created_at.isoformat(), "talk_ms": row.talk_ms,
            "name": row.name, "code": row.code, "note": row.note,
        }
        for row in rows
    ]  # fmt: skip
