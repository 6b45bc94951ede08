"""Judge recorded calls by the card in force; the agent may answer once. All of it on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.scorecards import (
    Answer,
    BadCard,
    Score,
    as_stored,
    card_from,
    comments_from,
    score,
)
from dialer.store import audit
from dialer.store.scorecards import card_in_force
from dialer.store.session import Sessions, write
from dialer.store.tables import Attempt, AuditRow, Recording, Review, Scorecard, Seat

SUMMARY_MAX = REPLY_MAX = 1000


def set_card(
    sessions: Sessions, actor: Actor, lines: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """The card from now on; reviews that exist keep theirs. Refused("card_...") naming the line."""
    try:
        card = card_from(lines)
    except BadCard as bad:
        raise Refused(str(bad), line=bad.line, word=bad.word) from None
    with write(sessions) as session:
        before = as_stored(card_in_force(session))
        row = Scorecard(criteria=as_stored(card), created_by=actor.user_id, created_at=now)
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "scorecard.set", f"scorecard:{row.id}", now,
            before={"criteria": before}, after={"criteria": row.criteria},
        )  # fmt: skip


def add_review(
    sessions: Sessions, actor: Actor, attempt_id: str, answers: Mapping[str, Answer],
    comments: Sequence[tuple[float, str]], summary: str, now: datetime,
) -> int:  # fmt: skip
    """One review by each reviewer of a call. Refused("recording_unknown" | "review_no_agent" | "review_own" |
    "review_twice" | "review_not_heard"), or with the line of the card that cannot stand."""
    with write(sessions) as session:
        agent_id = _may_review(session, actor, attempt_id)
        card = card_in_force(session)
        seconds = session.get_one(Recording, attempt_id).seconds
        came_to, remarks = _judged(card, answers, comments, seconds)
        row = Review(
            attempt_id=attempt_id, reviewer_id=actor.user_id, agent_id=agent_id,
            criteria=as_stored(card), answers=dict(answers), percent=came_to.percent,
            failed=list(came_to.failed), comments=remarks, summary=summary.strip(), at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "review.add", f"attempt:{attempt_id}", now,
            after={"review": row.id, "agent": agent_id, "percent": row.percent, "failed": row.failed},
        )  # fmt: skip
        return row.id


def _judged(
    card: Sequence[Any], answers: Mapping[str, Answer], comments: Sequence[tuple[float, str]],
    seconds: float,
) -> tuple[Score, list[dict[str, Any]]]:  # fmt: skip
    try:
        return score(card, answers), comments_from(comments, seconds)
    except BadCard as bad:
        raise Refused(str(bad), line=bad.line, word=bad.word) from None


def _may_review(session: Session, actor: Actor, attempt_id: str) -> int:
    """The agent's user id. Who judges must have listened: the audit knows."""
    if session.get(Recording, attempt_id) is None:
        raise Refused("recording_unknown")
    agent_id = session.scalar(
        select(Seat.user_id)
        .join(Attempt, Attempt.seat_id == Seat.id)
        .where(Attempt.id == attempt_id)
    )
    if agent_id is None:
        raise Refused("review_no_agent")
    if agent_id == actor.user_id:
        raise Refused("review_own")
    twice = select(Review.id).where(
        Review.attempt_id == attempt_id, Review.reviewer_id == actor.user_id
    )
    if session.scalar(twice) is not None:
        raise Refused("review_twice")
    heard = select(AuditRow.id).where(
        AuditRow.subject == f"attempt:{attempt_id}", AuditRow.action == "recording.listen",
        AuditRow.actor == actor.name,
    ).limit(1)  # fmt: skip
    if session.scalar(heard) is None:
        raise Refused("review_not_heard")
    return agent_id


def reply(sessions: Sessions, actor: Actor, review_id: int, text: str, now: datetime) -> None:
    """The agent's own word on a review, once. Refused("review_not_yours" | "review_replied")."""
    with write(sessions) as session:
        row = session.get(Review, review_id)
        if row is None or row.agent_id != actor.user_id:
            raise Refused("review_not_yours")
        if row.replied_at is not None:
            raise Refused("review_replied")
        row.reply, row.replied_at = text.strip(), now
        audit.note(
            session, actor.name, "review.reply", f"attempt:{row.attempt_id}", now,
            after={"review": row.id},
        )  # fmt: skip
