"""Attempts and what they came to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Attempt(Base):
    """拨打: one INVITE, written before it leaves. Its fate unknown counts as made."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "ux_attempt_number_in_flight", "number", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_attempt_debtor_day", "debtor_id", "local_day"),
        Index("ix_attempt_number_day", "number", "local_day"),
        Index("ix_attempt_shown", "outbound_number", "created_at"),
        Index("ix_attempt_seat", "seat_id", "created_at"),
        Index("ix_attempt_made", "campaign_id", "created_at"),
        Index(
            "ix_attempt_answered", "campaign_id", "answered_at",
            sqlite_where=text("answered_at IS NOT NULL"),
            postgresql_where=text("answered_at IS NOT NULL"),
        ),
        Index(
            "ix_attempt_screened", "campaign_id", "created_at",
            sqlite_where=text("screened <> ''"), postgresql_where=text("screened <> ''"),
        ),
        Index(
            "ix_attempt_open_for_seat", "for_seat_id", sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    number: Mapped[str]
    outbound_number: Mapped[str]
    local_day: Mapped[date]  # in the debtor's zone
    licence: Mapped[dict[str, Any]]  # the gate's verdict that allowed it, with its counters
    engine_epoch: Mapped[int]
    node: Mapped[str]
    state: Mapped[str] = mapped_column(default="placed")  # dialer.domain.call.CallState
    created_at: Mapped[datetime]
    dialed_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    waited_ms: Mapped[float | None]  # 200 OK to agent, or to the abandon decision
    talk_ms: Mapped[int] = mapped_column(default=0)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    for_seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))  # placed for this agent
    answer_kind: Mapped[str] = mapped_column(default="")  # telephony.protocol.AnswerKind
    answer_reason: Mapped[str] = mapped_column(default="")
    answer_confidence: Mapped[float | None]  # share of such verdicts that are right on a test set
    answer_ms: Mapped[int | None]  # 200 OK to the verdict
    voice_from_ms: Mapped[int | None]  # 200 OK to the first speech
    voice_to_ms: Mapped[int | None]  # and to the last before the verdict
    screened: Mapped[str] = mapped_column(default="")  # telephony.protocol.Screened
    abandoned: Mapped[bool] = mapped_column(default=False)
    message_ms: Mapped[float | None]  # 200 OK to the message, when one was played
    abandon_cause: Mapped[str] = mapped_column(default="")
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    verdict: Mapped[str] = mapped_column(default="")
    trunk: Mapped[str] = mapped_column(default="")  # that carried it; the last, when one failed
    sip_code: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str] = mapped_column(default="")
    recording: Mapped[str] = mapped_column(default="")
    recording_sha256: Mapped[str] = mapped_column(default="")


class InboundCall(Base):
    """来电: somebody called a pool number. Not an attempt: no cap counts it."""

    __tablename__ = "inbound_call"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    node: Mapped[str]
    trunk: Mapped[str]
    called: Mapped[str]  # the pool number
    caller: Mapped[str]  # empty: withheld
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("entry.id", ondelete="SET NULL"), index=True
    )
    is_called_back: Mapped[bool]  # the entry was brought forward; the gate is asked all the same


class Outcome(Base):
    """结果码 of an attempt: exactly one, from the agent or, without one, from the system."""

    __tablename__ = "outcome"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    code: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    identity_confirmed: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # none: the system
    at: Mapped[datetime]
    retry_at: Mapped[datetime | None]


class AmdLabel(Base):
    """A call that AMD hung up on, drawn at random, and whom somebody heard in it."""

    __tablename__ = "amd_label"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    drawn_at: Mapped[datetime]
    is_person: Mapped[bool | None]  # none: nobody has listened
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    labelled_at: Mapped[datetime | None]


class Promise(Base):
    """还款承诺. Settled by payments only, never by an agent."""

    __tablename__ = "promise"
    __table_args__ = (
        Index(
            "ux_promise_open", "account_id", unique=True,
            sqlite_where=text("state = 'open' AND plan_id IS NULL"),
            postgresql_where=text("state = 'open' AND plan_id IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    made_on: Mapped[date]  # at the debtor's place
    paid_minor: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")  # open | superseded | kept | broken ...
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Draft(Base):
    """What an agent has typed so far; a reload finds it again."""

    __tablename__ = "draft"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    fields: Mapped[dict[str, Any]]
    at: Mapped[datetime]
