"""Cases that fit what somebody typed; results are masked, the case page is not and is audited."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from dialer.domain.case_search import Wanted, masked_contract, masked_name
from dialer.reports.live_board import day_start
from dialer.store.name_keys import begins_with
from dialer.store.tables import (
    Account,
    Attempt,
    Creditor,
    Debtor,
    Entry,
    NameKey,
    Phone,
    Preview,
    Seat,
    UserCreditor,
)

SHOWN = 50
KEYS_MAX = 2000  # of one beginning: "w" would fit a tenth of the country


def search(
    session: Session, wanted: Wanted, user_id: int, role: str, now: datetime
) -> list[dict[str, Any]]:
    """At most fifty cases this user may open, newest account first."""
    rows = session.execute(
        select(Account, Debtor, Creditor.name)
        .join(Debtor, Debtor.id == Account.debtor_id)
        .join(Creditor, Creditor.id == Account.creditor_id)
        .where(or_(*_fits(session, wanted)), may_open(session, user_id, role, now))
        .order_by(Account.id.desc()).limit(SHOWN)
    ).all()  # fmt: skip
    return [
        {
            "account_id": account.id, "name": masked_name(debtor.name),
            "id_number": debtor.id_number_masked, "contract_no": masked_contract(account.contract_no),
            "creditor": creditor, "balance_minor": account.balance_minor,
            "overdue_days": account.overdue_days, "product": account.product,
        }
        for account, debtor, creditor in rows
    ]  # fmt: skip


def may_open(session: Session, user_id: int, role: str, now: datetime) -> ColumnElement[bool]:
    """Agents: whom they talked to, are offered or are to call back today. Others: their creditors."""
    if role == "agent":
        return Account.id.in_(_own_accounts(session, user_id, now))
    mine = session.scalars(
        select(UserCreditor.creditor_id).where(UserCreditor.user_id == user_id)
    ).all()
    return Account.creditor_id.in_(mine) if mine else Account.id.is_not(None)


def sees_all(session: Session, user_id: int, role: str) -> bool:
    """Whether this user may see the cases of every creditor."""
    kept = select(UserCreditor.user_id).where(UserCreditor.user_id == user_id).limit(1)
    return role != "agent" and session.scalar(kept) is None


def account_seen(
    session: Session, account_id: int, user_id: int, role: str, now: datetime
) -> Account | None:
    """The account, when this user may open it."""
    return session.scalar(
        select(Account).where(Account.id == account_id, may_open(session, user_id, role, now))
    )


def _own_accounts(session: Session, user_id: int, now: datetime) -> set[int]:
    since = day_start(now)
    found: set[int] = set()
    seat_id = session.scalar(select(Seat.id).where(Seat.user_id == user_id))
    if seat_id is not None:
        in_hand = select(Seat.attempt_id).where(Seat.id == seat_id)
        found.update(session.scalars(
            select(Attempt.account_id).where(
                or_(Attempt.id.in_(in_hand), (Attempt.seat_id == seat_id) & (Attempt.created_at >= since))
            )
        ))  # fmt: skip
        found.update(session.scalars(
            select(Entry.account_id).join(Preview, Preview.entry_id == Entry.id)
            .where(Preview.seat_id == seat_id, Preview.state.in_(("open", "accepted")))
        ))  # fmt: skip
    found.update(session.scalars(select(Entry.account_id).where(Entry.callback_user_id == user_id)))
    return found


def _fits(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    ways: list[ColumnElement[bool]] = [false()]
    if wanted.name_key:
        ways.append(Account.debtor_id.in_(
            select(NameKey.debtor_id).where(begins_with(session, wanted.name_key)).limit(KEYS_MAX)
        ))  # fmt: skip
    if wanted.phone:
        ways.append(Account.debtor_id.in_(
            select(Phone.debtor_id).where(Phone.number == wanted.phone)
        ))  # fmt: skip
    if wanted.id_number:
        person = hashlib.sha256(wanted.id_number.encode()).hexdigest()
        ways.append(Account.debtor_id.in_(select(Debtor.id).where(Debtor.person_key == person)))
    if wanted.id_masked:
        ways.append(Account.debtor_id.in_(
            select(Debtor.id).where(Debtor.id_number_masked == wanted.id_masked)
        ))  # fmt: skip
    if wanted.contract_no:
        ways.append(Account.contract_no == wanted.contract_no)
    return ways
