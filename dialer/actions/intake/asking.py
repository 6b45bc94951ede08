"""What a manager says of a file: import it, take it back, which column is which. The engine does it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.intake.steps import IN_USE, tell
from dialer.actions.refusals import Refused
from dialer.domain.case_rows import REQUIRED, fields
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Entry, Upload, UploadTemplate


def approve_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Commit a checked file; the engine's schedule carries it out, step by step."""
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "checked":
            raise Refused("upload_not_checked")
        upload.state = "committing"
        audit.note(session, actor.name, "upload.approve", f"upload:{upload_id}", now)
        tell(session, upload, now)


def discard_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Throw a checked file away: as if it had never been read."""
    _withdraw(sessions, actor, upload_id, "discard", now)


def cancel_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Stop a file that waits, is read or is imported just now, and take back what was done of it."""
    _withdraw(sessions, actor, upload_id, "cancel", now)


def undo_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Take an imported file back; what was called stays as history (see `withdrawing`)."""
    _withdraw(sessions, actor, upload_id, "undo", now)


_WITHDRAWN = {  # word -> states it is said in, refusal otherwise
    "discard": (("checked",), "upload_not_checked"),
    "cancel": (("received", "reading", "committing"), "upload_not_running"),
    "undo": (("committed",), "upload_not_committed"),
}


def _withdraw(sessions: Sessions, actor: Actor, upload_id: int, word: str, now: datetime) -> None:
    states, refusal = _WITHDRAWN[word]
    with write(sessions) as session:
        upload = session.get(Upload, upload_id, with_for_update=True)
        if upload is None or upload.state not in states:
            raise Refused(refusal)
        in_flight = select(Entry.id).where(Entry.upload_id == upload_id, Entry.state.in_(IN_USE))
        if word == "undo" and session.scalar(in_flight.limit(1)):
            raise Refused("upload_in_use")
        upload.state = "withdrawing"
        audit.note(session, actor.name, f"upload.{word}", f"upload:{upload_id}", now)
        tell(session, upload, now)


def map_columns(
    sessions: Sessions, actor: Actor, upload_id: int, name: str, columns: dict[str, str],
    now: datetime,
) -> int:  # fmt: skip
    """Remember which title is which field for this creditor, and read the refused file again. A field
    with an empty title is not in such files, whatever their titles say."""
    chosen = {field: title for field, title in columns.items() if title}
    unknown = sorted(set(columns) - set(fields()))
    missing = sorted(set(REQUIRED) - set(chosen))
    if unknown or missing or len(set(chosen.values())) != len(chosen):
        raise Refused("mapping_form", fields=", ".join(unknown or missing) or "-")
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "refused":
            raise Refused("upload_not_refused")
        titles = set(upload.forecast.get("titles", ()))
        strange = sorted(set(chosen.values()) - titles)
        if strange:
            raise Refused("mapping_form", fields=", ".join(strange))
        campaign = session.get_one(Campaign, upload.campaign_id)
        template = UploadTemplate(
            creditor_id=campaign.creditor_id, name=name, columns=dict(columns), used_at=now
        )
        session.add(template)
        session.flush()
        upload.template_id, upload.state, upload.refusal = template.id, "received", None
        audit.note(
            session, actor.name, "upload.map", f"upload:{upload_id}", now, after=dict(columns)
        )
        tell(session, upload, now)
        return template.id
