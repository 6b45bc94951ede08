"""What a page must know of its agent's leg."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.leg import LegKind, kind_of
from dialer.store.tables import LegOffer, Seat, User


def audio_answer(session: Session, offer_id: int) -> dict[str, str] | None:
    """`sdp`, or why it was `refused`; None while nobody has answered. An offer that is gone was
    replaced by a later one."""
    row = session.execute(
        select(LegOffer.answer, LegOffer.refused).where(LegOffer.id == offer_id)
    ).one_or_none()
    if row is None:
        return {"sdp": "", "refused": "replaced"}
    return {"sdp": row.answer, "refused": row.refused} if row.answer or row.refused else None


def leg_view(session: Session, seat: Seat, user: User) -> dict[str, Any]:
    """For the desk: the kind, and which page's sound is the newest."""
    kind = kind_of(user.leg_kind, user.leg_address)
    newest = select(LegOffer.leg).where(LegOffer.seat_id == seat.id)
    leg = session.scalar(newest.order_by(LegOffer.id.desc()).limit(1))
    return {
        "leg_kind": kind, "leg": leg or "",
        "dials_in": kind is LegKind.HEADSET or (kind is LegKind.PHONE and not user.leg_address),
    }  # fmt: skip
