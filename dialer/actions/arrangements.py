"""What is agreed with a debtor beyond one promise: plans with instalments, and less than the balance."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.concessions import check_authority
from dialer.actions.refusals import Refused
from dialer.actions.settling import HOME
from dialer.domain.compliance import RulePack
from dialer.domain.promise_grid import PlanAsk
from dialer.domain.promises import PromiseState, instalments
from dialer.facts import PromiseMade
from dialer.feed import publish
from dialer.store import audit
from dialer.store.authority import waive_share
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Attempt, Entry, Offer, Plan, Promise

OFFER_DAYS = 7
FIRST_WITHIN_DAYS = 31


def make_plan(
    sessions: Sessions, actor: Actor, pack: RulePack, account_id: int, *, periods: int,
    first_on: date, every_days: int, now: datetime,
) -> int:  # fmt: skip
    """分期计划 over the whole balance; its instalments are promises. Replaces what was open. A card has
    sixty at most (CN-PLAN: 商业银行信用卡业务监督管理办法 art. 70)."""
    with write(sessions) as session:
        account = _account(session, account_id)
        ask = PlanAsk(periods, first_on, every_days)
        return plan_in(session, actor, pack, account, ask, now)[0]


def plan_in(
    session: Session, actor: Actor, pack: RulePack, account: Account, ask: PlanAsk, now: datetime,
    attempt: Attempt | None = None,
) -> tuple[int, int]:  # fmt: skip
    """`make_plan` within a transaction, agreed in the call `attempt` if there was one. Returns the ids of
    the plan and of the promise of its first part."""
    today = now.astimezone(HOME).date()
    if not today < ask.first_on <= today + timedelta(days=FIRST_WITHIN_DAYS):
        raise Refused("plan_first", days=FIRST_WITHIN_DAYS)
    most = pack.periods_max(account.product)
    if ask.periods > most:
        raise Refused("plan_periods", most=most)
    try:
        parts = instalments(account.balance_minor, ask.periods, ask.first_on, ask.every_days)
    except ValueError:
        raise Refused("plan_form") from None
    supersede(session, account.id)
    plan = Plan(
        account_id=account.id, total_minor=account.balance_minor, periods=ask.periods,
        first_on=ask.first_on, every_days=ask.every_days, user_id=actor.user_id or None, at=now,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    attempt_id = attempt.id if attempt else None
    campaign_id = attempt.campaign_id if attempt else _campaign_of(session, account.id)
    first = 0
    for part in parts:
        promise = Promise(
            account_id=account.id, attempt_id=attempt_id, campaign_id=campaign_id, plan_id=plan.id,
            made_on=today, amount_minor=part.amount_minor, currency=account.currency,
            due_on=part.due_on, user_id=actor.user_id or None, at=now,
        )  # fmt: skip
        session.add(promise)
        session.flush()
        first = first or promise.id
        publish(session, PromiseMade(
            promise_id=promise.id, attempt_id=attempt_id or "", campaign_id=campaign_id,
            amount_minor=part.amount_minor,
        ), now)  # fmt: skip
    audit.note(
        session, actor.name, "plan.make", f"plan:{plan.id}", now, after={"periods": ask.periods}
    )
    return plan.id, first


def propose_offer(
    sessions: Sessions, actor: Actor, account_id: int, total_minor: int, now: datetime
) -> dict[str, object]:
    """减免: within the agreement's authority it is approved at once, else somebody must decide."""
    with write(sessions) as session:
        account = _account(session, account_id)
        waived = account.balance_minor - total_minor
        if not 0 < total_minor < account.balance_minor:
            raise Refused("offer_amount")
        share = waive_share(session, account.creditor_id, now.astimezone(HOME).date())
        state = "approved" if waived <= int(account.balance_minor * share) else "proposed"
        return {
            "id": offer_in(session, actor, account, total_minor, state, now),
            "state": state,
        }


def offer_in(
    session: Session, actor: Actor, account: Account, total_minor: int, state: str, now: datetime
) -> int:
    """An offer in this state, within a transaction; the caller looked at the authority."""
    offer = Offer(
        account_id=account.id, total_minor=total_minor,
        waived_minor=account.balance_minor - total_minor, state=state,
        expires_on=(now + timedelta(days=OFFER_DAYS)).astimezone(HOME).date(),
        asked_by=actor.user_id, at=now,
    )  # fmt: skip
    session.add(offer)
    session.flush()
    audit.note(
        session, actor.name, "offer.propose", f"offer:{offer.id}", now, after={"state": state}
    )
    return offer.id


def decide_offer(
    sessions: Sessions, actor: Actor, offer_id: int, approve: bool, now: datetime
) -> None:
    """Somebody else than who asked says yes or no."""
    with write(sessions) as session:
        offer = session.get(Offer, offer_id)
        if offer is None or offer.state != "proposed":
            raise Refused("offer_unknown")
        if offer.asked_by == actor.user_id:
            raise Refused("second_person")
        if approve:
            check_authority(session, actor, offer, now)
        offer.state, offer.decided_by = "approved" if approve else "refused", actor.user_id
        audit.note(
            session, actor.name, "offer.decide", f"offer:{offer_id}", now,
            after={"state": offer.state},
        )  # fmt: skip


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None or account.balance_minor <= 0:
        raise Refused("account_unknown")
    return account


def supersede(session: Session, account_id: int) -> None:
    """What was open on the account is replaced by what follows."""
    for promise in session.scalars(
        select(Promise).where(Promise.account_id == account_id, Promise.state == PromiseState.OPEN)
    ):
        promise.state = PromiseState.SUPERSEDED
    for plan in session.scalars(
        select(Plan).where(Plan.account_id == account_id, Plan.state == "active")
    ):
        plan.state = "cancelled"
    session.flush()


def _campaign_of(session: Session, account_id: int) -> int:
    campaign_id = session.scalar(
        select(Entry.campaign_id).where(Entry.account_id == account_id)
        .order_by(Entry.id.desc()).limit(1)
    )  # fmt: skip
    if campaign_id is None:
        raise Refused("account_unknown")
    return campaign_id
