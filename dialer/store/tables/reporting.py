"""What reports need beside the calls: balances night by night, costs, schedules and finished files."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class BalanceDay(Base):
    """Balance and bucket of an account in a placement at the end of a day: roll rates compare two."""

    __tablename__ = "balance_day"
    __table_args__ = (
        Unique("day", "account_id"),
        Index("ix_balance_day_creditor_day", "creditor_id", "day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    bucket: Mapped[str]
    overdue_days: Mapped[int]
    balance_minor: Mapped[int]


class Cost(Base):
    """What collecting for a creditor cost from one day to another, by kind; a correction is negative."""

    __tablename__ = "cost"
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    kind: Mapped[str]  # labour telecom sms letters visits legal overhead
    amount_minor: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class ReportSchedule(Base):
    """A creditor's progress report that comes by itself. `hour` is local in `timezone`."""

    __tablename__ = "report_schedule"
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"), index=True)
    every: Mapped[str]  # daily | weekly (Mondays) | monthly (the 1st)
    hour: Mapped[int]
    timezone: Mapped[str]
    formats: Mapped[list[str]]  # csv | xlsx | json
    active: Mapped[bool] = mapped_column(default=True)
    starts_at: Mapped[datetime]  # nothing was due before
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ReportFile(Base):
    """A report or an audit pack as a file: waiting, running, ready, cancelled or failed."""

    __tablename__ = "report_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"), index=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("report_schedule.id"), index=True)
    kind: Mapped[str]  # progress | audit_pack
    format: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    part: Mapped[int] = mapped_column(default=0)  # of `parts`, how many are written
    parts: Mapped[int] = mapped_column(default=0)
    path: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # that went wrong
    reason: Mapped[str] = mapped_column(default="")  # why the last one did: `file.why_<reason>`
    again_at: Mapped[datetime | None]  # not tried again before
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
