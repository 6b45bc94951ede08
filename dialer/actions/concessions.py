"""减免 while the customer is on the line: the agent asks, a second person within their authority answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.clock import HOME
from dialer.facts import OfferMoved
from dialer.feed import publish
from dialer.store import audit
from dialer.store.authority import agreement_in_force
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Attempt, Concession, Offer, Seat

VALID_DAYS = 7
REASON_MAX = 300


def ask_concession(
    sessions: Sessions, actor: Actor, *, attempt_id: str, total_minor: int, reason: str,
    now: datetime,
) -> dict[str, object]:  # fmt: skip
    """Ask to settle the debt of the call in hand for `total_minor`. Within what the creditor leaves to
    agents it is approved at once; asking again while one waits changes nothing."""
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
        if seat is None or seat.attempt_id != attempt_id:
            raise Refused("not_your_call")
        account = session.get_one(Account, session.get_one(Attempt, attempt_id).account_id)
        if not 0 < total_minor < account.balance_minor:
            raise Refused("offer_amount")
        waiting = session.scalar(
            select(Offer).join(Concession, Concession.offer_id == Offer.id)
            .where(Concession.attempt_id == attempt_id, Offer.state == "proposed")
        )  # fmt: skip
        if waiting is not None:
            return {"id": waiting.id, "state": waiting.state}
        return _ask(session, actor, seat, account, total_minor, reason, now)


def _ask(
    session: Session, actor: Actor, seat: Seat, account: Account, total_minor: int, reason: str,
    now: datetime,
) -> dict[str, object]:  # fmt: skip
    waived = account.balance_minor - total_minor
    today = now.astimezone(HOME).date()
    agreement = agreement_in_force(session, account.creditor_id, now.astimezone(HOME).date())
    share = agreement.waive_share_max if agreement else 0.0
    state = "approved" if waived <= int(account.balance_minor * share) else "proposed"
    offer = Offer(
        account_id=account.id, total_minor=total_minor, waived_minor=waived, state=state,
        expires_on=today + timedelta(days=VALID_DAYS), asked_by=actor.user_id, at=now,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    session.add(Concession(
        offer_id=offer.id, attempt_id=seat.attempt_id, seat_id=seat.id,
        reason=reason.strip()[:REASON_MAX], decided_at=now if state == "approved" else None,
    ))  # fmt: skip
    audit.note(
        session, actor.name, "offer.propose", f"offer:{offer.id}", now,
        after={"state": state, "total_minor": total_minor, "waived_minor": waived},
    )  # fmt: skip
    publish(session, OfferMoved(offer_id=offer.id, seat_id=seat.id, state=state), now)
    return {"id": offer.id, "state": state}


def decide_concession(
    sessions: Sessions, actor: Actor, offer_id: int, approve: bool, answer: str, now: datetime
) -> None:
    """Yes or no by somebody else than who asked, within their authority; the agent sees it at once."""
    with write(sessions) as session:
        offer, asked = session.get(Offer, offer_id), session.get(Concession, offer_id)
        if offer is None or asked is None or offer.state != "proposed":
            raise Refused("offer_unknown")
        if offer.asked_by == actor.user_id:
            raise Refused("second_person")
        if approve:
            check_authority(session, actor, offer, now)
        offer.state, offer.decided_by = "approved" if approve else "refused", actor.user_id
        asked.decided_at, asked.answer = now, answer.strip()[:REASON_MAX]
        audit.note(
            session, actor.name, "offer.decide", f"offer:{offer_id}", now,
            after={"state": offer.state},
        )  # fmt: skip
        publish(
            session, OfferMoved(offer_id=offer_id, seat_id=asked.seat_id, state=offer.state), now
        )


def check_authority(session: Session, actor: Actor, offer: Offer, now: datetime) -> None:
    """A supervisor approves up to the share in the agreement, when it names one; managers any."""
    if actor.role != "supervisor":
        return
    account = session.get_one(Account, offer.account_id)
    agreement = agreement_in_force(session, account.creditor_id, now.astimezone(HOME).date())
    share = agreement.waive_share_supervisor if agreement else None
    whole = offer.total_minor + offer.waived_minor
    if share is not None and offer.waived_minor > int(whole * share):
        raise Refused("offer_authority", percent=round(share * 100))
