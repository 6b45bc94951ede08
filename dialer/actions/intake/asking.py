"""What a manager says of a file: commit it, or which of its columns are which."""

from __future__ import annotations

from datetime import datetime

from dialer.actions.actor import Actor
from dialer.actions.intake.deciding import tell
from dialer.actions.refusals import Refused
from dialer.domain.case_rows import REQUIRED, fields
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Upload, UploadTemplate


def approve_upload(sessions: Sessions, actor: Actor, upload_id: int, now: datetime) -> None:
    """Commit a checked file; the engine's schedule carries it out, step by step."""
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "checked":
            raise Refused("upload_not_checked")
        upload.state = "committing"
        audit.note(session, actor.name, "upload.approve", f"upload:{upload_id}", now)
        tell(session, upload, now)


def map_columns(
    sessions: Sessions, actor: Actor, upload_id: int, name: str, columns: dict[str, str],
    now: datetime,
) -> int:  # fmt: skip
    """Remember which title is which field for this creditor, and read the refused file again."""
    known = set(fields())
    unknown = sorted(set(columns) - known)
    missing = sorted(set(REQUIRED) - set(columns))
    if unknown or missing or len(set(columns.values())) != len(columns):
        raise Refused("mapping_form", fields=", ".join(unknown or missing) or "-")
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None or upload.state != "refused":
            raise Refused("upload_not_refused")
        titles = set(upload.forecast.get("titles", ()))
        strange = sorted(set(columns.values()) - titles)
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
