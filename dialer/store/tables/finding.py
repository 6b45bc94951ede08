"""What finds cases: keys of names; and whose cases a user may see."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class NameKey(Base):
    """What somebody may type for a debtor's name: the name, its pinyin, its initials. Made by the
    engine's schedule after a file, so that reading a million rows costs no more."""

    __tablename__ = "name_key"
    __table_args__ = (Index("ix_name_key_key", "key", postgresql_ops={"key": "text_pattern_ops"}),)
    debtor_id: Mapped[int] = mapped_column(
        ForeignKey("debtor.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)


class UserCreditor(Base):
    """A creditor whose cases this user may open. Without any row: all creditors."""

    __tablename__ = "user_creditor"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"), primary_key=True)
