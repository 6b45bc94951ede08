"""What the creditor lets us agree on for an account: the one place that reads it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.promise_grid import Authority
from dialer.domain.promises import limits
from dialer.store.tables import Account, Agreement, Creditor


def waive_share(session: Session, creditor_id: int, today: date) -> float:
    """减免 authority of the newest agreement in force, as a share of the balance; 0 without one."""
    share = session.scalar(
        select(Agreement.waive_share_max)
        .where(
            Agreement.creditor_id == creditor_id, Agreement.starts_on <= today,
            or_(Agreement.ends_on.is_(None), Agreement.ends_on >= today),
        )
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip
    return share or 0.0


def authority_of(session: Session, pack: RulePack, account: Account, today: date) -> Authority:
    """Limits of a promise, authority to waive and the longest plan; `today` at the debtor's place."""
    creditor = session.get_one(Creditor, account.creditor_id)
    return Authority(
        limits(account.balance_minor, today, creditor.promise_days_max, creditor.promise_min_minor),
        waive_share(session, account.creditor_id, today),
        pack.periods_max(account.product),
    )
