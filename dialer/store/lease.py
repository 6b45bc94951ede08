"""The engine's lease: who may originate. A new owner gets a higher epoch, which fences the old one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import EngineLease, NodeProgress

LEASE = timedelta(seconds=10)


def acquire(session: Session, owner: str, now: datetime) -> int | None:
    """Take the lease; its new epoch, or None while somebody else holds it."""
    row = session.get(EngineLease, 1, with_for_update=True)
    if row is None:
        row = EngineLease(id=1, owner=owner, epoch=0, until=now)
        session.add(row)
    elif row.until > now and row.owner != owner:
        return None
    row.owner, row.epoch, row.until = owner, row.epoch + 1, now + LEASE
    session.flush()
    return row.epoch


def renew(session: Session, epoch: int, now: datetime) -> bool:
    """Prolong; False when a newer epoch exists, and then nothing more may be done."""
    row = session.get_one(EngineLease, 1)
    if row.epoch != epoch:
        return False
    row.until = now + LEASE
    return True


def is_held(session: Session, epoch: int) -> bool:
    """Whether `epoch` is still the newest; checked in every transaction that originates."""
    return session.scalar(select(EngineLease.epoch).where(EngineLease.id == 1)) == epoch


def release(session: Session, epoch: int, now: datetime) -> None:
    """Give the lease back at a clean stop, so that the next engine need not wait."""
    row = session.get_one(EngineLease, 1)
    if row.epoch == epoch:
        row.until = now


def progress(session: Session) -> dict[str, tuple[int, int]]:
    """node -> (epoch, seq) of the last stored event."""
    return {row.node: (row.epoch, row.seq) for row in session.scalars(select(NodeProgress))}


def note_progress(session: Session, node: str, epoch: int, seq: int) -> None:
    """Events of `node` up to `seq` are applied in this transaction."""
    session.merge(NodeProgress(node=node, epoch=epoch, seq=seq))
