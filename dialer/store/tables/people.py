"""Who signs in, and the seats they work on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class User(Base):
    """Somebody who signs in. Roles: agent, supervisor, manager, admin."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    staff_no: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    session_token: Mapped[str] = mapped_column(unique=True)  # new one = all sessions end
    role: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    trained_until: Mapped[date | None]  # the first of their trainings to end; none: no record kept
    leg_address: Mapped[str] = mapped_column(default="")  # SIP phone; empty: dials in
    leg_kind: Mapped[str] = mapped_column(default="")  # dialer.domain.leg; empty: not chosen yet
    desk: Mapped[dict[str, Any]] = mapped_column(default=dict)  # dialer.domain.desk_keys.DeskChoice
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    totp_secret: Mapped[str] = mapped_column(default="")  # base32; asked for once `totp_on`
    totp_on: Mapped[bool] = mapped_column(default=False)
    totp_step: Mapped[int] = mapped_column(default=0)  # last one used: a code works once
    created_at: Mapped[datetime]


class Training(Base):
    """A training or examination that somebody passed (CN-TRAIN)."""

    __tablename__ = "training"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str]  # dialer.domain.training.KINDS
    passed_on: Mapped[date]
    valid_until: Mapped[date]  # the last day on which it holds
    note: Mapped[str] = mapped_column(default="")
    by_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Seat(Base):
    """坐席. `status` is what the agent chose (actions write it), `state` what the system does with
    the seat (only the engine writes it)."""

    __tablename__ = "seat"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    status: Mapped[str] = mapped_column(default="away")  # away | paused | ready
    pause_reason: Mapped[str] = mapped_column(default="")
    dial_in_code: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="offline")  # dialer.domain.seat.SeatState
    leg_up: Mapped[bool] = mapped_column(default=False)
    attempt_id: Mapped[str | None] = mapped_column(String(32))  # live, or waiting for its outcome
    since: Mapped[datetime]
    pause_at: Mapped[datetime | None]  # announced: from then on no new customer
    pause_at_reason: Mapped[str] = mapped_column(default="")
    pause_until: Mapped[datetime | None]  # a breather ends by itself
    help_since: Mapped[datetime | None]  # the agent asks the supervisor to come


class Assignment(Base):
    """A campaign this agent takes customers of. An agent without any row takes all campaigns."""

    __tablename__ = "assignment"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)


class SeatSpan(Base):
    """How long a seat was in a state: occupancy is a sum over these."""

    __tablename__ = "seat_span"
    __table_args__ = (Index("ix_seat_span_seat_started", "seat_id", "started_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    state: Mapped[str]
    pause_reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
