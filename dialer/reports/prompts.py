"""Prompts for the screens and the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import Campaign, Creditor, Prompt
from telephony.prompt_files import names_in, seconds_of


def listed(session: Session, creditor_id: int | None = None) -> list[dict[str, Any]]:
    """Prompts on offer, newest first; with a creditor those that its campaigns may play."""
    query = select(Prompt).where(Prompt.retired_at.is_(None)).order_by(Prompt.id.desc())
    if creditor_id is not None:
        query = query.where(Prompt.creditor_id.is_(None) | (Prompt.creditor_id == creditor_id))
    return [
        {
            "id": row.id, "name": row.name, "title": row.title, "language": row.language,
            "text": row.text, "made_from": row.made_from, "creditor_id": row.creditor_id,
            "campaign_id": row.campaign_id, "seconds": row.seconds, "sha256": row.sha256,
            "created_by": row.created_by, "created_at": row.created_at.isoformat(),
        }
        for row in session.scalars(query)
    ]  # fmt: skip


def shipped(folder: Path) -> list[dict[str, Any]]:
    """Prompts that came with Kept or lie in the operator's own folder: anybody may play them."""
    return [{"name": n, "seconds": seconds_of(folder / f"{n}.wav")} for n in names_in(folder)]


def choices(session: Session) -> list[dict[str, Any]]:
    """Every campaign with the prompts that are chosen for it."""
    rows = session.execute(
        select(Campaign, Creditor.name).join(Creditor).order_by(Campaign.id.desc())
    )
    return [
        {
            "id": c.id, "name": c.name, "creditor": creditor, "creditor_id": c.creditor_id,
            "state": c.state, "message": c.message, "amd_policy": c.amd_policy,
            "amd_message": c.amd_message, "amd_limit_ms": c.amd_limit_ms,
        }
        for c, creditor in rows
    ]  # fmt: skip


def name_of(session: Session, prompt_id: int) -> str | None:
    """Under which name the sound lies in the folder."""
    return session.scalar(select(Prompt.name).where(Prompt.id == prompt_id))
