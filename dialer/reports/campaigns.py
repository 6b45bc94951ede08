"""The manager's view: campaigns, their files, and the rows that were left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.store.tables import (
    Campaign,
    Creditor,
    Entry,
    OutboundNumber,
    Outcome,
    Promise,
    Upload,
    UploadRow,
)

ROWS_SHOWN = 50
FINE = ("updated", "unchanged")  # rows that became no entry and need nobody's attention


def overview(session: Session, now: datetime) -> dict[str, Any]:
    """All campaigns with their uploads, and the pool of shown numbers."""
    rows = session.execute(
        select(Campaign, Creditor.name).join(Creditor).order_by(Campaign.id.desc())
    ).all()
    return {
        "as_of": now.isoformat(),
        "campaigns": [_campaign(session, campaign, creditor) for campaign, creditor in rows],
        "creditors": list(session.scalars(select(Creditor.name).order_by(Creditor.name))),
        "numbers": list(session.scalars(
            select(OutboundNumber.number).where(OutboundNumber.active)
            .order_by(OutboundNumber.number)
        )),
    }  # fmt: skip


def creditors(session: Session) -> list[dict[str, Any]]:
    """All creditors by name."""
    return [
        {"id": row.id, "name": row.name}
        for row in session.scalars(select(Creditor).order_by(Creditor.name))
    ]


def exists(session: Session, campaign_id: int) -> bool:
    """Whether there is such a campaign."""
    return session.get(Campaign, campaign_id) is not None


def _campaign(session: Session, campaign: Campaign, creditor: str) -> dict[str, Any]:
    states = dict(session.execute(
        select(Entry.state, func.count()).where(Entry.campaign_id == campaign.id)
        .group_by(Entry.state)
    ).all())  # fmt: skip
    uploads = session.scalars(
        select(Upload).where(Upload.campaign_id == campaign.id).order_by(Upload.id.desc())
    )
    return {
        "id": campaign.id, "name": campaign.name, "creditor": creditor, "state": campaign.state,
        "mode": campaign.mode, "ring_seconds": campaign.ring_seconds, "order": campaign.list_order,
        "end": {"then": "wait", "hours": 24, "times": 1, **campaign.end_rule,
                "rounds": campaign.rounds, "reason": campaign.end_reason},
        "number_pool_id": campaign.number_pool_id, "entries": sum(states.values()),
        "done": states.get("done", 0) + states.get("held", 0),
        "outcomes": session.scalar(
            select(func.count()).select_from(Outcome).where(Outcome.campaign_id == campaign.id)
        ),
        "promises": session.scalar(
            select(func.count()).select_from(Promise).where(Promise.campaign_id == campaign.id)
        ),
        "message": campaign.message, "creditor_id": campaign.creditor_id,
        "screening": {
            "policy": campaign.amd_policy, "limit_ms": campaign.amd_limit_ms,
            "message": campaign.amd_message,
        },
        "uploads": [_upload(upload) for upload in uploads],
    }  # fmt: skip


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id, "filename": upload.filename, "size": upload.size, "state": upload.state,
        "rows_read": upload.rows_read, "counts": upload.counts, "refusal": upload.refusal,
        "created_at": upload.created_at.isoformat(), "forecast": upload.forecast,
        "dry_run": upload.dry_run, "active": upload.active, "priority": upload.priority,
        "weight": upload.weight,
    }  # fmt: skip


def upload_detail(session: Session, upload_id: int) -> dict[str, Any] | None:
    """One upload with the first rows that became no entry."""
    upload = session.get(Upload, upload_id)
    if upload is None:
        return None
    rows = session.scalars(
        select(UploadRow).where(UploadRow.upload_id == upload_id, UploadRow.bucket.not_in(FINE))
        .order_by(UploadRow.line).limit(ROWS_SHOWN)
    )  # fmt: skip
    left = [
        {"line": r.line, "bucket": r.bucket, "column": r.column, "reason": r.reason} for r in rows
    ]
    return {**_upload(upload), "campaign_id": upload.campaign_id, "rows": left}


def rejected_rows(session: Session, upload_id: int) -> Iterator[UploadRow]:
    """All rows that became no entry, in the order of the file."""
    yield from session.scalars(
        select(UploadRow)
        .where(UploadRow.upload_id == upload_id, UploadRow.bucket.not_in(FINE))
        .order_by(UploadRow.line)
    )
