"""Entries of call lists: claim the next ones, put them back, count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.store.tables import Entry


def next_ready(session: Session, campaign_id: int, limit: int, now: datetime) -> Sequence[Entry]:
    """The next dialable entries, locked for this transaction; other claimers skip them.

    SQLite has one writer, so its lock is the transaction itself; PostgreSQL uses SKIP LOCKED."""
    return session.scalars(
        select(Entry)
        .where(Entry.campaign_id == campaign_id, Entry.state == "ready", Entry.next_at <= now)
        .order_by(Entry.priority, Entry.next_at, Entry.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def release_held(session: Session, debtor_id: int, now: datetime) -> None:
    """A stop flag was lifted: its entries wait in the list again."""
    session.execute(
        update(Entry).where(Entry.debtor_id == debtor_id, Entry.state == "held")
        .values(state="ready", next_at=now, block_reason="")
    )  # fmt: skip
