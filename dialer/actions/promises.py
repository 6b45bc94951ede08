"""What people do to a promise after it was made: cancel it, or agree on another in its place.

Whether it is kept only payments decide (`settling`).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.actions.settling import HOME
from dialer.domain.promises import PromiseAsk, PromiseState, fault, limits
from dialer.facts import PromiseMade, PromiseSettled
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Creditor, Promise


def cancel_promise(
    sessions: Sessions, actor: Actor, promise_id: int, reason: str, now: datetime
) -> None:
    """It was made by mistake: neither kept nor broken. An instalment ends with its plan only."""
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        promise = _open(session, promise_id)
        _end(session, actor, promise, PromiseState.CANCELLED, reason, now)


def renegotiate_promise(
    sessions: Sessions,
    actor: Actor,
    promise_id: int,
    amount_minor: int,
    due_on: date,
    now: datetime,
) -> int:
    """Another amount or day, within the same limits as any promise. Returns the new promise's id."""
    with write(sessions) as session:
        old = _open(session, promise_id)
        account = session.get_one(Account, old.account_id)
        creditor = session.get_one(Creditor, account.creditor_id)
        today = now.astimezone(HOME).date()
        allowed = limits(account.balance_minor, today, creditor.promise_days_max)
        why_not = fault(PromiseAsk(amount_minor, due_on), allowed)
        if why_not:
            raise Refused(why_not, due_from=allowed.due_from, due_to=allowed.due_to)
        _end(session, actor, old, PromiseState.RENEGOTIATED, "", now)
        session.flush()
        new = Promise(
            account_id=old.account_id, attempt_id=old.attempt_id, campaign_id=old.campaign_id,
            amount_minor=amount_minor, currency=old.currency, due_on=due_on, made_on=today,
            user_id=actor.user_id or None, at=now,
        )  # fmt: skip
        session.add(new)
        session.flush()
        publish(session, PromiseMade(
            promise_id=new.id, attempt_id=new.attempt_id or "", campaign_id=new.campaign_id,
            amount_minor=amount_minor,
        ), now)  # fmt: skip
        return new.id


def _open(session: Session, promise_id: int) -> Promise:
    promise = session.get(Promise, promise_id)
    if promise is None or promise.state != PromiseState.OPEN or promise.plan_id is not None:
        raise Refused("promise_unknown")
    return promise


def _end(
    session: Session,
    actor: Actor,
    promise: Promise,
    state: PromiseState,
    reason: str,
    now: datetime,
) -> None:
    before, promise.state, promise.settled_at = promise.state, state, now
    audit.note(
        session, actor.name, f"promise.{state}", f"promise:{promise.id}", now,
        before={"state": before}, after={"state": state, "reason": reason[:200]},
    )  # fmt: skip
    publish(session, PromiseSettled(
        promise_id=promise.id, account_id=promise.account_id, state=state
    ), now)  # fmt: skip
