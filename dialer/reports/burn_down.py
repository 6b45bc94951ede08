"""How a campaign's room for abandoned calls shrank and grew over the day."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import Tally, budget_left, rate_of
from dialer.domain.compliance import RulePack
from dialer.reports.abandonment import HANGS_UP, amd_sample
from dialer.reports.live_board import day_start
from dialer.reports.tally import answered_calls
from dialer.store.tables import Attempt, Campaign

STEP = timedelta(minutes=30)


def burn_down(
    session: Session, campaign_id: int, pack: RulePack, now: datetime
) -> dict[str, Any] | None:
    """Every half hour since the first answer of the day: who answered, who was abandoned, the rate and how
    many more may be. Of the local day; the window that binds may be a longer one. None: no such campaign."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    first = session.scalar(select(func.min(Attempt.answered_at)).where(
        Attempt.campaign_id == campaign_id, Attempt.answered_at >= day_start(now)
    ))  # fmt: skip
    share = amd_sample(session, campaign_id, now).share
    points, total, begin = [], Tally(), day_start(now)
    for end in _ends(first, now):
        part = answered_calls(session, [campaign_id], begin, end)
        total, begin = _added(total, part), end
        rate = rate_of(pack.abandon.formula, total, share, amd_on=campaign.amd_policy in HANGS_UP)
        points.append({
            "at": end.isoformat(), "abandoned": rate.abandoned, "persons": rate.persons,
            "rate": rate.value, "budget_left": budget_left(rate, pack.abandon.hard),
        })  # fmt: skip
    return {"campaign_id": campaign_id, "hard": pack.abandon.hard, "points": points}


def _ends(first: datetime | None, now: datetime) -> list[datetime]:
    """Full half hours from the first answer on, and now."""
    if first is None:
        return []
    end = first.replace(minute=first.minute - first.minute % 30, second=0, microsecond=0)
    ends = [end]
    while ends[-1] + STEP < now:
        ends.append(ends[-1] + STEP)
    return [*ends, now]


def _added(one: Tally, other: Tally) -> Tally:
    return Tally(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(Tally)})
