"""What payments make of promises and plans; and what follows: broken ones go to the front."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.clock import HOME as HOME
from dialer.domain.promises import (
    SETTLED,
    Posting,
    PromiseAsk,
    PromiseState,
    Terms,
    plan_is_in_default,
    reminder_days,
    settle,
)
from dialer.facts import PromiseSettled
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Account, Entry, JobRun, Payment, Plan, Promise

TERMS = Terms()
FRONT = -10  # priority of entries with a broken promise
REMIND_AT = 10  # o'clock


def settle_account(session: Session, account: Account, value_on: date, now: datetime) -> None:
    """A payment of this value date arrived: decide the account's promises (again)."""
    promises = session.scalars(
        select(Promise).where(
            Promise.account_id == account.id,
            Promise.state.in_([PromiseState.OPEN, *SETTLED]), Promise.made_on <= value_on,
        ).order_by(Promise.due_on)
    ).all()  # fmt: skip
    for promise in promises:
        if value_on <= promise.due_on + timedelta(days=TERMS.grace_days):
            _decide(session, promise, now)


def settle_due(sessions: Sessions, now: datetime) -> int:
    """Decide every open promise whose grace is over. Returns how many were decided."""
    today = now.astimezone(HOME).date()
    last = today - timedelta(days=TERMS.grace_days + 1)
    with read(sessions) as session:
        due = session.scalars(
            select(Promise.id).where(Promise.state == PromiseState.OPEN, Promise.due_on <= last)
        ).all()
    for promise_id in due:
        with write(sessions) as session:
            _decide(session, session.get_one(Promise, promise_id), now)
    return len(due)


def _decide(session: Session, promise: Promise, now: datetime) -> None:
    postings = [
        Posting(row.value_on, row.amount_minor)
        for row in session.execute(
            select(Payment.value_on, Payment.amount_minor).where(
                Payment.account_id == promise.account_id
            )
        )
    ]
    ask = PromiseAsk(promise.amount_minor, promise.due_on)
    today = now.astimezone(HOME).date()
    settlement = settle(ask, promise.made_on, postings, today, TERMS)
    before, promise.paid_minor = promise.state, settlement.paid_minor
    if settlement.state == before:
        return
    promise.state = settlement.state
    promise.settled_at = None if settlement.state is PromiseState.OPEN else now
    audit.note(
        session, "payments", "promise.settle", f"promise:{promise.id}", now,
        before={"state": before}, after={"state": promise.state, "paid": promise.paid_minor},
    )  # fmt: skip
    publish(session, PromiseSettled(
        promise_id=promise.id, account_id=promise.account_id, state=promise.state
    ), now)  # fmt: skip
    if promise.state in (PromiseState.BROKEN, PromiseState.PARTIALLY_KEPT):
        _to_the_front(session, promise.account_id, now)
    if promise.plan_id is not None:
        _look_at_plan(session, promise.plan_id, today, now)


def _to_the_front(session: Session, account_id: int, now: datetime) -> None:
    """The same day, before all others; the gate still decides."""
    session.execute(
        update(Entry)
        .where(
            Entry.account_id == account_id, Entry.state.in_(("done", "held")),
            Entry.last_outcome.in_(("PTP", "PTP_PLAN")),
        )
        .values(state="ready", next_at=now, priority=FRONT, is_reminder=False, block_reason="")
    )  # fmt: skip


def _look_at_plan(session: Session, plan_id: int, today: date, now: datetime) -> None:
    plan = session.get_one(Plan, plan_id)
    parts = session.scalars(select(Promise).where(Promise.plan_id == plan_id)).all()
    bad = (PromiseState.BROKEN, PromiseState.PARTIALLY_KEPT)
    missed = [part for part in parts if part.state in bad]
    late = max(((today - part.due_on).days for part in missed), default=0)
    if all(part.state == PromiseState.KEPT for part in parts):
        plan.state = "completed"
    elif plan_is_in_default(len(missed), late):
        plan.state = "defaulted"
        for part in parts:
            if part.state == PromiseState.OPEN:
                part.state = PromiseState.CANCELLED
        audit.note(session, "payments", "plan.default", f"plan:{plan_id}", now)


def remind(sessions: Sessions, now: datetime) -> int:
    """Entries of promises due tomorrow or today become reminders at ten o'clock, once a day each."""
    today = now.astimezone(HOME).date()
    with read(sessions) as session:
        rows = session.execute(
            select(Promise.id, Promise.account_id, Promise.due_on).where(
                Promise.state == PromiseState.OPEN,
                Promise.due_on.in_((today, today + timedelta(days=1))),
            )
        ).all()
    made = 0
    for row in rows:
        if today in reminder_days(row.due_on):
            made += _remind_once(sessions, row.id, row.account_id, today, now)
    return made


def _remind_once(
    sessions: Sessions, promise_id: int, account_id: int, day: date, now: datetime
) -> int:
    at = datetime(day.year, day.month, day.day, REMIND_AT, tzinfo=HOME)
    try:
        with write(sessions) as session:
            session.add(JobRun(job=f"remind:{promise_id}", due_at=at, finished_at=now))
            session.flush()  # the second one of the day stops here
            result = session.execute(
                update(Entry)
                .where(Entry.account_id == account_id, Entry.state.in_(("done", "held")),
                       Entry.last_outcome.in_(("PTP", "PTP_PLAN")))
                .values(state="ready", is_reminder=True, next_at=max(at, now), block_reason="")
            )  # fmt: skip
            return int(result.rowcount)  # type: ignore[attr-defined]
    except IntegrityError:
        return 0
