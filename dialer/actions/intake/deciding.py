"""Commit a checked file, throw it away, or undo it later. In steps, so that dialing goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.intake.confirming import confirm_unchanged, unconfirm
from dialer.actions.refusals import Refused
from dialer.facts import CampaignChanged, UploadChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Account, Attempt, Campaign, Case, Entry, Upload, UploadRow

STEP = 5_000


def commit_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """Make every staged row true. A commit that died is taken up again where it stopped."""
    with write(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        if upload.state not in ("checked", "committing"):
            raise Refused("upload_not_checked")
        upload.state = "committing"
    _apply_updates(sessions, upload_id, clock())
    confirm_unchanged(sessions, upload_id, clock().date())
    while ids := _some_entries(sessions, upload_id):
        with write(sessions) as session:
            cases = select(Entry.case_id).where(Entry.id.in_(ids))
            session.execute(update(Case).where(Case.id.in_(cases)).values(state="active"))
            session.execute(
                update(Entry).where(Entry.id.in_(ids)).values(state="ready", next_at=clock())
            )
    with write(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        upload.state, upload.finished_at = "committed", clock()
        audit.note(
            session, f"user:{upload.created_by}", "upload.commit", f"upload:{upload.id}", clock(),
            after=dict(upload.counts),
        )  # fmt: skip
        tell(session, upload, clock())
        campaign = session.get_one(Campaign, upload.campaign_id)
        publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), clock())


def _apply_updates(sessions: Sessions, upload_id: int, now: datetime) -> None:
    """Known accounts take the file's values; the old ones stay in the row, for undo."""
    last = 0
    while True:
        with write(sessions) as session:
            rows = session.scalars(
                select(UploadRow).where(
                    UploadRow.upload_id == upload_id, UploadRow.bucket == "updated",
                    UploadRow.id > last,
                ).order_by(UploadRow.id).limit(STEP)
            ).all()  # fmt: skip
            if not rows:
                return
            last = rows[-1].id
            for row in rows:
                if "before" not in row.cells:
                    account = session.get_one(Account, row.cells["account_id"])
                    before = set_values(account, row.cells["after"], now.date())
                    row.cells = {**row.cells, "before": before}


def set_values(account: Account, values: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Write values as a file says them; returns what they were."""
    before = {name: getattr(account, name) for name in values}
    before["due_on"] = account.due_on.isoformat() if account.due_on else None
    for name, value in values.items():
        setattr(account, name, date.fromisoformat(value) if name == "due_on" and value else value)
    account.as_of = as_of
    return before


def discard_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Throw a checked file away: as if it had never been read."""
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "checked":
            raise Refused("upload_not_checked")
        upload.state, upload.finished_at = "undone", now
        audit.note(session, actor.name, "upload.discard", f"upload:{upload_id}", now)
        tell(session, upload, now)
    remove_loading(sessions, upload_id)


def undo_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> dict[str, int]:
    """Take a committed file back. Entries that were called stay as history and are never called
    again; all others vanish; updated accounts get their old values. Returns how many of each."""
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "committed":
            raise Refused("upload_not_committed")
        called = select(Attempt.entry_id).where(Attempt.entry_id == Entry.id).exists()
        mine = Entry.upload_id == upload_id
        kept = session.scalars(select(Entry.id).where(mine, called)).all()
        if session.scalar(
            select(Entry.id).where(mine, Entry.state.in_(("offered", "in_flight"))).limit(1)
        ):
            raise Refused("upload_in_use")
        session.execute(update(Case).where(
            Case.id.in_(select(Entry.case_id).where(mine, called))
        ).values(state="closed", reason="undone", closed_at=now))  # fmt: skip
        session.execute(update(Entry).where(mine, called).values(state="done"))
        removed = _remove(session, session.scalars(select(Entry.id).where(mine, ~called)).all())
        restored = _restore(session, upload_id, now)
        unconfirm(session, upload_id)
        upload.state = "undone"
        counts = {"removed": removed, "kept": len(kept), "restored": restored}
        audit.note(session, actor.name, "upload.undo", f"upload:{upload_id}", now, after=counts)
        tell(session, upload, now)
        return counts


def _restore(session: Session, upload_id: int, now: datetime) -> int:
    rows = session.scalars(
        select(UploadRow).where(UploadRow.upload_id == upload_id, UploadRow.bucket == "updated")
    ).all()
    for row in rows:
        if "before" in row.cells:
            account = session.get_one(Account, row.cells["account_id"])
            set_values(account, row.cells["before"], now.date())
    return len(rows)


def remove_loading(sessions: Sessions, upload_id: int) -> None:
    """Nothing of a half-read file stays. Debtors and accounts do: they are no list entries."""
    while ids := _some_entries(sessions, upload_id):
        with write(sessions) as session:
            _remove(session, ids)


def _some_entries(sessions: Sessions, upload_id: int) -> Sequence[int]:
    with read(sessions) as session:
        return session.scalars(
            select(Entry.id)
            .where(Entry.upload_id == upload_id, Entry.state == "loading")
            .limit(STEP)
        ).all()


def _remove(session: Session, ids: Sequence[int]) -> int:
    for start in range(0, len(ids), STEP):
        part = ids[start : start + STEP]
        cases = session.scalars(select(Entry.case_id).where(Entry.id.in_(part))).all()
        session.execute(delete(Entry).where(Entry.id.in_(part)))
        session.execute(delete(Case).where(Case.id.in_(cases)))
    return len(ids)


def tell(session: Session, upload: Upload, now: datetime) -> None:
    """How far it is, for everybody's screen."""
    publish(session, UploadChanged(
        upload_id=upload.id, campaign_id=upload.campaign_id, state=upload.state,
        rows_read=upload.rows_read,
    ), now)  # fmt: skip
