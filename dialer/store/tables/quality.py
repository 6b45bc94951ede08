"""Quality: the card calls are judged by, the judgements, and comparisons of campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Scorecard(Base):
    """评分卡: the newest row is in force; none: `dialer.domain.scorecards.DEFAULT_CARD`."""

    __tablename__ = "scorecard"
    id: Mapped[int] = mapped_column(primary_key=True)
    criteria: Mapped[list[dict[str, Any]]]
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]


class Review(Base):
    """质检: one person's judgement of one recorded call, with the card as it was then."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("attempt_id", "reviewer_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    criteria: Mapped[list[dict[str, Any]]]
    answers: Mapped[dict[str, Any]]  # key -> points; null: no occasion
    percent: Mapped[float]
    failed: Mapped[list[str]]  # keys of critical criteria that were not met
    comments: Mapped[list[dict[str, Any]]]  # {at: seconds, text}
    summary: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)
    reply: Mapped[str] = mapped_column(default="")  # the agent's, once
    replied_at: Mapped[datetime | None]


class Comparison(Base):
    """比较: two campaigns, and by what they are judged, fixed before (dialer.domain.comparisons)."""

    __tablename__ = "comparison"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_a: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    campaign_b: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    measure: Mapped[str]
    base: Mapped[float]  # the share expected of A
    least: Mapped[float]  # the smallest difference worth finding
    planned: Mapped[int]  # people of each side
    window_days: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]  # people first called from then on
