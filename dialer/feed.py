"""The ledger: facts in, in the transaction that made them true; facts out, by number.

Numbers only grow and are never given twice. A reader that has seen number n has seen all before it:
SQLite has one writer, and on PostgreSQL an advisory lock puts the writers of facts in a row.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from dialer.facts import AnyFact, Fact
from dialer.store.session import Sessions, read
from dialer.store.tables import FactRow

_LEDGER_LOCK = 7_305_001  # any fixed number; names the ledger to PostgreSQL's advisory locks


def publish(session: Session, fact: Fact, now: datetime) -> None:
    """Write `fact` with the caller's transaction: it exists if and only if that commits."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _LEDGER_LOCK})
    session.add(FactRow(at=now, name=type(fact).__name__, body=msgspec.to_builtins(fact)))
    session.flush()


def last_id(session: Session) -> int:
    """Number of the newest fact, 0 when there is none."""
    return session.scalar(select(func.max(FactRow.id))) or 0


class Reader:
    """Follows the ledger from a number on (default: from now)."""

    def __init__(self, sessions: Sessions, after: int | None = None) -> None:
        self._sessions = sessions
        if after is None:
            with read(sessions) as session:
                after = last_id(session)
        self.after = after

    def poll(self, limit: int = 500) -> list[tuple[int, datetime, AnyFact]]:
        """What is new since the last call, oldest first."""
        with read(self._sessions) as session:
            rows = session.execute(
                select(FactRow.id, FactRow.at, FactRow.body)
                .where(FactRow.id > self.after).order_by(FactRow.id).limit(limit)
            ).all()  # fmt: skip
        if rows:
            self.after = rows[-1].id
        return [(row.id, row.at, msgspec.convert(row.body, AnyFact)) for row in rows]
