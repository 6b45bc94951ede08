"""An entry offered to one agent before it is dialed: dial it, skip it, snooze it.

The engine makes offers and ends them at their deadline; whoever ends one gives the entry back in the
same transaction, so that no entry is lost between two hands.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.idempotency import earlier_answer, fingerprint, keep_answer
from dialer.actions.refusals import Refused
from dialer.domain.previews import (
    LIVE,
    SKIP_REASONS,
    SKIP_REST,
    SNOOZE_MINUTES_MAX,
    SNOOZE_MINUTES_MIN,
    PreviewState,
)
from dialer.facts import DialAsked, PreviewMoved
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import DialRequest, Entry, Phone, Preview, Seat


def end_preview(
    session: Session, preview_id: int, state: PreviewState, now: datetime, reason: str = "",
    next_at: datetime | None = None,
) -> None:  # fmt: skip
    """End a live offer within the caller's transaction; an entry that is still offered waits in the
    list again, from `next_at` on if given."""
    preview = session.get_one(Preview, preview_id, with_for_update=True)
    if preview.state not in LIVE:
        return
    preview.state, preview.reason, preview.ended_at = state, reason, now
    entry = session.get_one(Entry, preview.entry_id)
    if entry.state == "offered":
        entry.state = "ready"
        entry.next_at = next_at or entry.next_at
    if state is PreviewState.WITHDRAWN:
        session.execute(
            update(DialRequest)
            .where(DialRequest.preview_id == preview_id, DialRequest.state == "asked")
            .values(state="withdrawn", answered_at=now)
        )
    publish(session, PreviewMoved(
        preview_id=preview_id, seat_id=preview.seat_id, campaign_id=preview.campaign_id,
        state=state,
    ), now)  # fmt: skip


def live_previews(session: Session, now: datetime) -> dict[int, int]:
    """seat -> its live preview, for an engine that starts. One whose deadline passed while no engine
    was there is withdrawn: the agent could do nothing."""
    found = {}
    for preview in session.scalars(select(Preview).where(Preview.state.in_(LIVE))).all():
        if preview.deadline_at <= now and preview.state == PreviewState.OPEN:
            end_preview(session, preview.id, PreviewState.WITHDRAWN, now)
        else:
            found[preview.seat_id] = preview.id
    return found


def answer_preview(
    sessions: Sessions, actor: Actor, *, key: str, preview_id: int, answer: str, reason: str = "",
    minutes: int = 0, phone_id: int | None = None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """dial (on one of the person's numbers, or the best), skip for a reason, or snooze for minutes;
    once per key."""
    print_ = fingerprint({
        "preview": preview_id, "answer": answer, "reason": reason, "minutes": minutes,
        "phone": phone_id,
    })  # fmt: skip
    with write(sessions) as session:
        before = earlier_answer(session, actor, key, "preview", print_)
        if before is not None:
            return before
        preview = _own(session, actor, preview_id, now)
        if answer == "dial":
            _accept(session, actor, preview, phone_id, now)
        elif answer == "skip":
            if reason not in SKIP_REASONS:
                raise Refused("skip_reason")
            end_preview(
                session, preview_id, PreviewState.SKIPPED, now, reason, now + SKIP_REST
            )  # fmt: skip
        elif answer == "snooze":
            if not SNOOZE_MINUTES_MIN <= minutes <= SNOOZE_MINUTES_MAX:
                raise Refused("snooze_minutes", low=SNOOZE_MINUTES_MIN, high=SNOOZE_MINUTES_MAX)
            later = now + timedelta(minutes=minutes)
            end_preview(session, preview_id, PreviewState.SNOOZED, now, next_at=later)
        else:
            raise Refused("preview_answer")
        audit.note(
            session, actor.name, f"preview.{answer}", f"entry:{preview.entry_id}", now,
            after={"preview": preview_id, "reason": reason, "minutes": minutes},
        )  # fmt: skip
        return keep_answer(session, actor, key, "preview", print_, {"ok": True}, now)


def _own(session: Session, actor: Actor, preview_id: int, now: datetime) -> Preview:
    preview = session.get(Preview, preview_id, with_for_update=True)
    if preview is None or session.get_one(Seat, preview.seat_id).user_id != actor.user_id:
        raise Refused("not_your_case")
    if preview.state != PreviewState.OPEN or preview.deadline_at <= now:
        raise Refused("preview_over")
    return preview


def _accept(
    session: Session, actor: Actor, preview: Preview, phone_id: int | None, now: datetime
) -> None:
    entry = session.get_one(Entry, preview.entry_id)
    if phone_id is not None:
        own_phone(session, entry, phone_id)
    preview.state = PreviewState.ACCEPTED
    request = DialRequest(
        seat_id=preview.seat_id, user_id=actor.user_id, entry_id=entry.id, phone_id=phone_id,
        preview_id=preview.id, asked_at=now, state="asked",
    )  # fmt: skip
    session.add(request)
    session.flush()
    publish(session, DialAsked(request_id=request.id, seat_id=preview.seat_id), now)


def own_phone(session: Session, entry: Entry, phone_id: int) -> Phone:
    """A number by its id; refused when it is not one of this entry's person."""
    phone = session.get(Phone, phone_id)
    if phone is None or phone.debtor_id != entry.debtor_id:
        raise Refused("number_not_of_case")
    return phone
