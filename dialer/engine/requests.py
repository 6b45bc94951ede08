"""What agents asked to dial: the gate is asked once more, and its word is kept with the request."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.previews import end_preview
from dialer.domain.compliance import Blocked
from dialer.domain.previews import LIVE, PreviewState
from dialer.engine.floor import Floor, LiveSeat, give_call, settle
from dialer.engine.place import Placing, Target, ask_for_seat, place_for_seat, put_back
from dialer.facts import DialAnswered
from dialer.feed import publish
from dialer.store.tables import DialRequest, Entry, Preview

# A wish that could not be carried out for so long is not carried out behind the agent's back.
EXPIRES = timedelta(seconds=90)


def serve_request(
    session: Session, floor: Floor, placing: Placing, seat: LiveSeat, request_id: int, now: datetime
) -> bool:
    """Place the call, or say why not. True when an attempt was written."""
    request = session.get_one(DialRequest, request_id, with_for_update=True)
    if request.state != "asked":
        return False
    entry = session.get_one(Entry, request.entry_id, with_for_update=True)
    preview = session.get(Preview, request.preview_id) if request.preview_id else None
    target = Target(entry, seat, request.phone_id or 0)
    verdict = ask_for_seat(session, floor, placing, target, now)
    if not isinstance(verdict, Blocked) and not _is_free(entry, preview):
        verdict = Blocked(_TAKEN.get(entry.state, "ENTRY_NOT_READY"))
    if isinstance(verdict, Blocked):
        if preview is not None:
            put_back(entry, verdict)
        _answer(session, request, "blocked", now, verdict)
        _end_preview(session, floor, seat, preview, PreviewState.BLOCKED, now, verdict.code)
        return False
    attempt = place_for_seat(session, floor, placing, verdict, now)
    request.attempt_id = attempt.id
    _answer(session, request, "placed", now)
    _end_preview(session, floor, seat, preview, PreviewState.DIALED, now)
    give_call(session, floor, seat, attempt.id, now)
    return True


_TAKEN = {"in_flight": "IN_FLIGHT", "offered": "ENTRY_OFFERED"}


def expire_requests(session: Session, floor: Floor, now: datetime) -> None:
    """Nobody could serve them in time; the agent is told."""
    stale = select(DialRequest).where(
        DialRequest.state == "asked", DialRequest.asked_at <= now - EXPIRES
    )
    for request in session.scalars(stale.with_for_update()).all():
        blocked = Blocked("REQUEST_EXPIRED")
        _answer(session, request, "blocked", now, blocked)
        preview = session.get(Preview, request.preview_id) if request.preview_id else None
        seat = floor.seats.get(request.seat_id)
        _end_preview(session, floor, seat, preview, PreviewState.BLOCKED, now, blocked.code)


def _is_free(entry: Entry, preview: Preview | None) -> bool:
    """It waits in the list, or it was offered to the very agent who asks."""
    if preview is not None:
        return preview.state in LIVE and entry.state == "offered"
    return entry.state == "ready"


def _answer(
    session: Session, request: DialRequest, state: str, now: datetime, why: Blocked | None = None
) -> None:
    request.state, request.answered_at = state, now
    if why is not None:
        request.code, request.until = why.code, why.until
    publish(session, DialAnswered(
        request_id=request.id, seat_id=request.seat_id, state=state, code=request.code
    ), now)  # fmt: skip


def _end_preview(  # noqa: PLR0913 - the offer, whose it was, and how it ended
    session: Session, floor: Floor, seat: LiveSeat | None, preview: Preview | None,
    state: PreviewState, now: datetime, reason: str = "",
) -> None:  # fmt: skip
    if preview is None:
        return
    end_preview(session, preview.id, state, now, reason)
    if seat is not None and seat.previewing == preview.id:
        seat.previewing = 0
        if state is not PreviewState.DIALED:  # else the call is given next
            settle(session, floor, seat, now)
