"""Sound that is kept: prompts that are played, recordings of calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Prompt(Base):
    """提示音: a message of ours. Its sound lies in the data folder under `name`."""

    __tablename__ = "prompt"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    language: Mapped[str]
    text: Mapped[str]
    made_from: Mapped[str]  # text | upload
    creditor_id: Mapped[int | None] = mapped_column(ForeignKey("creditor.id"))  # none: anyone's
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))  # none: all of them
    seconds: Mapped[float]
    sha256: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # offered no longer
