"""What the desk and the board show of a conversation."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dialer.store.tables import Attempt, Conversation, Seat, Supervision, User
from dialer.store.transfer_targets import transfer_targets
from telephony.voice_quality import grade


def controls(session: Session, attempt: Attempt, seat: Seat) -> dict[str, Any] | None:
    """State of the call's buttons for this seat; None when the call is over."""
    if attempt.state != "connected":
        return None
    row = session.get(Conversation, attempt.id)
    second = session.get(Seat, row.second_seat_id) if row and row.second_seat_id else None
    is_second = attempt.seat_id != seat.id
    return {
        "held": bool(row and row.held), "muted": bool(row and row.muted),
        "recording": row.recording if row else "off", "role": "second" if is_second else "owner",
        "transfer": {
            "state": row.second, "seat_id": second.id, "name": _name(session, second)
        } if row and second else None,
        "refused": row.refused if row else "", "keys": row.keys if row else "",
        "quality": quality_of(row), "warnings": row.warnings if row else [],
        "can_transfer_to": [] if is_second or second else transfer_targets(session, attempt),
    }  # fmt: skip


def quality_of(row: Conversation | None) -> dict[str, Any] | None:
    """Both legs' figures, each with its grade in a word; None before the first report."""
    if row is None or not row.quality:
        return None
    return {side: {**leg, "grade": grade(leg["mos"])} for side, leg in row.quality.items()}


def on_seats(session: Session) -> dict[int, dict[str, Any]]:
    """seat -> who supervises it and how, and the quality and warnings of its call; for the board."""
    shown: dict[int, dict[str, Any]] = {}
    own = aliased(Seat)
    for seat_id, mode, supervisor, own_id in session.execute(
        select(Supervision.seat_id, Supervision.mode, User.display_name, own.id)
        .join(own, own.id == Supervision.supervisor_seat_id)
        .join(User, User.id == own.user_id)
    ):
        shown[seat_id] = {"supervised_by": {"name": supervisor, "mode": mode, "seat_id": own_id}}
    for seat_id, row in session.execute(
        select(Seat.id, Conversation)
        .join(Conversation, Conversation.attempt_id == Seat.attempt_id)
        .where(Seat.state == "talking")
    ):
        shown.setdefault(seat_id, {}).update(
            quality=quality_of(row), warnings=row.warnings, held=row.held
        )
    return shown


def phone_of(session: Session, user_id: int) -> dict[str, Any] | None:
    """The supervisor's own leg: None before it was opened."""
    seat = session.scalar(select(Seat).where(Seat.user_id == user_id, Seat.status != "away"))
    if seat is None:
        return None
    return {
        "seat_id": seat.id, "leg_up": seat.leg_up, "dial_in_code": seat.dial_in_code,
        "attempt_id": seat.attempt_id or "",
    }  # fmt: skip


def _name(session: Session, seat: Seat) -> str:
    return session.get_one(User, seat.user_id).display_name
