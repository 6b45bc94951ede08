"""What the desk hears from the supervisor: words that were not read yet, and the answer to a concession."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import Concession, Offer, Seat, SeatMessage, User


def from_supervisor(session: Session, user_id: int) -> dict[str, Any]:
    """For this user's desk: `messages`, oldest first, and the newest `concession` of the call in hand."""
    seat = session.scalar(select(Seat).where(Seat.user_id == user_id))
    if seat is None:
        return {"messages": [], "concession": None}
    rows = session.execute(
        select(SeatMessage, User.display_name).join(User, User.id == SeatMessage.user_id)
        .where(SeatMessage.seat_id == seat.id, SeatMessage.seen_at.is_(None))
        .order_by(SeatMessage.id)
    )  # fmt: skip
    return {
        "messages": [
            {"id": m.id, "text": m.text, "by": name, "at": m.at.isoformat()} for m, name in rows
        ],
        "concession": _concession(session, seat.attempt_id) if seat.attempt_id else None,
    }


def _concession(session: Session, attempt_id: str) -> dict[str, Any] | None:
    row = session.execute(
        select(Concession, Offer).join(Offer, Offer.id == Concession.offer_id)
        .where(Concession.attempt_id == attempt_id).order_by(Offer.id.desc()).limit(1)
    ).first()  # fmt: skip
    if row is None:
        return None
    asked, offer = row
    return {
        "id": offer.id, "state": offer.state, "total_minor": offer.total_minor,
        "waived_minor": offer.waived_minor, "answer": asked.answer,
        "expires_on": offer.expires_on.isoformat(),
    }  # fmt: skip
