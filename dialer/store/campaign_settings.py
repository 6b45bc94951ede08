"""Where a campaign's settings lie, and where their changes are kept: in the audit, nowhere twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.campaign_settings import PLAIN, Stored
from dialer.store.tables import AuditRow, Campaign

ACTION, SCRIPT = "campaign.settings", "campaign.script"


def stored(campaign: Campaign) -> Stored:
    """What the campaign keeps now."""
    return Stored(
        {key: getattr(campaign, key) for key in PLAIN}, campaign.narrowing, campaign.recycle,
        campaign.end_rule,
    )  # fmt: skip


def changes_of(session: Session, campaign_id: int, action: str = ACTION) -> Sequence[AuditRow]:
    """Every change of its settings (or script), newest first."""
    return session.scalars(
        select(AuditRow)
        .where(AuditRow.subject == f"campaign:{campaign_id}", AuditRow.action == action)
        .order_by(AuditRow.id.desc())
    ).all()
