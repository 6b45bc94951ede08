"""Plans, offers and payments. Amounts are minor units; a reversal is a negative row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Plan(Base):
    """分期计划: instalments that behave like promises."""

    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(default="active")  # active completed defaulted cancelled
    total_minor: Mapped[int]
    periods: Mapped[int]
    first_on: Mapped[date]
    every_days: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Offer(Base):
    """减免方案: less than the balance settles the account, if somebody with authority approves."""

    __tablename__ = "offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    total_minor: Mapped[int]  # to be paid
    waived_minor: Mapped[int]
    state: Mapped[str] = mapped_column(default="proposed")  # approved refused accepted expired
    expires_on: Mapped[date]
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class PaymentFile(Base):
    """A creditor's file of payments; the same file twice posts nothing."""

    __tablename__ = "payment_file"
    __table_args__ = (Unique("creditor_id", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    filename: Mapped[str]
    sha256: Mapped[str]
    counts: Mapped[dict[str, Any]]
    faults: Mapped[list[dict[str, Any]]]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Payment(Base):
    """还款: posted once per creditor's transaction number; without an account it waits in suspense."""

    __tablename__ = "payment"
    __table_args__ = (
        Unique("creditor_id", "txn_no"),
        Index("ix_payment_account_value", "account_id", "value_on"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    txn_no: Mapped[str]
    contract_no: Mapped[str]
    amount_minor: Mapped[int]
    value_on: Mapped[date]
    posted_at: Mapped[datetime]
    spread: Mapped[dict[str, Any]]  # part of the balance -> minor units
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("payment_file.id"))
