"""A campaign's script as its manager sees it: steps, what may be filled in, who changed it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.scripts import (
    DEBT_WORDS,
    DEFAULT_STEPS,
    OPENING_WORDS,
    STEPS_MAX,
    TEXT_MAX,
    TITLE_MAX,
)
from dialer.reports.campaign_settings import CHANGES_SHOWN, history_of
from dialer.store.campaign_settings import SCRIPT
from dialer.store.tables import Campaign, Creditor


def script_sheet(session: Session, campaign_id: int) -> dict[str, Any] | None:
    """None when there is no such campaign."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    return {
        "id": campaign.id, "name": campaign.name, "steps": campaign.script,
        "creditor": session.get_one(Creditor, campaign.creditor_id).name,
        "opening_words": sorted(OPENING_WORDS), "debt_words": sorted(DEBT_WORDS),
        "default_steps": list(DEFAULT_STEPS),
        "limits": {"steps": STEPS_MAX, "title": TITLE_MAX, "text": TEXT_MAX},
        "history": list(history_of(session, campaign_id, SCRIPT))[:CHANGES_SHOWN],
    }  # fmt: skip
