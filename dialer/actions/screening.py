"""What a campaign does when a machine answers: the policy that the node carries out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dialer.actions.actor import Actor
from dialer.actions.prompts import SHIPPED_ONLY, PromptFolders, require_prompt
from dialer.actions.refusals import Refused
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign

LIMIT_MS_MIN, LIMIT_MS_MAX = 1000, 10_000
Policy = Literal["off", "classify", "hang_up", "leave_message"]


def set_screening(
    sessions: Sessions, actor: Actor, campaign_id: int, *, policy: Policy, limit_ms: int,
    message: str, now: datetime, folders: PromptFolders = SHIPPED_ONLY,
) -> None:  # fmt: skip
    """For calls from now on. `limit_ms`: a call undecided until then goes to an agent; the two-second
    rule may be sooner. `message`: the prompt for machines.

    Refused("campaign_unknown" | "amd_limit" | "amd_message" | "prompt_unknown")."""
    if not LIMIT_MS_MIN <= limit_ms <= LIMIT_MS_MAX:
        raise Refused("amd_limit", low=LIMIT_MS_MIN, high=LIMIT_MS_MAX)
    if policy == "leave_message" and not message:
        raise Refused("amd_message")
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        require_prompt(session, folders, campaign, message)
        before = _of(campaign)
        campaign.amd_policy, campaign.amd_limit_ms = policy, limit_ms
        campaign.amd_message = message
        audit.note(
            session, actor.name, "campaign.screening", f"campaign:{campaign_id}", now,
            before=before, after=_of(campaign),
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def _of(campaign: Campaign) -> dict[str, str | int]:
    return {
        "policy": campaign.amd_policy, "limit_ms": campaign.amd_limit_ms,
        "message": campaign.amd_message,
    }  # fmt: skip
