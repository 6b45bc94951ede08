"""Gives an attempt its outcome and its entry what follows: one place, for agents and the system."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.actions.agreements import recycle_of
from dialer.actions.disputes import open_dispute
from dialer.actions.list_work import level_of
from dialer.domain.callbacks import CALLBACK_FIRST
from dialer.domain.disputes import OF_OUTCOME
from dialer.domain.outcomes import HOLD_KINDS, OUTCOMES, Then
from dialer.domain.retries import next_attempt_at
from dialer.facts import ContactStopped, OutcomeRecorded
from dialer.feed import publish
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Case,
    Entry,
    Hold,
    Outcome,
    Phone,
    Suppression,
)


def apply_outcome(
    session: Session, attempt: Attempt, code: str, now: datetime, *, user_id: int | None = None,
    note: str = "", identity_confirmed: bool = False, callback_at: datetime | None = None,
    callback_user_id: int | None = None,
) -> Outcome:  # fmt: skip
    """Store the outcome, move the entry, set stop flags, and tell everybody, in one transaction."""
    entry = session.get_one(Entry, attempt.entry_id)
    campaign = session.get_one(Campaign, attempt.campaign_id)
    rules = recycle_of(campaign.recycle)
    then = OUTCOMES[code].then
    retry_at = (
        callback_at if then is Then.CALLBACK else next_attempt_at(code, entry.attempts, now, rules)
    )
    if then in (Then.DONE, Then.HOLD):
        retry_at = None
    if then is Then.NUMBER_DEAD:
        _mark_number(session, attempt, "wrong" if code == "WRONG_NUMBER" else "invalid")
    if then is Then.SUPPRESS:
        _suppress(session, attempt.number, code, user_id, now)
    if code in OF_OUTCOME:
        open_dispute(
            session, debtor_id=attempt.debtor_id, account_id=attempt.account_id,
            kind=OF_OUTCOME[code], text=note, user_id=user_id, attempt_id=attempt.id, now=now,
        )  # fmt: skip
    elif then is Then.HOLD:
        _hold(session, attempt.debtor_id, HOLD_KINDS[code], user_id, now)
    if session.get_one(Case, entry.case_id).state != "active":
        retry_at = None  # paid or recalled while it rang
    _move_entry(entry, then, code, retry_at)
    if not _keep_callback(entry, code, callback_user_id):
        entry.priority = level_of(campaign, entry, session.get_one(Account, entry.account_id))
    outcome = Outcome(
        attempt_id=attempt.id, campaign_id=attempt.campaign_id, code=code, note=note,
        identity_confirmed=identity_confirmed, user_id=user_id, at=now, retry_at=retry_at,
    )  # fmt: skip
    session.add(outcome)
    publish(session, OutcomeRecorded(
        attempt_id=attempt.id, entry_id=entry.id, campaign_id=attempt.campaign_id, code=code,
        user_id=user_id or 0, seat_id=attempt.seat_id or 0,
    ), now)  # fmt: skip
    return outcome


def _move_entry(entry: Entry, then: Then, code: str, retry_at: datetime | None) -> None:
    if not entry.is_reminder:  # a reminder of a promise does not undo it
        entry.last_outcome = code
    entry.is_reminder = False
    if then is Then.HOLD:
        entry.state, entry.block_reason = "held", HOLD_KINDS[code]
    elif retry_at is None:
        entry.state = "done"
    else:
        entry.state, entry.next_at = "ready", retry_at


def _keep_callback(entry: Entry, code: str, user_id: int | None) -> bool:
    """A callback goes before the list; one that reached nobody stays what it was, and whose. False: it
    is none, and takes its place in the list."""
    if OUTCOMES[code].then is Then.CALLBACK:
        entry.priority, entry.callback_user_id = CALLBACK_FIRST, user_id
    elif OUTCOMES[code].by_agent or entry.state != "ready" or entry.priority != CALLBACK_FIRST:
        entry.callback_user_id = None
        return False
    return True


def _mark_number(session: Session, attempt: Attempt, state: str) -> None:
    session.execute(
        update(Phone)
        .where(Phone.debtor_id == attempt.debtor_id, Phone.number == attempt.number)
        .values(state=state)
    )


def _suppress(session: Session, number: str, code: str, user_id: int | None, now: datetime) -> None:
    if session.scalar(select(Suppression.id).where(Suppression.number == number)) is None:
        row = Suppression(number=number, reason=code, user_id=user_id, at=now)
        session.add(row)
        session.flush()
        publish(session, ContactStopped(suppression_id=row.id, kind=code), now)


def _hold(session: Session, debtor_id: int, kind: str, user_id: int | None, now: datetime) -> None:
    session.add(Hold(debtor_id=debtor_id, kind=kind, user_id=user_id, starts_at=now))
    publish(session, ContactStopped(debtor_id=debtor_id, kind=kind), now)
