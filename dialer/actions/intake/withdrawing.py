"""Take a file back, in steps: one thrown away, cancelled while it was read or imported, or undone later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from dialer.actions.intake.buckets import NEW
from dialer.actions.intake.committing import set_values
from dialer.actions.intake.confirming import unconfirm
from dialer.actions.intake.steps import IN_USE, entry_steps, go_on, row_steps, tell
from dialer.store import audit
from dialer.store.bulk import among
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Attempt, Case, Entry, MessageContact, Upload, UploadRow

_CALLED = select(Attempt.id).where(Attempt.entry_id == Entry.id).exists()
_LOOSE = {"synchronize_session": False}


def withdraw_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """From `withdrawing` to `undone`. Entries that were called stay as history and are never called again;
    all others vanish; updated accounts get their old values. The upload's counts say how many of each."""
    for part in entry_steps(sessions, upload_id):
        with write(sessions) as session:
            upload = go_on(session, upload_id, "withdrawing")
            _close(session, upload, part, clock())
            _remove(session, part, clock())
    _restore(sessions, upload_id, clock().date())
    unconfirm(sessions, upload_id)
    with write(sessions) as session:
        upload = go_on(session, upload_id, "withdrawing")
        upload.state, upload.finished_at = "undone", clock()
        kept = session.scalar(
            select(func.count()).select_from(Entry).where(Entry.upload_id == upload_id)
        )
        taken = {
            "removed": upload.counts.get(NEW, 0) - (kept or 0), "kept": kept or 0,
            "restored": upload.counts.get("restored", 0),
        }  # fmt: skip
        upload.counts = upload.counts | taken
        audit.note(
            session, "engine", "upload.withdraw", f"upload:{upload_id}", clock(), after=taken
        )
        tell(session, upload, clock())


def _close(
    session: Session, upload: Upload, part: tuple[ColumnElement[bool], ...], now: datetime
) -> None:
    """Entries that were called: done, and their cases closed, so that nothing calls them again."""
    cases = session.scalars(
        update(Entry).where(*part, _CALLED).values(state="done").returning(Entry.case_id),
        execution_options=_LOOSE,
    ).all()
    _close_cases(
        session, among(session, Case.id, cases), Case.placement_id == upload.placement_id, now=now
    )


def _close_cases(session: Session, *where: ColumnElement[bool], now: datetime) -> None:
    session.execute(
        update(Case).where(Case.state.in_(("active", "loading")), *where)
        .values(state="closed", reason="undone", closed_at=now),
        execution_options=_LOOSE,
    )  # fmt: skip


def _remove(session: Session, part: tuple[ColumnElement[bool], ...], now: datetime) -> None:
    """Entries nobody called, and their cases; one about which a message was written is closed. What an agent
    has before the eyes stays."""
    cases = session.scalars(
        delete(Entry).where(*part, ~_CALLED, Entry.state.not_in(IN_USE)).returning(Entry.case_id),
        execution_options=_LOOSE,
    ).all()
    listed = select(Entry.id).where(Entry.case_id == Case.id).exists()
    written = select(MessageContact.id).where(MessageContact.case_id == Case.id).exists()
    alone = (among(session, Case.id, cases), ~listed)
    session.execute(delete(Case).where(*alone, ~written), execution_options=_LOOSE)
    _close_cases(session, *alone, now=now)


def _restore(sessions: Sessions, upload_id: int, today: date) -> None:
    """Updated accounts get their old values, each once."""
    for part in row_steps(sessions, upload_id, "updated"):
        with write(sessions) as session:
            upload = go_on(session, upload_id, "withdrawing")
            done = upload.counts.get("restored", 0)
            for row in session.scalars(select(UploadRow).where(*part)):
                if before := row.cells.get("before"):
                    account = session.get_one(Account, row.cells["account_id"])
                    set_values(account, before, today)
                    row.cells = {name: cell for name, cell in row.cells.items() if name != "before"}
                    done += 1
            upload.counts = {**upload.counts, "restored": done}


def remove_loading(sessions: Sessions, upload_id: int, now: datetime) -> None:
    """Nothing of a half-read file stays. Debtors and accounts do: they are no list entries."""
    for part in entry_steps(sessions, upload_id, Entry.state == "loading"):
        with write(sessions) as session:
            _remove(session, part, now)
