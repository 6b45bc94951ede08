"""The scorecard in force: the newest, or the one that comes with Kept."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.scorecards import DEFAULT_CARD, Criterion, card_from
from dialer.store.tables import Scorecard


def card_in_force(session: Session) -> tuple[Criterion, ...]:
    """What the next review is judged by."""
    newest = session.scalar(select(Scorecard).order_by(Scorecard.id.desc()).limit(1))
    return card_from(newest.criteria) if newest else DEFAULT_CARD
