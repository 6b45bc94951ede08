"""Notes, complaints, disputes, waived rules; consents, opt-outs and contacts that are no calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
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


class Dispute(Base):
    """异议: the debtor contests the debt. Held until the creditor answered and somebody resolved it."""

    __tablename__ = "dispute"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey("attempt.id"))  # where it was said
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), unique=True)
    kind: Mapped[str]  # dialer.domain.disputes.KINDS
    text: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open")  # open | answered | resolved
    due_on: Mapped[date]  # the creditor's answer
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(default="")  # dialer.domain.disputes.RESOLUTIONS
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class OptOut(Base):
    """退订: a person does not want one channel any more, until they say otherwise."""

    __tablename__ = "opt_out"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    channel: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Consent(Base):
    """同意, given by the person directly to us, with its proof and its end."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    kind: Mapped[str]  # dialer.domain.consents.KINDS
    number: Mapped[str] = mapped_column(default="")  # of a recorded voice: that number only
    evidence: Mapped[str]
    given_at: Mapped[datetime]
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class MessageContact(Base):
    """A contact that is no call: reserved under a licence before it is sent, and counted from then."""

    __tablename__ = "message_contact"
    __table_args__ = (
        Index("ix_message_debtor_day", "debtor_id", "local_day"),
        Index("ix_message_endpoint_day", "endpoint", "local_day"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    channel: Mapped[str]
    endpoint: Mapped[str]  # number or address
    local_day: Mapped[date]  # in the debtor's zone
    licence: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="reserved")  # reserved | sent | not_sent
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
