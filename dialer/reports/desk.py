"""The agent's desk: the seat, the call with its screen pop, the draft, the day's numbers.

Balance and creditor's figures are in the answer only after the identity was confirmed: a page cannot
show what it was never sent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.desk_keys import BadChoice, DeskChoice, as_stored, choice_from
from dialer.domain.outcomes import NEEDS_IDENTITY, agent_codes
from dialer.domain.pauses import LIMITS
from dialer.feed import last_id
from dialer.reports.agent_legs import leg_view
from dialer.reports.contact_history import recent
from dialer.reports.desk_call import desk_call
from dialer.reports.live_board import day_start
from dialer.reports.own_calls import own_calls
from dialer.store.pauses import breathers_left
from dialer.store.tables import Outcome, Promise, Seat, User


def snapshot(session: Session, user_id: int, pack: RulePack, now: datetime) -> dict[str, Any]:
    """All that the desk shows; `last_fact` is the number up to which it is true."""
    last_fact = last_id(session)
    seat = session.scalar(select(Seat).where(Seat.user_id == user_id))
    user = session.get_one(User, user_id)
    return {
        "as_of": now.isoformat(), "last_fact": last_fact,
        "seat": (
            {**_seat(session, seat, user, now), **leg_view(session, seat, user)} if seat else None
        ),
        "call": (
            desk_call(session, seat, user, pack, now)
            if seat and seat.attempt_id else None
        ),
        "choice": _choice(user),
        "outcomes": [
            {
                "code": o.code, "group": o.group, "needs_identity": o.code in NEEDS_IDENTITY,
                "callback": o.then == "callback",
            }
            for o in agent_codes()
        ],
        "own": own_calls(session, seat, now) if seat else None,
        "today": _today(session, user_id, now),
        "recent": recent(session, Outcome.user_id == user_id),
    }  # fmt: skip


def _seat(session: Session, seat: Seat, user: User, now: datetime) -> dict[str, Any]:
    limit = LIMITS.get(seat.pause_reason)
    return {
        "id": seat.id, "state": seat.state, "status": seat.status,
        "pause_reason": seat.pause_reason, "leg_up": seat.leg_up,
        "since": seat.since.isoformat(), "dial_in_code": seat.dial_in_code,
        "pause_at": _iso(seat.pause_at), "pause_at_reason": seat.pause_at_reason,
        "pause_until": _iso(seat.pause_until), "pause_limit_minutes": limit,
        "help_since": _iso(seat.help_since), "breathers_left": breathers_left(session, seat, now),
        "may_be_ready": user.role == "agent",
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _choice(user: User) -> dict[str, Any]:
    """The person's keys; what was stored and is no longer understood falls back to the usual ones."""
    try:
        return as_stored(choice_from(user.desk))
    except BadChoice:
        return as_stored(DeskChoice())


def _today(session: Session, user_id: int, now: datetime) -> dict[str, Any]:
    since = day_start(now)
    calls = session.scalar(
        select(func.count()).select_from(Outcome)
        .where(Outcome.user_id == user_id, Outcome.at >= since)
    )  # fmt: skip
    promises = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
        .where(Promise.user_id == user_id, Promise.at >= since)
    ).one()  # fmt: skip
    return {"calls": calls or 0, "promises": promises[0], "promised_minor": int(promises[1])}
