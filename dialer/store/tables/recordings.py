"""Sound that is kept: prompts that are played, recordings of calls."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
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


class Recording(Base):
    """录音 of an attempt: a WAV as the node wrote it (`raw`), then sealed (`kept`), until it is `deleted`.
    `damaged`: the WAV was not what the node had written, or could not be read; it is left where it is."""

    __tablename__ = "recording"
    __table_args__ = (
        Index(
            "ix_recording_raw", "saved_at", sqlite_where=text("state = 'raw'"),
            postgresql_where=text("state = 'raw'"),
        ),
        Index(
            "ix_recording_kept", "saved_at", sqlite_where=text("state = 'kept'"),
            postgresql_where=text("state = 'kept'"),
        ),
    )  # fmt: skip
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    state: Mapped[str] = mapped_column(default="raw")  # raw | kept | damaged | deleted
    path: Mapped[str]  # in the node's folder while raw, then on the shelf
    seconds: Mapped[float]
    size: Mapped[int] = mapped_column(default=0)
    wav_sha256: Mapped[str]
    sha256: Mapped[str] = mapped_column(default="")  # of the sealed file
    sound_sha256: Mapped[str] = mapped_column(default="")  # of the Ogg Opus in it
    key_id: Mapped[str] = mapped_column(default="")
    fault: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    legal_hold: Mapped[str] = mapped_column(default="")  # why it must not be deleted; empty: it may
    deleted_at: Mapped[datetime | None]
