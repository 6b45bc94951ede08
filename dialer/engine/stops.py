"""Which ringing calls a stop concerns; they are cancelled within one turn of the engine."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.seat import SeatStatus
from dialer.engine.floor import LiveCall, LiveSeat
from dialer.facts import CampaignChanged, CaseClosed, ContactStopped, PlacementChanged
from dialer.store.tables import Attempt, Case, Suppression

Stop = CampaignChanged | ContactStopped | CaseClosed | PlacementChanged


def left_alone(call: LiveCall, seat: LiveSeat) -> bool:
    """A call placed for an agent who left the desk meanwhile: nobody would speak."""
    gone = seat.status is SeatStatus.AWAY or seat.pause_reason == "desk_lost"
    return gone and call.for_seat == seat.id


def concerned(session: Session, stop: Stop) -> Callable[[LiveCall], bool]:
    """Whether a live call is meant. Who talks already goes on talking; the loop sees to that."""
    match stop:
        case CampaignChanged(campaign_id=campaign_id, state=state):
            return lambda call: state != "running" and call.campaign_id == campaign_id
        case ContactStopped(debtor_id=debtor_id, suppression_id=suppression_id):
            row = session.get(Suppression, suppression_id) if suppression_id else None
            number = row.number if row else ""
            return lambda call: debtor_id == call.debtor_id or call.number == number
        case CaseClosed(account_id=account_id):
            return lambda call: call.account_id == account_id
        case PlacementChanged(placement_id=placement_id):
            recalled = set(session.scalars(
                select(Attempt.account_id).join(Case, Case.id == Attempt.case_id)
                .where(Case.placement_id == placement_id, Attempt.ended_at.is_(None))
            ))  # fmt: skip
            return lambda call: call.account_id in recalled
