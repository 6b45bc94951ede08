"""What a debtor agreed to in a call becomes rows: a promise, a plan, or a settlement with its promise.

Inside the transaction of the outcome: either all of it is stored or nothing.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.arrangements import offer_in, plan_in, supersede
from dialer.actions.refusals import Refused
from dialer.domain.compliance import RulePack
from dialer.domain.promise_grid import PlanAsk, SettleAsk
from dialer.domain.promises import PromiseAsk, PromiseLimits, fault
from dialer.facts import PromiseMade
from dialer.feed import publish
from dialer.store.authority import approved_offer, authority_of
from dialer.store.tables import Account, Attempt, Debtor, Promise

Agreed = PromiseAsk | PlanAsk | SettleAsk


def as_words(agreed: Agreed | None) -> list[object] | None:
    """Plain types for a fingerprint: another agreement is another command."""
    match agreed:
        case PlanAsk():
            return ["plan", agreed.periods, agreed.first_on.isoformat(), agreed.every_days]
        case SettleAsk():
            return ["settle", agreed.amount_minor, agreed.due_on.isoformat()]
        case PromiseAsk():
            return [agreed.amount_minor, agreed.due_on.isoformat()]
    return None


def take_promise(
    session: Session, actor: Actor, pack: RulePack, attempt: Attempt, agreed: Agreed, now: datetime
) -> int:
    """Store it; returns the promise's id, of a plan its first part's. Refused outside the authority."""
    account = session.get_one(Account, attempt.account_id)
    debtor = session.get_one(Debtor, attempt.debtor_id)
    today = now.astimezone(ZoneInfo(debtor.timezone)).date()
    authority = authority_of(session, pack, account, today)
    if isinstance(agreed, PlanAsk):
        return plan_in(session, actor, pack, account, agreed, now, attempt)[1]
    if isinstance(agreed, SettleAsk):
        _refuse_date(PromiseAsk(account.balance_minor, agreed.due_on), authority.limits)
        if not authority.settle_from_minor <= agreed.amount_minor < account.balance_minor:
            raise Refused("offer_authority", least=authority.settle_from_minor)
        approved = approved_offer(session, account, agreed.amount_minor, today)
        if approved is not None:
            approved.state = "accepted"
        else:
            offer_in(session, actor, account, agreed.amount_minor, "accepted", now)
        ask = PromiseAsk(agreed.amount_minor, agreed.due_on)
    else:
        ask = agreed
        _refuse_date(ask, authority.limits)
    supersede(session, account.id)
    row = Promise(
        account_id=account.id, attempt_id=attempt.id, campaign_id=attempt.campaign_id,
        amount_minor=ask.amount_minor, currency=account.currency, due_on=ask.due_on, made_on=today,
        user_id=actor.user_id, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    publish(session, PromiseMade(
        promise_id=row.id, attempt_id=attempt.id, campaign_id=attempt.campaign_id,
        amount_minor=ask.amount_minor,
    ), now)  # fmt: skip
    return row.id


def _refuse_date(ask: PromiseAsk, allowed: PromiseLimits) -> None:
    why_not = fault(ask, allowed)
    if why_not:
        raise Refused(
            why_not, amount_max=allowed.amount_max_minor, due_from=allowed.due_from.isoformat(),
            due_to=allowed.due_to.isoformat(),
        )  # fmt: skip
