"""What the gate must know of cases: are they open, on which channels, how old is their balance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import CaseFacts, Channel
from dialer.store.among import among, rows_of
from dialer.store.tables import Account, Agreement, Case, Payment, Placement


class HasCase(Protocol):
    """An entry, or whatever else belongs to a case."""

    @property
    def case_id(self) -> int:
        """The case's id."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """One case for the gate."""

    case: CaseFacts
    balance_fresh: bool


@dataclass(frozen=True, slots=True)
class _Terms:
    """Of a placement, by its agreement."""

    active: bool
    channels: frozenset[str]
    balance_days_max: int | None


def standings(session: Session, entries: Sequence[HasCase], today: date) -> dict[int, Standing]:
    """By case."""
    terms: dict[int, _Terms] = {}
    cases = rows_of(session, Case, Case.id, {e.case_id for e in entries})
    for case in cases:
        if case.placement_id not in terms:
            terms[case.placement_id] = _terms(session, case.placement_id, today)
    limited = {c.account_id for c in cases if terms[c.placement_id].balance_days_max is not None}
    confirmed = _confirmed_on(session, limited)
    found: dict[int, Standing] = {}
    shared: dict[tuple[str, int, bool], Standing] = {}  # most cases of a batch stand alike
    for case in cases:
        held = terms[case.placement_id]
        fresh = held.balance_days_max is None or (
            today - confirmed[case.account_id] <= timedelta(days=held.balance_days_max)
        )
        key = (case.state, case.placement_id, fresh)
        if key not in shared:
            shared[key] = Standing(CaseFacts(case.state, held.active, held.channels), fresh)
        found[case.id] = shared[key]
    return found


def _confirmed_on(session: Session, accounts: set[int]) -> dict[int, date]:
    """The day of the newest file or payment of each account: then the creditor knew its balance."""
    days = {a.id: a.as_of for a in rows_of(session, Account, Account.id, accounts)}
    for account_id, posted in session.execute(
        select(Account.id, func.max(Payment.posted_at))
        .join(Payment, Payment.account_id == Account.id)
        .where(among(session, Account.id, days)).group_by(Account.id)
    ):  # fmt: skip
        days[account_id] = max(days[account_id], posted.date())
    return days


def _terms(session: Session, placement_id: int, today: date) -> _Terms:
    placement = session.get_one(Placement, placement_id)
    agreement = agreement_of(session, placement)
    if agreement is None:
        return _Terms(placement.state == "active", frozenset(Channel), None)
    running = agreement.starts_on <= today and (
        agreement.ends_on is None or today <= agreement.ends_on
    )
    return _Terms(
        placement.state == "active" and running, frozenset(agreement.channels),
        agreement.balance_days_max,
    )  # fmt: skip


def agreement_of(session: Session, placement: Placement) -> Agreement | None:
    """The agreement of the batch, else the creditor's newest; none: nothing but the pack holds."""
    if placement.agreement_id is not None:
        return session.get_one(Agreement, placement.agreement_id)
    return session.scalar(
        select(Agreement).where(Agreement.creditor_id == placement.creditor_id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip
