"""Notes, complaints and waived rules."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Note(Base):
    """催记. Never changed; a correction is a new note that supersedes it."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))


class Complaint(Base):
    """投诉: from anywhere, with an owner and a day by which it must be answered."""

    __tablename__ = "complaint"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    channel: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")  # open | answered
    due_on: Mapped[date]
    answer: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Override(Base):
    """A rule waived for one person: asked for by one user, approved by another, with a reason."""

    __tablename__ = "override"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    code: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
