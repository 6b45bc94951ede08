"""A row that changes nothing still says something: the creditor's balance was true on that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.actions.intake.steps import go_on, row_steps
from dialer.store.bulk import among
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, UploadRow


def confirm_unchanged(sessions: Sessions, upload_id: int, day: date) -> None:
    """The accounts of rows without a change are as of `day`; the old day stays in the row, for undo."""
    for part in row_steps(sessions, upload_id, "unchanged"):
        with write(sessions) as session:
            go_on(session, upload_id, "committing")
            rows = session.execute(select(UploadRow.id, UploadRow.cells).where(*part)).all()
            fresh = {row.cells["account_id"]: row.id for row in rows if "before" not in row.cells}
            before = session.execute(
                select(Account.id, Account.as_of).where(among(session, Account.id, fresh))
            ).all()
            if before:
                session.execute(update(UploadRow), [
                    {"id": fresh[account], "cells": {"account_id": account, "before": str(old)}}
                    for account, old in before
                ])  # fmt: skip
            _set(session, fresh, day)


def unconfirm(sessions: Sessions, upload_id: int) -> None:
    """The file was taken back: what it confirmed is as old as it was."""
    for part in row_steps(sessions, upload_id, "unchanged"):
        days: dict[str, list[int]] = defaultdict(list)
        with write(sessions) as session:
            for cells in session.scalars(select(UploadRow.cells).where(*part)):
                if "before" in cells:
                    days[cells["before"]].append(cells["account_id"])
            for day, accounts in days.items():
                _set(session, accounts, date.fromisoformat(day))


def _set(session: Session, accounts: Collection[int], day: date) -> None:
    session.execute(
        update(Account).where(among(session, Account.id, accounts)).values(as_of=day),
        execution_options={"synchronize_session": False},
    )
