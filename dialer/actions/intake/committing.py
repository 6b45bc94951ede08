"""Make a checked file true, in steps. A commit that died is taken up again where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from dialer.actions.intake.confirming import confirm_unchanged
from dialer.actions.intake.steps import entry_steps, go_on, row_steps, tell
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Campaign, Case, Entry, UploadRow


def commit_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """From `committing` to `committed`: amounts of known accounts first, then the new entries. Raises
    Cancelled."""
    _apply_updates(sessions, upload_id, clock().date())
    confirm_unchanged(sessions, upload_id, clock().date())
    for part in entry_steps(sessions, upload_id, Entry.state == "loading"):
        with write(sessions) as session:
            go_on(session, upload_id, "committing")
            session.execute(
                update(Case)
                .where(Case.id.in_(select(Entry.case_id).where(*part)), Case.state == "loading")
                .values(state="active"),
                execution_options={"synchronize_session": False},
            )
            session.execute(
                update(Entry).where(*part).values(state="ready", next_at=clock()),
                execution_options={"synchronize_session": False},
            )
    with write(sessions) as session:
        upload = go_on(session, upload_id, "committing")
        upload.state, upload.finished_at = "committed", clock()
        audit.note(
            session, f"user:{upload.created_by}", "upload.commit", f"upload:{upload.id}", clock(),
            after=dict(upload.counts),
        )  # fmt: skip
        tell(session, upload, clock())
        campaign = session.get_one(Campaign, upload.campaign_id)
        publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), clock())


def _apply_updates(sessions: Sessions, upload_id: int, today: date) -> None:
    """Known accounts take the file's values; the old ones stay in the row, for undo."""
    for part in row_steps(sessions, upload_id, "updated"):
        with write(sessions) as session:
            go_on(session, upload_id, "committing")
            for row in session.scalars(select(UploadRow).where(*part)):
                if "before" not in row.cells:
                    account = session.get_one(Account, row.cells["account_id"])
                    before = set_values(account, row.cells["after"], today)
                    row.cells = {**row.cells, "before": before}


def set_values(account: Account, values: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Write values as a file says them; returns what they were."""
    before = {name: getattr(account, name) for name in values}
    before["due_on"] = account.due_on.isoformat() if account.due_on else None
    for name, value in values.items():
        setattr(account, name, date.fromisoformat(value) if name == "due_on" and value else value)
    account.as_of = as_of
    return before
