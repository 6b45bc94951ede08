"""What the agent does with a call: confirm who is there, keep a draft, record outcome and promise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.apply_outcome import apply_outcome
from dialer.actions.idempotency import earlier_answer, fingerprint, keep_answer
from dialer.actions.refusals import Refused
from dialer.actions.taking_promises import Agreed, as_words, take_promise
from dialer.domain.compliance import RulePack
from dialer.domain.outcomes import NEEDS_IDENTITY, OUTCOMES, Then
from dialer.facts import HangupAsked
from dialer.feed import publish
from dialer.packs import load_pack
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Draft,
    Outcome,
    Seat,
)

NOTE_MAX = 2000
CALLBACK_DAYS_MAX = 30


def record_outcome(
    sessions: Sessions, actor: Actor, *, key: str, attempt_id: str, code: str, note: str = "",
    identity_confirmed: bool = False, promise: Agreed | None = None,
    callback_at: datetime | None = None, callback_mine: bool = False, now: datetime,
    pack: RulePack | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Store the outcome, the promise and all that follows, once per key. `callback_mine`: the agent
    who agreed the callback makes it, else anyone. `pack`: the rules in force, by default those of China.

    Refused when the call is not the agent's, an outcome exists, or something needed is missing."""
    asked = {
        "attempt": attempt_id, "code": code, "note": note, "identity": identity_confirmed,
        "promise": as_words(promise),
        "callback": callback_at, "mine": callback_mine,
    }  # fmt: skip
    print_ = fingerprint(asked)
    with write(sessions) as session:
        before = earlier_answer(session, actor, key, "outcome", print_)
        if before is not None:
            return before
        attempt = _own_attempt(session, actor, attempt_id)
        confirmed = identity_confirmed or _was_confirmed(session, attempt)
        _check(session, attempt, code, note, confirmed, promise, callback_at, now)
        outcome = apply_outcome(
            session, attempt, code, now, user_id=actor.user_id, note=note,
            identity_confirmed=confirmed, callback_at=callback_at,
            callback_user_id=actor.user_id if callback_mine else None,
        )  # fmt: skip
        promise_id = (
            take_promise(session, actor, pack or load_pack("cn"), attempt, promise, now)
            if promise else None
        )  # fmt: skip
        session.query(Draft).filter_by(attempt_id=attempt.id).delete()
        audit.note(
            session, actor.name, "outcome.record", f"attempt:{attempt.id}", now,
            after={"code": code, "promise": promise_id},
        )  # fmt: skip
        answer = {
            "ok": True, "code": code, "promise_id": promise_id,
            "retry_at": outcome.retry_at.isoformat() if outcome.retry_at else None,
        }  # fmt: skip
        return keep_answer(session, actor, key, "outcome", print_, answer, now)


def confirm_identity(sessions: Sessions, actor: Actor, attempt_id: str, now: datetime) -> None:
    """The agent heard that it is the debtor: only now the debt may be shown and spoken of."""
    with write(sessions) as session:
        attempt = _own_attempt(session, actor, attempt_id)
        if not _was_confirmed(session, attempt):
            audit.note(session, actor.name, "identity.confirm", f"attempt:{attempt.id}", now)


def save_draft(
    sessions: Sessions, actor: Actor, attempt_id: str, fields: dict[str, Any], now: datetime
) -> None:
    """Keep what is typed so far; a saved outcome ends it."""
    with write(sessions) as session:
        attempt = _own_attempt(session, actor, attempt_id)
        if session.get(Outcome, attempt.id) is None:
            session.merge(
                Draft(attempt_id=attempt.id, user_id=actor.user_id, fields=fields, at=now)
            )


def ask_hangup(sessions: Sessions, actor: Actor, attempt_id: str, now: datetime) -> None:
    """The agent, or a supervisor, ends a call."""
    with write(sessions) as session:
        if actor.role == "agent" and not _rings_for(session, actor, attempt_id):
            _own_attempt(session, actor, attempt_id)
        audit.note(session, actor.name, "call.hangup", f"attempt:{attempt_id}", now)
        publish(session, HangupAsked(attempt_id=attempt_id, user_id=actor.user_id), now)


def _own_attempt(session: Session, actor: Actor, attempt_id: str) -> Attempt:
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.seat_id is None:
        raise Refused("not_your_call")
    if session.get_one(Seat, attempt.seat_id).user_id != actor.user_id:
        raise Refused("not_your_call")
    return attempt


def _rings_for(session: Session, actor: Actor, attempt_id: str) -> bool:
    """A call that was placed for this agent and that nobody has taken."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.for_seat_id is None or attempt.seat_id is not None:
        return False
    return session.get_one(Seat, attempt.for_seat_id).user_id == actor.user_id


def _was_confirmed(session: Session, attempt: Attempt) -> bool:
    row = session.scalar(
        select(AuditRow.id).where(
            AuditRow.action == "identity.confirm", AuditRow.subject == f"attempt:{attempt.id}"
        )
    )
    return row is not None


def _check(
    session: Session, attempt: Attempt, code: str, note: str, confirmed: bool,
    promise: Agreed | None, callback_at: datetime | None, now: datetime,
) -> None:  # fmt: skip
    outcome = OUTCOMES.get(code)
    if outcome is None or not outcome.by_agent:
        raise Refused("outcome_code", outcome=code)
    if session.get(Outcome, attempt.id) is not None:
        raise Refused("outcome_exists")
    if len(note) > NOTE_MAX:
        raise Refused("note_long", limit=NOTE_MAX)
    if code in NEEDS_IDENTITY and not confirmed:
        raise Refused("identity_first")
    if (code == "PTP") != (promise is not None):
        raise Refused("promise_missing" if code == "PTP" else "promise_not_here")
    if outcome.then is Then.CALLBACK:
        latest = now + timedelta(days=CALLBACK_DAYS_MAX)
        if callback_at is None or not now < callback_at <= latest:
            raise Refused("callback_time", days=CALLBACK_DAYS_MAX)
    elif callback_at is not None:
        raise Refused("callback_not_here")
