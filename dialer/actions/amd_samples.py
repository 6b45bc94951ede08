"""Draws calls that AMD hung up on, at random, and keeps what people heard in them."""

from __future__ import annotations

from datetime import datetime
from secrets import SystemRandom

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.amd_sample import VALID_FOR
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import AmdLabel, Attempt, Campaign

DRAW_MAX = 1_000


def draw_sample(
    sessions: Sessions, actor: Actor, campaign_id: int, size: int, now: datetime
) -> list[str]:
    """Ids of calls of the last month, drawn at random among those not drawn before. A drawn call stays
    drawn, so nobody can draw until the sample pleases."""
    if not 1 <= size <= DRAW_MAX:
        raise Refused("amd_size", most=DRAW_MAX)
    with write(sessions) as session:
        if session.get(Campaign, campaign_id) is None:
            raise Refused("campaign_unknown")
        waiting = session.scalars(
            select(Attempt.id)
            .outerjoin(AmdLabel, AmdLabel.attempt_id == Attempt.id)
            .where(Attempt.campaign_id == campaign_id, Attempt.screened != "",
                   Attempt.created_at > now - VALID_FOR, AmdLabel.attempt_id.is_(None))
            .order_by(Attempt.id)
        ).all()  # fmt: skip
        drawn = SystemRandom().sample(waiting, min(size, len(waiting)))
        session.add_all(
            AmdLabel(attempt_id=each, campaign_id=campaign_id, drawn_at=now) for each in drawn
        )
        audit.note(
            session, actor.name, "amd.draw", f"campaign:{campaign_id}", now,
            after={"asked": size, "drawn": len(drawn)},
        )  # fmt: skip
        return drawn


def label_call(
    sessions: Sessions, actor: Actor, attempt_id: str, is_person: bool, now: datetime
) -> None:
    """What somebody heard in the recording. Said once; it cannot be changed."""
    with write(sessions) as session:
        row = session.get(AmdLabel, attempt_id)
        if row is None:
            raise Refused("amd_unknown")
        if row.is_person is not None:
            raise Refused("amd_labelled")
        row.is_person, row.user_id, row.labelled_at = is_person, actor.user_id or None, now
        audit.note(
            session, actor.name, "amd.label", f"attempt:{attempt_id}", now,
            after={"person": is_person},
        )  # fmt: skip
