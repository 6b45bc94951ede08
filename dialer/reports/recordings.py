"""Recordings by call: searched by whom, when, which number and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.store.tables import (
    Attempt,
    Campaign,
    Creditor,
    Outcome,
    Recording,
    Seat,
    User,
    UserCreditor,
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; nothing given: everything, newest first. `before`: the `saved_at` of the last
    row of the page before."""

    attempt_id: str | None = None
    case_id: int | None = None
    debtor_id: int | None = None
    user_id: int | None = None
    campaign_id: int | None = None
    creditor_id: int | None = None
    number: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    seconds_min: float | None = None
    before: datetime | None = None


def heard_by(session: Session, user_id: int) -> ColumnElement[bool]:
    """Calls for this user's creditors; for all of them when none are named (docs/operations.md)."""
    mine = session.scalars(
        select(UserCreditor.creditor_id).where(UserCreditor.user_id == user_id)
    ).all()
    if not mine:
        return true()
    return Attempt.campaign_id.in_(select(Campaign.id).where(Campaign.creditor_id.in_(mine)))


def may_hear(session: Session, user_id: int, attempt_id: str) -> bool:
    """Whether this call is one for this user's creditors."""
    query = select(Attempt.id).where(Attempt.id == attempt_id, heard_by(session, user_id))
    return session.scalar(query) is not None


def find(session: Session, wanted: Wanted, user_id: int | None = None) -> list[dict[str, Any]]:
    """A page of recordings, newest first; of a user's creditors only, when one is named."""
    query = (
        select(Recording, Attempt, Campaign, Creditor.name, Outcome.code, User)
        .join(Attempt, Attempt.id == Recording.attempt_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .join(Creditor, Creditor.id == Campaign.creditor_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .outerjoin(Seat, Seat.id == Attempt.seat_id)
        .outerjoin(User, User.id == Seat.user_id)
        .order_by(Recording.saved_at.desc(), Recording.attempt_id)
        .limit(PAGE)
    )
    if user_id is not None:
        query = query.where(heard_by(session, user_id))
    return [_row(*found) for found in session.execute(_narrowed(query, wanted))]


def _narrowed(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    conditions: tuple[tuple[Any, Callable[[Any], ColumnElement[bool]]], ...] = (
        (wanted.attempt_id, Attempt.id.__eq__), (wanted.case_id, Attempt.case_id.__eq__),
        (wanted.debtor_id, Attempt.debtor_id.__eq__), (wanted.user_id, User.id.__eq__),
        (wanted.campaign_id, Attempt.campaign_id.__eq__),
        (wanted.creditor_id, Campaign.creditor_id.__eq__),
        (wanted.number, Attempt.number.__eq__), (wanted.outcome, Outcome.code.__eq__),
        (wanted.since, Recording.saved_at.__ge__), (wanted.until, Recording.saved_at.__lt__),
        (wanted.before, Recording.saved_at.__lt__), (wanted.seconds_min, Recording.seconds.__ge__),
    )  # fmt: skip
    for value, compare in conditions:
        if value is not None:
            query = query.where(compare(value))
    return query


def _row(
    row: Recording, attempt: Attempt, campaign: Campaign, creditor: str, code: str | None,
    agent: User | None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "attempt_id": row.attempt_id, "state": row.state, "seconds": row.seconds, "size": row.size,
        "saved_at": row.saved_at.isoformat(), "at": attempt.created_at.isoformat(),
        "campaign_id": campaign.id, "campaign": campaign.name, "creditor": creditor,
        "case_id": attempt.case_id, "debtor_id": attempt.debtor_id, "number": masked(attempt.number),
        "outcome": code or "", "agent": agent.display_name if agent else "",
        "user_id": agent.id if agent else None, "legal_hold": row.legal_hold, "fault": row.fault,
        "sha256": row.sha256, "sound_sha256": row.sound_sha256, "key_id": row.key_id,
        "deleted_at": row.deleted_at.isoformat() if row.deleted_at else None,
    }  # fmt: skip


def choices(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What a search may be narrowed by."""
    agents = session.execute(
        select(User.id, User.display_name).where(User.role == "agent").order_by(User.display_name)
    )
    campaigns = session.execute(select(Campaign.id, Campaign.name).order_by(Campaign.id.desc()))
    return {
        "agents": [{"id": i, "name": n} for i, n in agents],
        "campaigns": [{"id": i, "name": n} for i, n in campaigns],
    }


def state_of(session: Session, attempt_id: str) -> str | None:
    """raw, kept, damaged or deleted; None: there is none."""
    row = session.get(Recording, attempt_id)
    return row.state if row else None


def path_of(session: Session, attempt_id: str) -> str:
    """Where it is kept; empty when it is not."""
    row = session.get(Recording, attempt_id)
    return row.path if row is not None and row.state == "kept" else ""
