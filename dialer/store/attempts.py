"""Attempts: what is in the air, and what was done for a person today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Counters
from dialer.domain.outcomes import OUTCOMES
from dialer.store.tables import Attempt, Outcome


def open_attempts(session: Session) -> Sequence[Attempt]:
    """Attempts that are not over."""
    return session.scalars(select(Attempt).where(Attempt.ended_at.is_(None))).all()


def counters(session: Session, debtor_id: int, number: str, local_day: date) -> Counters:
    """Today's counters of a person and of one number, whatever the debt or campaign.

    An attempt in the air, or one without an outcome yet, counts as effective: it is reserved."""
    rows = session.execute(
        select(Attempt.number, Attempt.created_at, Attempt.ended_at, Attempt.answered_at,
               Attempt.debtor_id, Outcome.code)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.local_day == local_day)
        .where((Attempt.debtor_id == debtor_id) | (Attempt.number == number))
    ).all()  # fmt: skip
    mine = [row for row in rows if row.debtor_id == debtor_id]
    to_number = [row for row in rows if row.number == number]
    return Counters(
        effective=sum(_is_effective(row.code, row.ended_at, row.answered_at) for row in mine),
        attempts=len(mine),
        number_attempts=len(to_number),
        number_last_at=max((row.created_at for row in to_number), default=None),
        in_flight=any(row.ended_at is None for row in rows),
    )


def _is_effective(code: str | None, ended_at: object, answered_at: object) -> bool:
    if code is not None:
        return OUTCOMES[code].effective
    return ended_at is None or answered_at is not None


def last_shown(session: Session, debtor_id: int) -> str:
    """The outbound number this person saw last; empty when we never called."""
    return session.scalar(
        select(Attempt.outbound_number).where(Attempt.debtor_id == debtor_id)
        .order_by(Attempt.created_at.desc()).limit(1)
    ) or ""  # fmt: skip
