"""Writes one batch: new cases wait as `loading`, changes of known accounts wait in their row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.intake.buckets import (
    ELSEWHERE,
    RECALLED,
    UNCHANGED,
    UPDATED,
    GoodRow,
    LeftRow,
    Reading,
)
from dialer.domain.case_rows import CaseRow
from dialer.store.bulk import among, take_ids, write_rows
from dialer.store.tables import Account, Case, Debtor, Entry, Phone

BALANCE = ("balance_minor", "principal_minor", "interest_minor", "penalty_minor", "fee_minor")
VALUES = (*BALANCE, "overdue_days", "due_on", "product", "overdue_reason")
HOME_ZONE = "Asia/Shanghai"  # of whom the file says nothing: mainland law knows one time
OPEN_ENTRY = ("ready", "offered", "in_flight", "held", "loading")
OVER = ("recalled", "closed")
OWN = ("debtor", "self", "")  # role, relation and owner of the debtor's own numbers
_values = attrgetter(*VALUES)


@dataclass(slots=True)
class _Known:
    """An account that was there before, and where it stands."""

    id: int
    values: tuple[Any, ...]
    listed: set[int] = field(default_factory=set)  # campaigns with an open entry, or ours with any
    is_over: bool = False  # its case in this placement was recalled or closed
    case_id: int | None = None  # its active case: an account has at most one


def stage(
    session: Session, reading: Reading, good: Sequence[GoodRow], now: datetime
) -> list[LeftRow]:
    """Write what is new; returns the rows that were not, each with its bucket."""
    known = _known_accounts(session, reading, [case.contract_no for _, case in good])
    left: list[LeftRow] = []
    fresh: list[tuple[CaseRow, _Known | None]] = []
    for read, case in good:
        account = known.get(case.contract_no)
        bucket = _bucket_of(reading, case, account) if account else ""
        if account is None or not bucket:
            fresh.append((case, account))
            continue
        row = reading.left(read, bucket)
        if bucket == UPDATED:
            after = account_values(case)
            row = row._replace(cells={"account_id": account.id, "after": after})
        if bucket == UNCHANGED:  # its balance is confirmed by this file
            row = row._replace(cells={"account_id": account.id})
        left.append(row)
    if fresh:
        _write_fresh(session, reading, fresh, now)
    return left


def account_values(row: CaseRow) -> dict[str, Any]:
    """What the file says of an account, as stored (dates as text, so that they fit a JSON cell)."""
    values = dict(zip(VALUES, _values(row), strict=True))
    values["due_on"] = row.due_on.isoformat() if row.due_on else None
    return values


def _known_accounts(session: Session, reading: Reading, numbers: list[str]) -> dict[str, _Known]:
    """contract_no -> account with the states of its cases and entries."""
    known = {
        row.contract_no: _Known(row.id, _values(row))
        for row in session.execute(
            select(Account.id, Account.contract_no, *(getattr(Account, name) for name in VALUES))
            .where(Account.creditor_id == reading.creditor_id,
                   among(session, Account.contract_no, numbers))
        )
    }  # fmt: skip
    if not known:
        return known
    by_id = {account.id: account for account in known.values()}
    for account_id, campaign_id in session.execute(
        select(Entry.account_id, Entry.campaign_id)
        .where(among(session, Entry.account_id, by_id),
               Entry.state.in_(OPEN_ENTRY) | (Entry.campaign_id == reading.campaign_id))
    ):  # fmt: skip
        by_id[account_id].listed.add(campaign_id)
    for account_id, case_id, state in session.execute(
        select(Case.account_id, Case.id, Case.state).where(
            among(session, Case.account_id, by_id),
            (Case.state == "active")
            | ((Case.placement_id == reading.placement_id) & Case.state.in_(OVER)),
        )
    ):  # fmt: skip
        if state in OVER:
            by_id[account_id].is_over = True
        else:
            by_id[account_id].case_id = case_id
    return known


def _bucket_of(reading: Reading, row: CaseRow, account: _Known) -> str:
    """Empty: a known account that is on no list, so it gets an entry (and a case, if it has none)."""
    if account.is_over:
        return RECALLED
    if account.listed - {reading.campaign_id}:
        return ELSEWHERE
    if reading.campaign_id not in account.listed:
        return ""
    return UNCHANGED if account.values == _values(row) else UPDATED


def _write_fresh(
    session: Session, reading: Reading, fresh: list[tuple[CaseRow, _Known | None]], now: datetime
) -> None:
    debtor_ids = _debtors(session, [row for row, _ in fresh], now)
    new_ids = iter(take_ids(session, Account, sum(known is None for _, known in fresh)))
    case_ids = take_ids(session, Case, len(fresh))
    accounts, cases, entries = [], [], []
    for (row, known), debtor_id, new_case in zip(fresh, debtor_ids, case_ids, strict=True):
        account_id = known.id if known else next(new_ids)
        case_id = (known and known.case_id) or new_case
        if known is None:
            accounts.append((account_id, row.contract_no, debtor_id, *_values(row)))
        if case_id == new_case:
            cases.append((case_id, account_id, row.balance_minor))
        entries.append((account_id, case_id, debtor_id))
    write_rows(
        session, Account, ("id", "contract_no", "debtor_id", *VALUES), accounts,
        creditor_id=reading.creditor_id, as_of=now.date(),
    )  # fmt: skip
    write_rows(
        session, Case, ("id", "account_id", "placed_minor"), cases,
        placement_id=reading.placement_id, state="loading", opened_at=now,
    )  # fmt: skip
    write_rows(
        session, Entry, ("account_id", "case_id", "debtor_id"), entries,
        campaign_id=reading.campaign_id, upload_id=reading.upload_id, state="loading", next_at=now,
    )  # fmt: skip


def _debtors(session: Session, rows: list[CaseRow], now: datetime) -> list[int]:
    """The debtor of each row; people and numbers that are new are written."""
    keys = [row.person_key for row in rows]
    ids: dict[str, int] = dict(
        session.execute(
            select(Debtor.person_key, Debtor.id).where(among(session, Debtor.person_key, keys))
        ).all()
    )
    known = set(ids.values())
    missing = {key: row for key, row in zip(keys, rows, strict=True) if key not in ids}
    ids.update(zip(missing, take_ids(session, Debtor, len(missing)), strict=True))
    write_rows(
        session, Debtor, ("id", "person_key", "name", "id_number_masked", "timezone", "region"),
        [(ids[key], key, row.name, _masked(row.id_number), row.timezone or HOME_ZONE, row.region)
         for key, row in missing.items()],
        created_at=now,
    )  # fmt: skip
    debtor_ids = [ids[key] for key in keys]
    _write_phones(session, rows, debtor_ids, known)
    return debtor_ids


def _masked(id_number: str) -> str:
    return f"{id_number[:3]}***********{id_number[-4:]}" if id_number else ""


def _write_phones(
    session: Session, rows: list[CaseRow], debtor_ids: list[int], known: set[int]
) -> None:
    have: set[tuple[int, str]] = set()
    if known:
        have.update(session.execute(
            select(Phone.debtor_id, Phone.number).where(among(session, Phone.debtor_id, known))
        ).all())  # fmt: skip
    phones = []
    for row, debtor_id in zip(rows, debtor_ids, strict=True):
        for rank, phone in enumerate((*((number, *OWN) for number in row.phones), *row.others)):
            if (debtor_id, phone[0]) not in have:
                have.add((debtor_id, phone[0]))
                phones.append((debtor_id, rank, *phone))
    write_rows(
        session, Phone, ("debtor_id", "rank", "number", "role", "relation", "owner_name"), phones
    )
