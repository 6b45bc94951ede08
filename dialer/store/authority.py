"""What the creditor lets us agree on for an account: the one place that reads it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.promise_grid import Authority
from dialer.domain.promises import limits
from dialer.store.tables import Account, Agreement, Creditor, Offer


def agreement_in_force(session: Session, creditor_id: int, today: date) -> Agreement | None:
    """The creditor's newest agreement of this day."""
    return session.scalar(
        select(Agreement)
        .where(
            Agreement.creditor_id == creditor_id, Agreement.starts_on <= today,
            or_(Agreement.ends_on.is_(None), Agreement.ends_on >= today),
        )
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip


def waive_share(session: Session, creditor_id: int, today: date) -> float:
    """减免 authority of the agreement in force, as a share of the balance; 0 without one."""
    agreement = agreement_in_force(session, creditor_id, today)
    return agreement.waive_share_max if agreement else 0.0


def authority_of(session: Session, pack: RulePack, account: Account, today: date) -> Authority:
    """Limits of a promise, authority to waive and the longest plan; `today` at the debtor's place."""
    creditor = session.get_one(Creditor, account.creditor_id)
    return Authority(
        limits(account.balance_minor, today, creditor.promise_days_max, creditor.promise_min_minor),
        waive_share(session, account.creditor_id, today),
        pack.periods_max(account.product),
        session.scalar(select(func.min(Offer.total_minor)).where(*_open_offers(account, today))),
    )


def approved_offer(
    session: Session, account: Account, total_minor: int, today: date
) -> Offer | None:
    """An offer of this amount that a second person approved and nobody has accepted yet."""
    return session.scalar(
        select(Offer)
        .where(*_open_offers(account, today), Offer.total_minor == total_minor)
        .limit(1)
    )


def _open_offers(account: Account, today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Offer.account_id == account.id, Offer.state == "approved", Offer.expires_on >= today,
        Offer.total_minor < account.balance_minor,
    )  # fmt: skip
