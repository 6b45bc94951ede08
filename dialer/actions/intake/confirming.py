"""A row that changes nothing still says something: the creditor's balance was true on that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.store.session import Sessions, write
from dialer.store.tables import Account, UploadRow

STEP = 5_000
PART = 500  # keys in one query


def confirm_unchanged(sessions: Sessions, upload_id: int, day: date) -> None:
    """The accounts of rows without a change are as of `day`; the old day stays in the row, for undo."""
    last = 0
    while True:
        with write(sessions) as session:
            rows = session.execute(
                select(UploadRow.id, UploadRow.cells).where(
                    UploadRow.upload_id == upload_id, UploadRow.bucket == "unchanged",
                    UploadRow.id > last,
                ).order_by(UploadRow.id).limit(STEP)
            ).all()  # fmt: skip
            if not rows:
                return
            last = rows[-1].id
            fresh = {row.cells["account_id"]: row.id for row in rows if "before" not in row.cells}
            before = _as_of(session, list(fresh))
            if before:
                session.execute(update(UploadRow), [
                    {"id": fresh[account], "cells": {"account_id": account, "before": str(old)}}
                    for account, old in before.items()
                ])  # fmt: skip
            _set(session, list(before), day)


def unconfirm(session: Session, upload_id: int) -> None:
    """The file was taken back: what it confirmed is as old as it was."""
    days: dict[str, list[int]] = defaultdict(list)
    for cells in session.scalars(
        select(UploadRow.cells).where(
            UploadRow.upload_id == upload_id, UploadRow.bucket == "unchanged"
        )
    ):
        if "before" in cells:
            days[cells["before"]].append(cells["account_id"])
    for day, accounts in days.items():
        _set(session, accounts, date.fromisoformat(day))


def _as_of(session: Session, accounts: Sequence[int]) -> dict[int, date]:
    found: dict[int, date] = {}
    for start in range(0, len(accounts), PART):
        part = accounts[start : start + PART]
        rows = session.execute(select(Account.id, Account.as_of).where(Account.id.in_(part)))
        found.update({account: as_of for account, as_of in rows})
    return found


def _set(session: Session, accounts: Sequence[int], day: date) -> None:
    for start in range(0, len(accounts), PART):
        part = accounts[start : start + PART]
        session.execute(update(Account).where(Account.id.in_(part)).values(as_of=day))
