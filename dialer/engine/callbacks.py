"""Calls that wait for an agent: callbacks of that agent, and entries that need a guaranteed one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import ENGINE
from dialer.domain.callbacks import OWNER_GRACE, is_anyones
from dialer.domain.compliance import Blocked
from dialer.domain.pacing import Mode
from dialer.domain.seat import SeatState
from dialer.engine.floor import Floor, LiveSeat, give_call
from dialer.engine.place import Placing, Target, ask_for_seat, place_for_seat, put_back
from dialer.facts import CallbackFreed
from dialer.feed import publish
from dialer.store import audit
from dialer.store.attempts import reached_on
from dialer.store.tables import Campaign, Entry, Seat

GUARANTEE = "AGENT_GUARANTEE_REQUIRED"
AT_ONCE = 20  # entries looked at for one seat: the write lock is not held for long


def due_callbacks(session: Session, users: dict[int, int], now: datetime) -> dict[int, int]:
    """seat -> its agent's callback that has been due longest. `users`: user -> seat. In a manual
    campaign the agent dials, nobody else."""
    rows = session.execute(
        select(Entry.callback_user_id, Entry.id).join(Campaign, Campaign.id == Entry.campaign_id)
        .where(
            Entry.callback_user_id.in_(users), Entry.state == "ready", Entry.next_at <= now,
            Campaign.state == "running", Campaign.mode != Mode.MANUAL,
        )
        .order_by(Entry.next_at.desc())
    )  # fmt: skip
    return {users[user_id]: entry_id for user_id, entry_id in rows if user_id is not None}


def serve_callback(
    session: Session, floor: Floor, placing: Placing, seat: LiveSeat, entry_id: int, now: datetime
) -> bool:
    """Place the agent's callback if it is still theirs and due. True when an attempt was written."""
    entry = session.get_one(Entry, entry_id, with_for_update=True)
    if (
        entry.state != "ready" or entry.callback_user_id != seat.user_id or entry.next_at > now
    ):  # fmt: skip
        return False
    target = Target(entry, seat, first_number=reached_on(session, entry.id))
    return _place_or_put_back(session, floor, placing, target, now)


def guarantees_wait(session: Session, campaigns: tuple[int, ...]) -> set[int]:
    """The campaigns of those who may only be called with an agent who waits for this very call."""
    if not campaigns:
        return set()
    waits = _guaranteed(campaigns).with_only_columns(Entry.campaign_id).distinct()
    return set(session.scalars(waits))


def serve_guarantee(
    session: Session, floor: Floor, placing: Placing, seat: LiveSeat, campaigns: tuple[int, ...],
    now: datetime,
) -> bool:  # fmt: skip
    """One call, one agent kept for it (UK-72H, UK-24H and their like)."""
    waits = _guaranteed(tuple(c for c in campaigns if seat.takes(c)))
    entries = session.scalars(
        waits.order_by(Entry.next_at, Entry.id).limit(AT_ONCE).with_for_update(skip_locked=True)
    ).all()
    return any(
        _place_or_put_back(session, floor, placing, Target(entry, seat), now) for entry in entries
    )


def free_callbacks(session: Session, now: datetime) -> None:
    """Callbacks whose agent is not there long after the agreed time become anyone's."""
    rows = session.execute(
        select(Entry, Seat)
        .outerjoin(Seat, Seat.user_id == Entry.callback_user_id)
        .where(
            Entry.callback_user_id.is_not(None), Entry.state == "ready",
            Entry.next_at < now - OWNER_GRACE,
        )
    ).all()  # fmt: skip
    for entry, seat in rows:
        if is_anyones(entry.next_at, now, SeatState(seat.state) if seat else None):
            owner, entry.callback_user_id = entry.callback_user_id, None
            audit.note(
                session, ENGINE.name, "callback.free", f"entry:{entry.id}", now,
                before={"user": owner}, after={"user": None},
            )  # fmt: skip
            publish(session, CallbackFreed(
                entry_id=entry.id, campaign_id=entry.campaign_id, seat_id=seat.id if seat else 0
            ), now)  # fmt: skip


def _guaranteed(campaigns: tuple[int, ...]):  # type: ignore[no-untyped-def] # a Select of entries
    return select(Entry).where(
        Entry.campaign_id.in_(campaigns), Entry.state == "ready", Entry.block_reason == GUARANTEE,
        Entry.callback_user_id.is_(None),
    )  # fmt: skip


def _place_or_put_back(
    session: Session, floor: Floor, placing: Placing, target: Target, now: datetime
) -> bool:
    verdict = ask_for_seat(session, floor, placing, target, now)
    if isinstance(verdict, Blocked):
        put_back(target.entry, verdict)
        return False
    attempt = place_for_seat(session, floor, placing, verdict, now)
    if target.seat is not None:
        give_call(session, floor, target.seat, attempt.id, now)
    return True
