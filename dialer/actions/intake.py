"""From an uploaded file to entries: read in batches, every row in exactly one bucket, then commit.

Runs in the engine's schedule, never in a web request. Entries stay `loading`, which nothing dials,
until the last transaction makes all of them `ready` at once: a file is imported whole or not at all.
A reading that died is undone and begun again.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dialer.actions.refusals import Refused
from dialer.actions.table_file import Row, read_rows
from dialer.domain.case_rows import BadHeader, BadRow, CaseRow, read_header, read_row
from dialer.facts import CampaignChanged, UploadChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, read, write
from dialer.store.tables import (
    Account,
    Campaign,
    Debtor,
    Entry,
    Phone,
    Suppression,
    Upload,
    UploadRow,
)

BATCH = 2_000
PAUSE_SECONDS = 0.002  # lets the dialing loop have the write lock between batches
NEW, REJECTED = "new", "rejected"
IN_FILE, ELSEWHERE, SUPPRESSED = "duplicate_in_file", "duplicate_elsewhere", "suppressed"
BUCKETS = (NEW, IN_FILE, ELSEWHERE, SUPPRESSED, REJECTED)


@dataclass(slots=True)
class _Reading:
    """What must be remembered from batch to batch."""

    upload_id: int
    campaign_id: int
    creditor_id: int
    places: dict[str, int]
    titles: list[str]
    suppressed: frozenset[str]
    seen: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def read_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """Read one upload to its end: `committed`, or `refused` with the reason."""
    path = _begin(sessions, upload_id, clock())
    try:
        rows = read_rows(path)
        reading = _open(sessions, upload_id, rows)
        while batch := list(islice(rows, BATCH)):
            _write_batch(sessions, reading, batch, clock())
            time.sleep(PAUSE_SECONDS)
        if not sum(reading.counts.values()):
            raise Refused("file_no_rows")
    except Refused as refusal:
        _refuse(sessions, upload_id, refusal, clock())
    else:
        _commit(sessions, reading, clock())


def _begin(sessions: Sessions, upload_id: int, now: datetime) -> Path:
    with write(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        _undo(session, upload_id)
        upload.state, upload.rows_read, upload.counts = "reading", 0, {}
        _tell(session, upload, now)
        return Path(upload.path)


def _undo(session: Session, upload_id: int) -> None:
    """Nothing of a half-read file stays. Debtors and accounts stay: they are no list entries."""
    session.execute(delete(Entry).where(Entry.upload_id == upload_id, Entry.state == "loading"))
    session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))


def _open(sessions: Sessions, upload_id: int, rows: Iterator[Row]) -> _Reading:
    first = next(rows, None)
    if first is None:
        raise Refused("file_empty")
    titles = first[1]
    try:
        places = read_header(titles)
    except BadHeader as error:
        raise Refused(error.code, columns="、".join(error.columns)) from None
    with read(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        campaign = session.get_one(Campaign, upload.campaign_id)
        return _Reading(
            upload_id, campaign.id, campaign.creditor_id, places, titles,
            frozenset(session.scalars(select(Suppression.number))),
        )  # fmt: skip


def _write_batch(sessions: Sessions, reading: _Reading, batch: list[Row], now: datetime) -> None:
    good: list[tuple[int, CaseRow, list[str]]] = []
    left: list[dict[str, Any]] = []
    for line, cells in batch:
        try:
            row = read_row(cells, reading.places, reading.titles)
        except BadRow as bad:
            left.append(_left(reading, line, cells, REJECTED, bad.column, bad.code))
            continue
        bucket = _bucket(reading, row)
        if bucket == NEW:
            good.append((line, row, cells))
        else:
            left.append(_left(reading, line, cells, bucket, "", bucket))
    with write(sessions) as session:
        left += _write_cases(session, reading, good, now)
        reading.counts.update(item["bucket"] for item in left)
        reading.counts[NEW] += len(batch) - len(left)
        if left:
            session.execute(insert(UploadRow), left)
        upload = session.get_one(Upload, reading.upload_id)
        upload.rows_read = sum(reading.counts.values())
        upload.counts = {bucket: reading.counts[bucket] for bucket in BUCKETS}
        _tell(session, upload, now)


def _bucket(reading: _Reading, row: CaseRow) -> str:
    if row.contract_no in reading.seen:
        return IN_FILE
    reading.seen.add(row.contract_no)
    if all(phone in reading.suppressed for phone in row.phones):
        return SUPPRESSED
    return NEW


def _left(
    reading: _Reading, line: int, cells: list[str], bucket: str, column: str, reason: str
) -> dict[str, Any]:
    titles = reading.titles
    return {
        "upload_id": reading.upload_id, "line": line, "bucket": bucket, "column": column,
        "reason": reason,
        "cells": {titles[i] if i < len(titles) else str(i): c for i, c in enumerate(cells)},
    }  # fmt: skip


def _write_cases(
    session: Session, reading: _Reading, good: list[tuple[int, CaseRow, list[str]]], now: datetime
) -> list[dict[str, Any]]:
    """Debtors, accounts, phones and loading entries; returns the rows that were known already."""
    numbers = [row.contract_no for _, row, _ in good]
    accounts = {
        account.contract_no: account for account in session.scalars(
            select(Account).where(
                Account.creditor_id == reading.creditor_id, Account.contract_no.in_(numbers)
            )
        )
    }  # fmt: skip
    listed = set(session.scalars(
        select(Account.contract_no).join(Entry, Entry.account_id == Account.id).where(
            Account.creditor_id == reading.creditor_id, Account.contract_no.in_(numbers),
            Entry.state != "done",
        )
    ))  # fmt: skip
    debtors = _debtors(session, [row for _, row, _ in good], now)
    left = []
    for line, row, cells in good:
        if row.contract_no in listed:
            left.append(_left(reading, line, cells, ELSEWHERE, "", ELSEWHERE))
            continue
        debtor = debtors[person_key(row)]
        account = _account(session, reading, accounts.get(row.contract_no), row, debtor, now)
        session.flush()
        session.add(
            Entry(
                campaign_id=reading.campaign_id, account_id=account.id, debtor_id=debtor.id,
                upload_id=reading.upload_id, state="loading", next_at=now,
            )
        )  # fmt: skip
    return left


def person_key(row: CaseRow) -> str:
    """Who this is: the identity number if the file has one, else name and first number."""
    text = row.id_number or f"{row.name}|{row.phones[0]}"
    return hashlib.sha256(text.encode()).hexdigest()


def _debtors(session: Session, rows: list[CaseRow], now: datetime) -> dict[str, Debtor]:
    keys = {person_key(row): row for row in rows}
    known = {
        debtor.person_key: debtor
        for debtor in session.scalars(select(Debtor).where(Debtor.person_key.in_(keys)))
    }
    for key, row in keys.items():
        if key not in known:
            masked = f"{row.id_number[:3]}***********{row.id_number[-4:]}" if row.id_number else ""
            known[key] = Debtor(
                person_key=key, name=row.name, id_number_masked=masked, created_at=now
            )
            session.add(known[key])
    session.flush()
    ids = [debtor.id for debtor in known.values()]
    known_phones = session.execute(
        select(Phone.debtor_id, Phone.number).where(Phone.debtor_id.in_(ids))
    )
    have = {(row.debtor_id, row.number) for row in known_phones}
    for row in rows:
        debtor = known[person_key(row)]
        for rank, number in enumerate(row.phones):
            if (debtor.id, number) not in have:
                have.add((debtor.id, number))
                session.add(Phone(debtor_id=debtor.id, number=number, rank=rank))
    return known


def _account(
    session: Session, reading: _Reading, account: Account | None, row: CaseRow, debtor: Debtor,
    now: datetime,
) -> Account:  # fmt: skip
    if account is None:
        account = Account(
            creditor_id=reading.creditor_id, contract_no=row.contract_no, debtor_id=debtor.id
        )
        session.add(account)
    account.balance_minor, account.as_of = row.balance_minor, now.date()
    account.principal_minor, account.interest_minor = row.principal_minor, row.interest_minor
    account.penalty_minor, account.fee_minor = row.penalty_minor, row.fee_minor
    account.overdue_days, account.due_on = row.overdue_days, row.due_on
    account.product, account.overdue_reason = row.product, row.overdue_reason
    return account


def _commit(sessions: Sessions, reading: _Reading, now: datetime) -> None:
    with write(sessions) as session:
        upload = session.get_one(Upload, reading.upload_id)
        session.execute(
            update(Entry).where(Entry.upload_id == upload.id, Entry.state == "loading")
            .values(state="ready", next_at=now)
        )  # fmt: skip
        upload.state, upload.finished_at = "committed", now
        audit.note(
            session, f"user:{upload.created_by}", "upload.commit", f"upload:{upload.id}", now,
            after=dict(upload.counts),
        )  # fmt: skip
        _tell(session, upload, now)
        campaign = session.get_one(Campaign, upload.campaign_id)
        publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), now)


def _refuse(sessions: Sessions, upload_id: int, refusal: Refused, now: datetime) -> None:
    with write(sessions) as session:
        _undo(session, upload_id)
        upload = session.get_one(Upload, upload_id)
        upload.state, upload.finished_at = "refused", now
        upload.refusal = {"code": refusal.code, "args": refusal.args_}
        _tell(session, upload, now)


def _tell(session: Session, upload: Upload, now: datetime) -> None:
    publish(session, UploadChanged(
        upload_id=upload.id, campaign_id=upload.campaign_id, state=upload.state,
        rows_read=upload.rows_read,
    ), now)  # fmt: skip
