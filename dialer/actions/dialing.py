"""Dialing by hand: an agent, or a supervisor for an agent, asks for one entry; the engine dials it.

Numbers are named by id, never typed: only what is on file for the person can be asked for. The gate
decides in the engine; its no comes back with code and time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.idempotency import earlier_answer, fingerprint, keep_answer
from dialer.actions.previews import own_phone
from dialer.actions.refusals import Refused
from dialer.domain.pacing import Mode
from dialer.domain.seat import SeatState
from dialer.facts import DialAnswered, DialAsked
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Assignment, Attempt, Campaign, DialRequest, Entry, Outcome, Seat

MAY_DIAL_FROM = (SeatState.IDLE, SeatState.PAUSED)


def ask_dial(
    sessions: Sessions, actor: Actor, *, key: str, entry_id: int, phone_id: int | None = None,
    seat_id: int = 0, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Ask the engine to dial an entry for a seat (0: the actor's own), once per key. The answer
    names the request; what became of it follows as a fact."""
    print_ = fingerprint({"entry": entry_id, "phone": phone_id, "seat": seat_id})
    with write(sessions) as session:
        before = earlier_answer(session, actor, key, "dial", print_)
        if before is not None:
            return before
        seat = _seat(session, actor, seat_id)
        entry = session.get(Entry, entry_id)
        if entry is None:
            raise Refused("entry_unknown")
        _check(session, actor, entry)
        if phone_id is not None:
            own_phone(session, entry, phone_id)
        request = _request(session, actor, seat, entry, phone_id, now)
        answer = {"ok": True, "request_id": request.id, "seat_id": seat.id}
        return keep_answer(session, actor, key, "dial", print_, answer, now)


def cancel_dial(sessions: Sessions, actor: Actor, request_id: int, now: datetime) -> None:
    """Take a request back that waits for a line; what is dialed already is hung up instead."""
    with write(sessions) as session:
        request = session.get(DialRequest, request_id, with_for_update=True)
        if request is None:
            raise Refused("request_unknown")
        seat = session.get_one(Seat, request.seat_id)
        if actor.role == "agent" and seat.user_id != actor.user_id:
            raise Refused("not_your_case")
        if request.state != "asked" or request.preview_id is not None:
            raise Refused("request_over")
        request.state, request.answered_at = "withdrawn", now
        audit.note(session, actor.name, "dial.cancel", f"entry:{request.entry_id}", now)
        publish(session, DialAnswered(
            request_id=request.id, seat_id=seat.id, state="withdrawn"
        ), now)  # fmt: skip


def _seat(session: Session, actor: Actor, seat_id: int) -> Seat:
    """The seat that will talk: an agent's own, or the one that a supervisor named."""
    own = select(Seat).where(Seat.user_id == actor.user_id)
    seat = session.get(Seat, seat_id) if seat_id else session.scalar(own)
    if seat is None:
        raise Refused("no_seat")
    if actor.role == "agent" and seat.user_id != actor.user_id:
        raise Refused("not_your_seat")
    if seat.state not in MAY_DIAL_FROM:
        raise Refused("seat_not_free")
    return seat


def _check(session: Session, actor: Actor, entry: Entry) -> None:
    campaign = session.get_one(Campaign, entry.campaign_id)
    if campaign.state != "running":
        raise Refused("campaign_not_running", name=campaign.name)
    if actor.role == "agent" and not _is_theirs(session, actor, entry, campaign):
        raise Refused("not_your_case")


def _is_theirs(session: Session, actor: Actor, entry: Entry, campaign: Campaign) -> bool:
    """An agent dials own callbacks, what a manual campaign holds, and whom they spoke with last;
    never the callback of a colleague."""
    if entry.callback_user_id is not None:
        return entry.callback_user_id == actor.user_id
    if campaign.mode == Mode.MANUAL:
        return _takes(session, actor, campaign)
    last = session.scalar(
        select(Outcome.user_id).join(Attempt, Attempt.id == Outcome.attempt_id)
        .where(Attempt.entry_id == entry.id, Outcome.user_id.is_not(None))
        .order_by(Outcome.at.desc()).limit(1)
    )  # fmt: skip
    return last == actor.user_id


def _takes(session: Session, actor: Actor, campaign: Campaign) -> bool:
    """Without any assignment an agent takes every campaign."""
    own = session.scalars(
        select(Assignment.campaign_id).where(Assignment.user_id == actor.user_id)
    ).all()
    return not own or campaign.id in own


def _request(
    session: Session, actor: Actor, seat: Seat, entry: Entry, phone_id: int | None, now: datetime
) -> DialRequest:
    waits = select(DialRequest.id).where(
        DialRequest.seat_id == seat.id, DialRequest.state == "asked"
    )
    if session.scalar(waits) is not None:
        raise Refused("dial_waiting")
    request = DialRequest(
        seat_id=seat.id, user_id=actor.user_id, entry_id=entry.id, phone_id=phone_id,
        asked_at=now, state="asked",
    )  # fmt: skip
    session.add(request)
    session.flush()
    audit.note(
        session, actor.name, "dial.ask", f"entry:{entry.id}", now,
        after={"seat": seat.id, "phone": phone_id},
    )  # fmt: skip
    publish(session, DialAsked(request_id=request.id, seat_id=seat.id), now)
    return request
