"""What the engine says of each campaign: the pacing sentence and why nothing more is dialed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.pacing import Plan
from dialer.engine.floor import PACED
from dialer.facts import Pulsed
from dialer.feed import publish
from dialer.store.tables import Campaign, Pulse


def write_pulse(
    session: Session, campaign_id: int, plans: Sequence[Plan], counts: Mapping[str, int],
    now: datetime, short_of_numbers: str = "",
) -> None:  # fmt: skip
    """Replace the campaign's pulse; tell the boards only when it changed. `plans`: one of each node;
    `short_of_numbers`: the code under which no outbound number can be shown, if that holds it back."""
    mode = session.get_one(Campaign, campaign_id).mode
    said = sentence(campaign_id, plans) if mode in PACED else {"key": f"pacing.mode_{mode}"}
    body = {
        "pacing": said, "entries": dict(counts) or None, "numbers": short_of_numbers,
    }  # fmt: skip
    row = session.get(Pulse, campaign_id)
    if row is None:
        row = Pulse(campaign_id=campaign_id, at=now, body={})
        session.add(row)
    row.at = now
    if row.body != body:
        row.body = body
        publish(session, Pulsed(campaign_id=campaign_id), now)


def sentence(campaign_id: int, plans: Sequence[Plan]) -> dict[str, Any]:
    """The last decision in the catalogue's words, with every number it was made from. Of several
    nodes the counts are added up and the limit is that of the busiest one."""
    if not plans:
        return {"key": "pacing.held_agents", "idle": 0, "in_air": 0, "count": 0}
    first = max(plans, key=lambda plan: plan.in_air + plan.idle)
    count = sum(dict(plan.by_list).get(str(campaign_id), 0) for plan in plans)
    return {
        "key": f"pacing.held_{first.held_by}" if first.held_by else "pacing.dialing",
        "idle": sum(plan.idle for plan in plans), "in_air": sum(plan.in_air for plan in plans),
        "count": count, "held_by": first.held_by,
        "expected_arrivals": round(sum(plan.expected_arrivals for plan in plans), 1),
        "expected_free": round(sum(plan.expected_free for plan in plans), 1),
        "horizon_seconds": round(first.horizon_seconds),
        "risk": round(first.risk, 4), "threshold": round(first.threshold, 4),
        "budget_left": round(sum(plan.budget_left for plan in plans), 1),
        "answer_rate": round(first.answer_rate, 4),
        "answer_percent": round(first.answer_rate * 100), "forecast": first.horizon_seconds > 0,
        "risk_percent": round(first.risk * 100, 1),
        "threshold_percent": round(first.threshold * 100, 1),
    }  # fmt: skip
