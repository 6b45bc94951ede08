"""What an agent's desk shows beside the call on the line: own callbacks, the offered entry, the call
that rings for the agent, what may be dialed by hand, and why the last wish was not carried out.

Balances are never in it: they are sent with a call, after the identity was confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.pacing import Mode
from dialer.domain.phone_numbers import masked
from dialer.domain.previews import LIVE
from dialer.reports.contact_history import recent
from dialer.store.attempts import reached_on
from dialer.store.entries import next_ready
from dialer.store.tables import (
    Assignment,
    Attempt,
    Campaign,
    Debtor,
    DialRequest,
    Entry,
    Outcome,
    Phone,
    Preview,
    Seat,
)

CALLBACKS_MAX = 20
BY_HAND_MAX = 10
TOLD_FOR = timedelta(minutes=3)  # a no stays on the screen so long


def own_calls(session: Session, seat: Seat, now: datetime) -> dict[str, Any]:
    """Everything of it for one seat."""
    return {
        "callbacks": _callbacks(session, seat.user_id),
        "preview": _preview(session, seat),
        "dialing": _dialing(session, seat),
        "request": _request(session, seat, now),
        "by_hand": _by_hand(session, seat.user_id, now),
    }


def request_view(session: Session, request: DialRequest) -> dict[str, Any]:
    """What became of a request; names no number."""
    return {
        "id": request.id, "state": request.state, "code": request.code,
        "until": request.until.isoformat() if request.until else None,
        "attempt_id": request.attempt_id or "", "entry_id": request.entry_id,
        "seat_id": request.seat_id, "asked_at": request.asked_at.isoformat(),
    }  # fmt: skip


def request_of(session: Session, request_id: int, user_id: int | None) -> dict[str, Any] | None:
    """A request by its id; with a user only if it is for that user's seat."""
    request = session.get(DialRequest, request_id)
    if request is None:
        return None
    if user_id is not None and session.get_one(Seat, request.seat_id).user_id != user_id:
        return None
    return request_view(session, request)


def _callbacks(session: Session, user_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Entry, Debtor.name, Campaign.name.label("campaign"), Campaign.state)
        .join(Debtor, Debtor.id == Entry.debtor_id)
        .join(Campaign, Campaign.id == Entry.campaign_id)
        .where(Entry.callback_user_id == user_id, Entry.state.in_(("ready", "offered")))
        .order_by(Entry.next_at).limit(CALLBACKS_MAX)
    ).all()  # fmt: skip
    return [
        {
            "entry_id": row.Entry.id, "due_at": row.Entry.next_at.isoformat(), "name": row.name,
            "number": masked(reached_on(session, row.Entry.id)), "campaign": row.campaign,
            "is_running": row.state == "running", "note": _last_note(session, row.Entry.id),
        }
        for row in rows
    ]  # fmt: skip


def _last_note(session: Session, entry_id: int) -> str:
    return session.scalar(
        select(Outcome.note).join(Attempt, Attempt.id == Outcome.attempt_id)
        .where(Attempt.entry_id == entry_id, Outcome.user_id.is_not(None))
        .order_by(Outcome.at.desc()).limit(1)
    ) or ""  # fmt: skip


def _preview(session: Session, seat: Seat) -> dict[str, Any] | None:
    preview = session.scalar(
        select(Preview).where(Preview.seat_id == seat.id, Preview.state.in_(LIVE))
    )
    if preview is None:
        return None
    entry = session.get_one(Entry, preview.entry_id)
    return {
        "id": preview.id, "state": preview.state, "offered_at": preview.offered_at.isoformat(),
        "deadline_at": preview.deadline_at.isoformat(), "attempts": entry.attempts,
        "last_outcome": entry.last_outcome, **_person(session, entry),
    }  # fmt: skip


def _dialing(session: Session, seat: Seat) -> dict[str, Any] | None:
    attempt = session.scalar(
        select(Attempt).where(
            Attempt.for_seat_id == seat.id, Attempt.ended_at.is_(None), Attempt.seat_id.is_(None)
        )
    )
    if attempt is None:
        return None
    entry = session.get_one(Entry, attempt.entry_id)
    return {
        "attempt_id": attempt.id, "state": attempt.state, "since": attempt.created_at.isoformat(),
        "number": masked(attempt.number), **_person(session, entry),
    }  # fmt: skip


def _person(session: Session, entry: Entry) -> dict[str, Any]:
    """Who it is and what was before, without the debt."""
    debtor = session.get_one(Debtor, entry.debtor_id)
    phones = session.scalars(
        select(Phone).where(Phone.debtor_id == debtor.id).order_by(Phone.rank, Phone.id)
    )
    return {
        "entry_id": entry.id, "name": debtor.name, "id_number": debtor.id_number_masked,
        "campaign": session.get_one(Campaign, entry.campaign_id).name,
        "phones": [
            {"id": p.id, "number": masked(p.number), "role": p.role, "state": p.state}
            for p in phones
        ],
        "history": recent(session, Attempt.debtor_id == debtor.id),
    }  # fmt: skip


def _request(session: Session, seat: Seat, now: datetime) -> dict[str, Any] | None:
    """The last wish, while it waits, and for a while after a no."""
    request = session.scalar(
        select(DialRequest).where(DialRequest.seat_id == seat.id)
        .order_by(DialRequest.id.desc()).limit(1)
    )  # fmt: skip
    if request is None or request.state not in ("asked", "blocked"):
        return None
    if request.answered_at is not None and now - request.answered_at > TOLD_FOR:
        return None
    entry = session.get_one(Entry, request.entry_id)
    name = session.get_one(Debtor, entry.debtor_id).name
    return {**request_view(session, request), "name": name}


def _by_hand(session: Session, user_id: int, now: datetime) -> list[dict[str, Any]]:
    """The next entries of manual campaigns that the agent takes."""
    taken = session.scalars(
        select(Assignment.campaign_id).where(Assignment.user_id == user_id)
    ).all()
    running = session.scalars(
        select(Campaign).where(Campaign.state == "running", Campaign.mode == Mode.MANUAL)
        .order_by(Campaign.id)
    ).all()  # fmt: skip
    rows: list[dict[str, Any]] = []
    for campaign in running:
        if taken and campaign.id not in taken:
            continue
        for entry in next_ready(session, campaign.id, BY_HAND_MAX - len(rows), now):
            rows.append(_line(session, entry, campaign.name))
        if len(rows) >= BY_HAND_MAX:
            break
    return rows


def _line(session: Session, entry: Entry, campaign: str) -> dict[str, Any]:
    numbers = session.scalars(
        select(Phone.number).where(Phone.debtor_id == entry.debtor_id)
        .order_by(Phone.rank, Phone.id)
    ).all()  # fmt: skip
    return {
        "entry_id": entry.id, "name": session.get_one(Debtor, entry.debtor_id).name,
        "number": masked(numbers[0]) if numbers else "", "campaign": campaign,
        "attempts": entry.attempts, "last_outcome": entry.last_outcome,
    }  # fmt: skip
