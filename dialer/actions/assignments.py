"""Which agents take which campaigns, and how campaigns share the agents they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.facts import AgentAssigned, CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Assignment, Campaign, User

WEIGHT_MIN, WEIGHT_MAX = 0.01, 100.0


def assign_campaigns(
    sessions: Sessions, actor: Actor, user_id: int, campaign_ids: Sequence[int], now: datetime
) -> None:
    """The agent takes customers of these campaigns only; of every campaign when there are none.

    Refused("user_unknown" | "campaign_unknown")."""
    wanted = sorted(set(campaign_ids))
    with write(sessions) as session:
        user = session.get(User, user_id)
        if user is None or user.role != "agent":
            raise Refused("user_unknown", username=str(user_id))
        known = session.scalars(select(Campaign.id).where(Campaign.id.in_(wanted))).all()
        if len(known) != len(wanted):
            raise Refused("campaign_unknown")
        before = session.scalars(
            select(Assignment.campaign_id).where(Assignment.user_id == user_id)
        ).all()
        session.execute(delete(Assignment).where(Assignment.user_id == user_id))
        session.add_all(Assignment(user_id=user_id, campaign_id=c) for c in wanted)
        audit.note(
            session, actor.name, "agent.assign", f"user:{user_id}", now,
            before={"campaigns": sorted(before)}, after={"campaigns": wanted},
        )  # fmt: skip
        publish(session, AgentAssigned(user_id=user_id), now)


def weigh_campaign(
    sessions: Sessions, actor: Actor, campaign_id: int, weight: float, now: datetime
) -> None:
    """How much of the shared agents this campaign should get: 2 gets twice as much as 1.

    Refused("campaign_unknown" | "campaign_weight")."""
    if not WEIGHT_MIN <= weight <= WEIGHT_MAX:
        raise Refused("campaign_weight", low=WEIGHT_MIN, high=WEIGHT_MAX)
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        before, campaign.weight = campaign.weight, weight
        audit.note(
            session, actor.name, "campaign.weight", f"campaign:{campaign_id}", now,
            before={"weight": before}, after={"weight": weight},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)
