"""What the board shows beside seats and campaigns: who needs the supervisor first, alerts, concessions that
wait for a word, callers who wait, and whether the engine is there at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.needs_me import SeatSeen, need
from dialer.domain.pauses import LIMITS
from dialer.store.tables import (
    Account,
    Alert,
    Attempt,
    Campaign,
    Concession,
    EngineLease,
    Offer,
    Seat,
    Team,
    User,
)


def with_extras(session: Session, board: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The board's view, its seats in the order of need, and what else belongs on it."""
    waiting = _concessions(session, now)
    return {
        **board, "seats": _in_order(session, board["seats"], waiting, now),
        "alerts": alerts(session), "concessions": waiting, "callers": _callers(session),
        "engine_on": _engine_on(session, now),
    }  # fmt: skip


def alerts(session: Session) -> list[dict[str, Any]]:
    """Those that are not over, unacknowledged first, then the newest."""
    rows = session.execute(
        select(Alert, User.display_name).outerjoin(User, User.id == Alert.acknowledged_by)
        .where(Alert.cleared_at.is_(None))
        .order_by(Alert.acknowledged_at.is_not(None), Alert.id.desc())
    )  # fmt: skip
    return [
        {"id": a.id, "code": a.code, "args": a.args, "raised_at": a.raised_at.isoformat(),
         "acknowledged_by": name or "", "comment": a.comment}
        for a, name in rows
    ]  # fmt: skip


def _in_order(
    session: Session, seats: list[dict[str, Any]], waiting: list[dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Each with `why` (empty: all well), `level` 0 to 3 and its team; those who need somebody first."""
    teams = dict(session.execute(
        select(Seat.id, Team.name).join(User, User.id == Seat.user_id)
        .join(Team, Team.id == User.team_id)
    ).all())  # fmt: skip
    asked = {row["seat_id"]: row["seconds"] for row in waiting}
    helped = _helped(session, now)
    found = []
    for seat in seats:
        limit = LIMITS.get(seat["pause_reason"])
        needs = need(SeatSeen(
            seat["state"], (now - datetime.fromisoformat(seat["since"])).total_seconds(),
            seat["pause_reason"], limit * 60.0 if limit else None, helped.get(seat["id"]),
            asked.get(seat["id"]),
        ))  # fmt: skip
        team = teams.get(seat["id"], "")
        found.append((needs.order, {**seat, "why": needs.why, "level": needs.level, "team": team}))
    return [seat for _, seat in sorted(found, key=lambda pair: pair[0])]


def _helped(session: Session, now: datetime) -> dict[int, float]:
    """Since when each agent asks for help, where seats know of it."""
    column = getattr(Seat, "help_since", None)
    if column is None:
        return {}
    rows = session.execute(select(Seat.id, column).where(column.is_not(None)))
    return {seat_id: (now - since).total_seconds() for seat_id, since in rows}


def _concessions(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Asked for in a call and not decided; the longest waiting first."""
    rows = session.execute(
        select(Concession, Offer, User.display_name, Account.balance_minor, Attempt.ended_at)
        .join(Offer, Offer.id == Concession.offer_id)
        .join(Account, Account.id == Offer.account_id)
        .join(Attempt, Attempt.id == Concession.attempt_id)
        .join(User, User.id == Offer.asked_by)
        .where(Offer.state == "proposed").order_by(Offer.id)
    )  # fmt: skip
    return [
        {"id": offer.id, "seat_id": asked.seat_id, "agent": name, "asked_by": offer.asked_by,
         "account_id": offer.account_id, "total_minor": offer.total_minor,
         "waived_minor": offer.waived_minor, "balance_minor": balance, "reason": asked.reason,
         "seconds": (now - offer.at).total_seconds(), "at": offer.at.isoformat(),
         "on_line": ended is None}
        for asked, offer, name, balance, ended in rows
    ]  # fmt: skip


def _callers(session: Session) -> dict[str, int]:
    """People who answered and have no agent yet, by campaign."""
    rows = session.execute(
        select(Campaign.name, func.count())
        .join(Attempt, Attempt.campaign_id == Campaign.id)
        .where(Attempt.ended_at.is_(None), Attempt.state == "answered")
        .group_by(Campaign.name)
    )  # fmt: skip
    return {name: count for name, count in rows}


def _engine_on(session: Session, now: datetime) -> bool:
    lease = session.get(EngineLease, 1)
    return lease is not None and lease.until > now
