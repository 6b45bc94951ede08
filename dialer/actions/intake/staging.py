"""Writes one batch: new cases wait as `loading`, changes of known accounts wait in their row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.intake.buckets import (
    ELSEWHERE,
    RECALLED,
    UNCHANGED,
    UPDATED,
    GoodRow,
    Reading,
    person_key,
)
from dialer.domain.case_rows import CaseRow
from dialer.store.bulk import take_ids, write_rows
from dialer.store.tables import Account, Case, Debtor, Entry, Phone

BALANCE = ("balance_minor", "principal_minor", "interest_minor", "penalty_minor", "fee_minor")
VALUES = (*BALANCE, "overdue_days", "due_on", "product", "overdue_reason")
HOME_ZONE = "Asia/Shanghai"  # of whom the file says nothing: mainland law knows one time
OPEN_ENTRY = ("ready", "offered", "in_flight", "held", "loading")


def stage(
    session: Session, reading: Reading, good: Sequence[GoodRow], now: datetime
) -> list[dict[str, Any]]:
    """Write what is new; returns the rows that were not, each with its bucket."""
    known = _known_accounts(session, reading, [g.row.contract_no for g in good])
    left, fresh = [], []
    for item in good:
        account = known.get(item.row.contract_no)
        bucket = _bucket_of(reading, item.row, account) if account else ""
        if account is None or not bucket:
            fresh.append((item, account))
            continue
        row = reading.left(item.line, item.cells, bucket, "", bucket)
        if bucket == UPDATED:
            row["cells"] = {"account_id": account["id"], "after": account_values(item.row)}
        if bucket == UNCHANGED:
            row["cells"] = {"account_id": account["id"]}  # its balance is confirmed by this file
        left.append(row)
    _write_fresh(session, reading, fresh, now)
    return left


def account_values(row: CaseRow) -> dict[str, Any]:
    """What the file says of an account, as stored (dates as text, so that they fit a JSON cell)."""
    values = {name: getattr(row, name) for name in VALUES}
    values["due_on"] = row.due_on.isoformat() if row.due_on else None
    return values


def _known_accounts(
    session: Session, reading: Reading, numbers: list[str]
) -> dict[str, dict[str, Any]]:
    """contract_no -> account with the states of its cases and entries."""
    columns = [Account.id, Account.contract_no, *(getattr(Account, name) for name in VALUES)]
    known: dict[str, dict[str, Any]] = {}
    for row in session.execute(
        select(*columns).where(
            Account.creditor_id == reading.creditor_id, Account.contract_no.in_(numbers)
        )
    ).mappings():  # fmt: skip
        known[row["contract_no"]] = {**row, "listed": set(), "recalled": False}
    if not known:
        return known
    by_id = {account["id"]: account for account in known.values()}
    for account_id, campaign_id in session.execute(
        select(Entry.account_id, Entry.campaign_id)
        .where(Entry.account_id.in_(by_id), Entry.state.in_(OPEN_ENTRY))
    ):  # fmt: skip
        by_id[account_id]["listed"].add(campaign_id)
    for account_id in session.scalars(
        select(Case.account_id).where(
            Case.account_id.in_(by_id), Case.placement_id == reading.placement_id,
            Case.state == "recalled",
        )
    ):  # fmt: skip
        by_id[account_id]["recalled"] = True
    return known


def _bucket_of(reading: Reading, row: CaseRow, account: dict[str, Any]) -> str:
    """Empty: a known account that is on no list, so it is placed again."""
    if account["recalled"]:
        return RECALLED
    if account["listed"] - {reading.campaign_id}:
        return ELSEWHERE
    if reading.campaign_id not in account["listed"]:
        return ""
    same = all(account[name] == getattr(row, name) for name in VALUES)
    return UNCHANGED if same else UPDATED


def _write_fresh(
    session: Session,
    reading: Reading,
    fresh: list[tuple[GoodRow, dict[str, Any] | None]],
    now: datetime,
) -> None:
    if not fresh:
        return
    debtors = _debtors(session, [item.row for item, _ in fresh], now)
    today = now.date()
    accounts, cases, entries = [], [], []
    new_ids = iter(take_ids(session, Account, sum(account is None for _, account in fresh)))
    case_ids = iter(take_ids(session, Case, len(fresh)))
    for item, account in fresh:
        debtor_id = debtors[person_key(item.row)]
        account_id = account["id"] if account else next(new_ids)
        if account is None:
            accounts.append(_account(reading, item.row, account_id, debtor_id, today))
        case_id = next(case_ids)
        cases.append({
            "id": case_id, "placement_id": reading.placement_id, "account_id": account_id,
            "state": "loading", "reason": "", "placed_minor": item.row.balance_minor,
            "opened_at": now,
        })  # fmt: skip
        entries.append({
            "campaign_id": reading.campaign_id, "account_id": account_id, "case_id": case_id,
            "debtor_id": debtor_id, "upload_id": reading.upload_id, "state": "loading",
            "priority": 0, "next_at": now, "attempts": 0, "last_outcome": "", "block_reason": "",
            "is_reminder": False,
        })  # fmt: skip
    write_rows(session, Account, accounts)
    write_rows(session, Case, cases)
    write_rows(session, Entry, entries)


def _account(
    reading: Reading, row: CaseRow, account_id: int, debtor_id: int, today: date
) -> dict[str, Any]:
    return {
        "id": account_id, "creditor_id": reading.creditor_id, "contract_no": row.contract_no,
        "debtor_id": debtor_id, "currency": "CNY", "as_of": today,
        **{name: getattr(row, name) for name in VALUES},
    }  # fmt: skip


def _debtors(session: Session, rows: list[CaseRow], now: datetime) -> dict[str, int]:
    """person key -> id; people and numbers that are new are written."""
    keys = {person_key(row): row for row in rows}
    ids: dict[str, int] = {
        key: debtor_id
        for key, debtor_id in session.execute(
            select(Debtor.person_key, Debtor.id).where(Debtor.person_key.in_(keys))
        )
    }
    known = set(ids.values())
    missing = [key for key in keys if key not in ids]
    for key, debtor_id in zip(missing, take_ids(session, Debtor, len(missing)), strict=True):
        ids[key] = debtor_id
    write_rows(session, Debtor, [_debtor(ids[key], key, keys[key], now) for key in missing])
    have = _phones_of(session, known)
    phones = []
    for row in rows:
        debtor_id = ids[person_key(row)]
        for rank, phone in enumerate(row.all_phones()):
            if (debtor_id, phone.number) not in have:
                have.add((debtor_id, phone.number))
                phones.append({
                    "debtor_id": debtor_id, "number": phone.number, "relation": phone.relation,
                    "role": phone.role, "owner_name": phone.owner, "source": "placement",
                    "ground": "", "refused": False, "state": "unverified", "rank": rank,
                })  # fmt: skip
    write_rows(session, Phone, phones)
    return ids


def _debtor(debtor_id: int, key: str, row: CaseRow, now: datetime) -> dict[str, Any]:
    masked = f"{row.id_number[:3]}***********{row.id_number[-4:]}" if row.id_number else ""
    return {
        "id": debtor_id, "person_key": key, "name": row.name, "id_number_masked": masked,
        "timezone": row.timezone or HOME_ZONE, "region": row.region, "suppressed": False,
        "inconvenient": [], "created_at": now,
    }  # fmt: skip


def _phones_of(session: Session, debtor_ids: set[int]) -> set[tuple[int, str]]:
    if not debtor_ids:
        return set()
    rows = session.execute(
        select(Phone.debtor_id, Phone.number).where(Phone.debtor_id.in_(debtor_ids))
    )
    return {(row.debtor_id, row.number) for row in rows}
