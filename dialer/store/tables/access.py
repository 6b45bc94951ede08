"""Programs that talk to us: tokens in, webhooks out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class ApiToken(Base):
    """A key of the REST API; only its hash is kept."""

    __tablename__ = "api_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Webhook(Base):
    """Somebody who wants to hear of facts. `cursor`: the last fact that was delivered or skipped."""

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    facts: Mapped[list[str]]  # names; empty: all
    active: Mapped[bool] = mapped_column(default=True)
    cursor: Mapped[int]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    try_at: Mapped[datetime | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))


class Delivery(Base):
    """One fact that reached a webhook, or did not: what was answered, for replay and proof."""

    __tablename__ = "delivery"
    __table_args__ = (Unique("webhook_id", "fact_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    fact_id: Mapped[int]
    tries: Mapped[int]
    status: Mapped[int]  # HTTP; 0: no answer
    at: Mapped[datetime]
