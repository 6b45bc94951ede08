"""Who may take a call over. One place, for the desk that offers them and the action that checks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from dialer.store.tables import Assignment, Attempt, Seat, User

SUPERVISORS = ("supervisor", "manager", "admin")


def transfer_targets(session: Session, attempt: Attempt) -> list[dict[str, Any]]:
    """Who may take this call now: agents of the campaign who wait, supervisors with a phone. No outside
    number: a dialer that transfers anywhere is a present to fraudsters."""
    assigned = exists().where(Assignment.user_id == User.id)
    mine = exists().where(
        Assignment.user_id == User.id, Assignment.campaign_id == attempt.campaign_id
    )
    rows = session.execute(
        select(Seat.id, User.display_name, User.role, Seat.state)
        .join(User, User.id == Seat.user_id)
        .where(
            Seat.leg_up, Seat.attempt_id.is_(None), Seat.id != attempt.seat_id, User.active,
            or_(User.role == "agent", User.role.in_(SUPERVISORS)), or_(~assigned, mine),
        )
        .order_by(User.display_name)
    ).all()  # fmt: skip
    return [
        {"seat_id": seat_id, "name": name, "kind": "agent" if role == "agent" else "supervisor"}
        for seat_id, name, role, state in rows
        if role != "agent" or state == "idle"
    ]  # fmt: skip
