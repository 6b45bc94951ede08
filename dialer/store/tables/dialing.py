"""What agents are offered, and what they ask to dial."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base

_LIVE = text("state IN ('open', 'accepted')")
_ASKED = text("state = 'asked'")


class Preview(Base):
    """预览: an entry shown to one agent before it is dialed. While it is open or accepted nobody else
    gets the entry; the engine ends it at the deadline."""

    __tablename__ = "preview"
    __table_args__ = (
        Index(
            "ux_preview_live_entry", "entry_id", unique=True, sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "ux_preview_live_seat", "seat_id", unique=True, sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")  # dialer.domain.previews.PreviewState
    reason: Mapped[str] = mapped_column(default="")  # why it was skipped or blocked
    offered_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DialRequest(Base):
    """An agent, or a supervisor for an agent, asked to dial one entry; answered by the engine."""

    __tablename__ = "dial_request"
    __table_args__ = (
        Index(
            "ux_dial_request_asked", "seat_id", unique=True, sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))  # who asked
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    phone_id: Mapped[int | None] = mapped_column(ForeignKey("phone.id"))
    preview_id: Mapped[int | None] = mapped_column(ForeignKey("preview.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="asked")  # asked | placed | blocked | withdrawn
    code: Mapped[str] = mapped_column(default="")  # why it was blocked
    until: Mapped[datetime | None]  # when asking again may help
    attempt_id: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
