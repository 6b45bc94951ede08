"""Conversations as the nodes tell them, and who supervises whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Conversation(Base):
    """State and sound of a connected attempt; stays with it, with the last quality, when it is over."""

    __tablename__ = "conversation"
    attempt_id: Mapped[str] = mapped_column(String(32), ForeignKey("attempt.id"), primary_key=True)
    held: Mapped[bool] = mapped_column(default=False)
    muted: Mapped[bool] = mapped_column(default=False)
    recording: Mapped[str] = mapped_column(default="off")  # telephony.conversation.Recording
    second_seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    second: Mapped[str] = mapped_column(default="")  # consulted | joined
    agent_lost: Mapped[bool] = mapped_column(default=False)
    refused: Mapped[str] = mapped_column(default="")  # why the last transfer did not happen
    keys: Mapped[str] = mapped_column(default="")  # that the customer pressed; emptied at the end
    warnings: Mapped[list[str]]  # telephony.sound_watch.Warning
    quality: Mapped[dict[str, Any]]  # customer, agent -> packets, lost, jitter_ms, rtt_ms, mos
    at: Mapped[datetime]


class Supervision(Base):
    """A supervisor hears this seat, from the leg of their own seat."""

    __tablename__ = "supervision"
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), primary_key=True)
    supervisor_seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    mode: Mapped[str]  # listen | whisper | barge
    at: Mapped[datetime]
