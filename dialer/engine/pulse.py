"""What the engine says of each campaign: the pacing sentence and why nothing more is dialed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.pacing import Plan
from dialer.facts import Pulsed
from dialer.feed import publish
from dialer.store.tables import Entry, Pulse


def write_pulse(session: Session, campaign_id: int, plan: Plan, now: datetime) -> None:
    """Replace the campaign's pulse; tell the boards only when it changed."""
    body = {"pacing": _sentence(plan), "entries": entry_counts(session, campaign_id, now)}
    row = session.get(Pulse, campaign_id)
    if row is None:
        row = Pulse(campaign_id=campaign_id, at=now, body={})
        session.add(row)
    row.at = now
    if row.body != body:
        row.body = body
        publish(session, Pulsed(campaign_id=campaign_id), now)


def _sentence(plan: Plan) -> dict[str, Any]:
    key = f"pacing.held_{plan.held_by}" if plan.held_by else "pacing.dialing"
    return {
        "key": key, "idle": plan.idle, "in_air": plan.in_air, "count": plan.count,
    }  # fmt: skip


def entry_counts(session: Session, campaign_id: int, now: datetime) -> dict[str, int]:
    """All entries in disjoint groups that add up to `total`."""
    rows = session.execute(
        select(Entry.state, Entry.next_at <= now, func.count())
        .where(Entry.campaign_id == campaign_id, Entry.state != "loading")
        .group_by(Entry.state, Entry.next_at <= now)
    ).all()
    counts = {"dialable": 0, "resting": 0, "in_flight": 0, "held": 0, "done": 0}
    for state, due, n in rows:
        name = state if state != "ready" else ("dialable" if due else "resting")
        counts[name] += n
    return {"total": sum(counts.values()), **counts}
