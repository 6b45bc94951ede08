"""Reviews of calls: by agent and criterion, one by one, and which call comes next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.domain.review_sampling import COMPLAINED_WITHIN, NEW_FOR, Candidate
from dialer.reports.period import Period
from dialer.reports.recordings import heard_by
from dialer.store.tables import (
    Attempt,
    Campaign,
    Complaint,
    Outcome,
    Recording,
    Review,
    Seat,
    User,
)

SECONDS_MIN = 10  # shorter ones hold nothing to judge
DRAWN_FROM = 20_000  # of the period's newest calls
SHOWN = 100


def candidates(session: Session, period: Period, reviewer: int) -> list[Candidate]:
    """Recorded conversations of the period that nobody reviewed, without the reviewer's own."""
    query = (
        select(Attempt.id, Attempt.debtor_id, Attempt.created_at, User.id, User.created_at, Outcome.code)
        .join(Recording, Recording.attempt_id == Attempt.id)
        .join(Seat, Seat.id == Attempt.seat_id).join(User, User.id == Seat.user_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Recording.state == "kept", Recording.seconds >= SECONDS_MIN, User.id != reviewer,
               heard_by(session, reviewer),
               Attempt.created_at >= period.since, Attempt.created_at < period.until,
               ~select(Review.id).where(Review.attempt_id == Attempt.id).exists())
        .order_by(Attempt.created_at.desc(), Attempt.id).limit(DRAWN_FROM)
    )  # fmt: skip
    complaints = _complaints(session, period)
    reviewed = _reviewed(session, period)
    return [
        Candidate(
            attempt_id, at - since < NEW_FOR,
            code == "COMPLAINT" or any(at <= c <= at + COMPLAINED_WITHIN for c in complaints[debtor]),
            reviewed[agent],
        )
        for attempt_id, debtor, at, agent, since, code in session.execute(query)
    ]  # fmt: skip


def _complaints(session: Session, period: Period) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    late = period.until + COMPLAINED_WITHIN
    for debtor, at in session.execute(
        select(Complaint.debtor_id, Complaint.at).where(
            Complaint.at >= period.since, Complaint.at < late
        )
    ):
        found[debtor].append(at)
    return found


def _reviewed(session: Session, period: Period) -> Counter[int]:
    query = (
        select(Review.agent_id, func.count())
        .where(Review.at >= period.since, Review.at < period.until)
        .group_by(Review.agent_id)
    )
    return Counter({agent: n for agent, n in session.execute(query)})


def call_of(session: Session, attempt_id: str) -> dict[str, Any] | None:
    """What a reviewer sees of a call beside its sound; None: no such recording."""
    found = session.execute(
        select(Attempt, Recording.seconds, Campaign.name, Outcome.code, User.display_name)
        .join(Recording, Recording.attempt_id == Attempt.id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .outerjoin(Seat, Seat.id == Attempt.seat_id).outerjoin(User, User.id == Seat.user_id)
        .where(Attempt.id == attempt_id)
    ).first()  # fmt: skip
    if found is None:
        return None
    attempt, seconds, campaign, code, agent = found
    return {
        "attempt_id": attempt.id, "at": attempt.created_at.isoformat(), "seconds": seconds,
        "number": masked(attempt.number), "campaign": campaign, "outcome": code or "",
        "agent": agent or "",
    }  # fmt: skip


def reviews_of(session: Session, period: Period, user_id: int) -> list[Review]:
    """All of the period that this user may see, newest first."""
    return list(session.scalars(
        select(Review).join(Attempt, Attempt.id == Review.attempt_id)
        .where(Review.at >= period.since, Review.at < period.until, heard_by(session, user_id))
        .order_by(Review.at.desc(), Review.id.desc())
    ))  # fmt: skip


def of_agent(session: Session, agent_id: int) -> list[dict[str, Any]]:
    """An agent's own reviews, newest first."""
    rows = session.scalars(
        select(Review)
        .where(Review.agent_id == agent_id)
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(SHOWN)
    ).all()
    return in_words(session, rows)


def in_words(session: Session, rows: Sequence[Review]) -> list[dict[str, Any]]:
    """With names instead of ids, for pages."""
    names = _names(session, (n for row in rows for n in (row.agent_id, row.reviewer_id)))
    calls = dict(session.execute(
        select(Attempt.id, Attempt.created_at).where(Attempt.id.in_({r.attempt_id for r in rows}))
    ).all())  # fmt: skip
    return [
        {
            "id": row.id, "attempt_id": row.attempt_id, "agent": names[row.agent_id],
            "reviewer": names[row.reviewer_id], "at": row.at.isoformat(),
            "called_at": calls[row.attempt_id].isoformat(), "percent": row.percent,
            "failed": row.failed, "criteria": row.criteria, "answers": row.answers,
            "comments": row.comments, "summary": row.summary, "reply": row.reply,
            "replied": row.replied_at is not None,
        }
        for row in rows
    ]  # fmt: skip


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    query = select(User.id, User.display_name).where(User.id.in_(set(ids)))
    return {number: name for number, name in session.execute(query)}


def by_agent(session: Session, rows: Sequence[Review]) -> list[dict[str, Any]]:
    """Mean score of each agent with count, failed cards and who reviewed; and the share reached of each
    criterion with how often there was occasion for it. By name: this is no ranking."""
    names = _names(session, (n for row in rows for n in (row.agent_id, row.reviewer_id)))
    mine: dict[int, list[Review]] = defaultdict(list)
    for row in rows:
        mine[row.agent_id].append(row)
    found = [
        {
            "agent": names[agent], "reviews": len(own),
            "percent": round(sum(r.percent for r in own) / len(own), 1),
            "failed": sum(bool(r.failed) for r in own),
            "reviewers": [{"name": names[i], "reviews": n}
                          for i, n in Counter(r.reviewer_id for r in own).most_common()],
            "criteria": _criteria(own),
        }
        for agent, own in mine.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: str(row["agent"]))


def _criteria(rows: Sequence[Review]) -> list[dict[str, Any]]:
    reached: dict[str, list[float]] = {}
    texts: dict[str, str] = {}
    for row in rows:
        for line in row.criteria:
            answer, key = row.answers.get(line["key"]), line["key"]
            texts.setdefault(key, line["text"])
            shares = reached.setdefault(key, [])
            if answer is not None:
                shares.append(answer / (1 if line["kind"] == "yes_no" else 5))
    return [
        {"key": key, "text": texts[key], "n": len(shares),
         "percent": round(100 * sum(shares) / len(shares), 1) if shares else None}
        for key, shares in reached.items()
    ]  # fmt: skip
