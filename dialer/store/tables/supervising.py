"""What supervisors see and do: alerts, words to a seat, concessions asked for in a call; teams."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base

_OPEN = text("cleared_at IS NULL")


class Alert(Base):
    """Something a supervisor must look at, from when it was raised until it is over."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ux_alert_open", "code", "subject", unique=True, sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]  # dialer.domain.alerts.RULES
    subject: Mapped[str]  # campaign:3, or empty: the whole floor
    args: Mapped[dict[str, Any]]  # numbers of its sentence
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    comment: Mapped[str] = mapped_column(default="")
    cleared_at: Mapped[datetime | None]


class SeatMessage(Base):
    """A supervisor's words to an agent, shown at the desk until they are read."""

    __tablename__ = "seat_message"
    __table_args__ = (Index("ix_seat_message_seat", "seat_id", "seen_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))  # who says it
    text: Mapped[str]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Concession(Base):
    """An offer (减免) that an agent asked for while the customer is on the line."""

    __tablename__ = "concession"
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(32), ForeignKey("attempt.id"), index=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    reason: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")  # what the second person says to the agent
    decided_at: Mapped[datetime | None]


class Team(Base):
    """Agents who are looked after together."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
