"""What a creditor handed over: agreement, placement batches, cases; and what it calls its buckets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Agreement(Base):
    """协议: what a creditor allows us, from when to when. `narrowing` tightens the rule pack."""

    __tablename__ = "agreement"
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"), index=True)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    channels: Mapped[list[str]]
    narrowing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    waive_share_max: Mapped[float] = mapped_column(default=0.0)  # 减免 authority, share of balance
    waive_share_supervisor: Mapped[float | None]  # what a supervisor may approve; none: any share
    balance_days_max: Mapped[int | None]  # older creditor data blocks dialing; none: never
    created_at: Mapped[datetime]


class Placement(Base):
    """委案批次: the accounts of one hand-over, until they are recalled (退案)."""

    __tablename__ = "placement"
    __table_args__ = (Unique("creditor_id", "batch_no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    batch_no: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")  # active | recalled | closed
    placed_on: Mapped[date]
    recall_on: Mapped[date | None]  # expected
    hand: Mapped[int] = mapped_column(default=1)
    region: Mapped[str] = mapped_column(default="")
    target_rate: Mapped[float | None]
    recalled_at: Mapped[datetime | None]
    recall_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Case(Base):
    """案件: one account in one placement; placed again it is a new case of the same account."""

    __tablename__ = "case"
    __table_args__ = (
        Unique("placement_id", "account_id"),
        Index(
            "ux_case_active", "account_id", unique=True,
            sqlite_where=text("state = 'active'"), postgresql_where=text("state = 'active'"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(default="active")  # active | recalled | closed
    reason: Mapped[str] = mapped_column(default="")  # why it is no longer active
    placed_minor: Mapped[int]  # balance when it was placed: the denominator of recovery
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class BucketRow(Base):
    """One DPD range of a creditor's own table; without rows the default table holds."""

    __tablename__ = "bucket"
    __table_args__ = (Unique("creditor_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    name: Mapped[str]
    first: Mapped[int]
    last: Mapped[int | None]


class UploadTemplate(Base):
    """A column mapping a manager saved: our field -> the file's title."""

    __tablename__ = "upload_template"
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    name: Mapped[str]
    columns: Mapped[dict[str, Any]]
    used_at: Mapped[datetime]
