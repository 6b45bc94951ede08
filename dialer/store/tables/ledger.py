"""What happened, who did it, and who may act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class FactRow(Base):
    """The ledger: every fact, numbered, written in the transaction that made it true."""

    __tablename__ = "fact"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    name: Mapped[str]
    body: Mapped[dict[str, Any]]


class AuditRow(Base):
    """Who changed what, before and after, chained by hash so that a gap shows."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # user:<id> | engine | setup
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)  # entry:12
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    hash: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # over the previous hash and this row


class CommandKey(Base):
    """Idempotency: the answer given to a client's key, in the same transaction as its effect."""

    __tablename__ = "command_key"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    action: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class EngineLease(Base):
    """One row: which engine may originate. A new owner has a higher epoch (fencing token)."""

    __tablename__ = "engine_lease"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    epoch: Mapped[int]
    until: Mapped[datetime]


class NodeProgress(Base):
    """Last event of a node that is stored: what the engine acknowledged."""

    __tablename__ = "node_progress"
    node: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    seq: Mapped[int]
    disk_low: Mapped[bool] = mapped_column(default=False)  # it records nothing for want of room


class Pulse(Base):
    """What the engine says of a campaign now: its pacing sentence and counters; replaced, not kept."""

    __tablename__ = "pulse"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class TrunkStandingRow(Base):
    """中继: how a trunk of a node does now; written by the engine each second, replaced, not kept."""

    __tablename__ = "trunk"
    node: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    state: Mapped[str]  # telephony.trunk_health.TrunkState
    body: Mapped[dict[str, Any]]  # telephony.protocol.TrunkStanding


class PacerState(Base):
    """What the pacer of a node had learned; a new engine goes on from here."""

    __tablename__ = "pacer_state"
    node: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class JobRun(Base):
    """A scheduled job ran for a due time; the unique key makes it run once."""

    __tablename__ = "job_run"
    __table_args__ = (Unique("job", "due_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
