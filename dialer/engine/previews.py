"""Preview: the next entry that the gate allows is offered to an agent who waits, until a deadline.

Offers are rows: an engine that starts finds them again, and the sweep ends them. An offer that nobody
answers goes back to the list and pauses the seat, so that no further one is shown to an empty chair.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.previews import end_preview
from dialer.actions.seats import pause_missed
from dialer.domain.compliance import Blocked
from dialer.domain.previews import LIVE, PreviewState
from dialer.engine.floor import Floor, LiveSeat, load_seat, settle
from dialer.engine.place import Placing, Target, ask_for_seat, put_back
from dialer.facts import PreviewMoved
from dialer.feed import publish
from dialer.store.entries import next_ready
from dialer.store.tables import Campaign, Entry, Preview

AT_ONCE = 20  # entries looked at in one transaction


def offer_next(
    session: Session, floor: Floor, placing: Placing, seat: LiveSeat, now: datetime
) -> bool:
    """Offer the campaign's next entry that may be called. False: there is none now."""
    entries = next_ready(session, placing.campaign_id, AT_ONCE, now)
    return any(offer(session, floor, placing, seat, entry, now) for entry in entries)


def offer(
    session: Session, floor: Floor, placing: Placing, seat: LiveSeat, entry: Entry, now: datetime
) -> bool:
    """Show this entry to the seat, if the gate allows it now; it is asked again before the INVITE."""
    if entry.state != "ready":
        return False
    verdict = ask_for_seat(session, floor, placing, Target(entry, seat), now)
    if isinstance(verdict, Blocked):
        put_back(entry, verdict)
        return False
    campaign = session.get_one(Campaign, entry.campaign_id)
    entry.state, entry.block_reason = "offered", ""
    preview = Preview(
        entry_id=entry.id, campaign_id=campaign.id, seat_id=seat.id, state=PreviewState.OPEN,
        offered_at=now, deadline_at=now + timedelta(seconds=campaign.preview_seconds),
    )  # fmt: skip
    session.add(preview)
    session.flush()
    publish(session, PreviewMoved(
        preview_id=preview.id, seat_id=seat.id, campaign_id=campaign.id, state=preview.state
    ), now)  # fmt: skip
    seat.previewing = preview.id
    settle(session, floor, seat, now)
    return True


def end_missed(session: Session, floor: Floor, now: datetime) -> None:
    """Offers whose deadline passed: the entry goes back, the seat is paused."""
    overdue = select(Preview).where(
        Preview.state == PreviewState.OPEN, Preview.deadline_at <= now
    )  # fmt: skip
    for preview in session.scalars(overdue).all():
        end_preview(session, preview.id, PreviewState.MISSED, now)
        pause_missed(session, preview.seat_id, now)
        forget(session, floor, preview.seat_id, preview.id, now)


def forget(session: Session, floor: Floor, seat_id: int, preview_id: int, now: datetime) -> None:
    """The offer is over, whoever ended it: the seat is free for other work."""
    seat = load_seat(session, floor, seat_id)
    if seat.previewing == preview_id:
        seat.previewing = 0
    settle(session, floor, seat, now)


def recheck(session: Session, floor: Floor, placing: Placing, now: datetime) -> None:
    """Something was stopped: what may no longer be called is taken off the screens."""
    for preview in _live(session):
        seat = floor.seats.get(preview.seat_id)
        if seat is None:
            continue
        entry = session.get_one(Entry, preview.entry_id)
        verdict = ask_for_seat(session, floor, placing, Target(entry, seat), now)
        if isinstance(verdict, Blocked):
            put_back(entry, verdict)
            end_preview(session, preview.id, PreviewState.WITHDRAWN, now, verdict.code)
            forget(session, floor, seat.id, preview.id, now)


def _live(session: Session) -> Sequence[Preview]:
    return session.scalars(select(Preview).where(Preview.state.in_(LIVE))).all()
