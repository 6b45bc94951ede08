"""The supervisor's board: one consistent look at seats, campaigns and today's numbers."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dialer.clock import HOME
from dialer.domain.abandonment import budget_left
from dialer.domain.compliance import RulePack
from dialer.feed import last_id
from dialer.reports.abandonment import binding, measured, rate_since
from dialer.reports.call_counts import CallCounts, Calls, Recounted
from dialer.reports.in_call import on_seats
from dialer.reports.trunks import trunks
from dialer.reports.warnings import warnings
from dialer.store.tables import Campaign, Creditor, Promise, Pulse, Seat, User

IN_AIR = ("placed", "dialed", "ringing", "answered")
_NEEDS_ME = {
    "wrap_up": 0, "connecting": 1, "paused": 2, "previewing": 3, "dialing": 4, "talking": 5,
    "idle": 6, "offline": 7,
}  # fmt: skip


def day_start(now: datetime) -> datetime:
    """Midnight at home: boards count by the centre's day."""
    return now.astimezone(HOME).replace(hour=0, minute=0, second=0, microsecond=0)


def snapshot(
    session: Session, now: datetime, pack: RulePack, counts: CallCounts | None = None
) -> dict[str, Any]:
    """Everything the board shows; `last_fact` is the number up to which it is true. `counts`: those that
    this process keeps; without them all calls are counted anew."""
    last_fact = last_id(session)
    seats = _seats(session)
    kept = counts.looking(session, now) if counts else nullcontext[Calls](Recounted(session))
    with kept as calls:
        campaigns = _campaigns(session, now, pack, calls)
    return {
        "as_of": now.isoformat(), "last_fact": last_fact, "seats": seats,
        "campaigns": campaigns, "totals": _totals(session, seats, campaigns, now),
        "warnings": warnings(session, pack, now), "trunks": trunks(session, now),
    }  # fmt: skip


def _campaigns(
    session: Session, now: datetime, pack: RulePack, calls: Calls
) -> list[dict[str, Any]]:
    return [_campaign(session, row, now, pack, calls) for row in session.execute(
        select(Campaign, Creditor.name).join(Creditor).order_by(Campaign.id)
    ).all()]  # fmt: skip


def pacing_of(session: Session, campaign_id: int) -> dict[str, Any] | None:
    """The last decision of the pacer for this campaign, with its time; None without such a campaign."""
    if session.get(Campaign, campaign_id) is None:
        return None
    pulse = session.get(Pulse, campaign_id)
    if pulse is None:
        return {"key": "pacing.held_agents", "idle": 0, "in_air": 0, "count": 0, "as_of": None}
    return {**pulse.body["pacing"], "as_of": pulse.at.isoformat()}


def _seats(session: Session) -> list[dict[str, Any]]:
    talks = on_seats(session)
    rows = session.execute(
        select(Seat, User.display_name, User.staff_no).join(User)
        .where(or_(User.role == "agent", Seat.attempt_id.is_not(None)))
    ).all()  # fmt: skip
    seats = [
        {
            "id": seat.id, "name": name, "staff_no": staff_no, "state": seat.state,
            "status": seat.status, "pause_reason": seat.pause_reason, "leg_up": seat.leg_up,
            "since": seat.since.isoformat(), "attempt_id": seat.attempt_id or "",
            "supervised_by": None, "quality": None, "warnings": [], "held": False,
            **talks.get(seat.id, {}),
        }
        for seat, name, staff_no in rows
        if seat.state != "offline" or seat.status != "away"
    ]  # fmt: skip
    return sorted(seats, key=lambda s: (_NEEDS_ME.get(s["state"], 9), s["since"]))


def _campaign(
    session: Session, row: Any, now: datetime, pack: RulePack, calls: Calls
) -> dict[str, Any]:
    campaign, creditor = row
    since = day_start(now)
    counts, causes = _day(calls, campaign.id, since)
    windows = measured(session, campaign, pack, now, ahead=False, calls=calls)
    least = binding(windows, pack.abandon.hard)
    rate = least.rate
    today = rate_since(session, campaign, pack, since, now, calls)
    pulse = session.get(Pulse, campaign.id)
    return {
        "id": campaign.id, "name": campaign.name, "creditor": creditor, "state": campaign.state,
        "pulse": pulse.body if pulse else {}, "attempts": counts["attempts"],
        "in_air": counts["in_air"], "answered": counts["answered"],
        "connected": counts["connected"], "abandoned": rate.abandoned, "persons": rate.persons,
        "abandonment": rate.value, "formula": rate.formula,
        "abandoned_today": today.abandoned, "persons_today": today.persons,
        "window": least.span.name, "budget_left": budget_left(rate, pack.abandon.hard),
        "hard": pack.abandon.hard,
        "causes": causes,
    }  # fmt: skip


def _day(calls: Calls, campaign_id: int, since: datetime) -> tuple[Counter[str], dict[str, int]]:
    """The day's attempts by how far they came, and why nobody was there for each abandoned one."""
    counts, causes = Counter[str](), Counter[str]()
    for made, n in calls.made(campaign_id, since).items():
        counts["attempts"] += n
        counts["in_air"] += n if made.state in IN_AIR else 0
        counts["answered"] += n if made.answered else 0
        counts["connected"] += n if made.connected else 0
        if made.abandoned:
            causes[made.cause or "unknown"] += n
    return counts, dict(causes)


def _totals(
    session: Session, seats: list[dict[str, Any]], campaigns: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    states = Counter(seat["state"] for seat in seats)
    promises = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
        .where(Promise.at >= day_start(now), Promise.state != "superseded")
    ).one()  # fmt: skip
    abandoned = sum(campaign["abandoned_today"] for campaign in campaigns)
    persons = sum(campaign["persons_today"] for campaign in campaigns)
    return {
        **{s: states[s] for s in (
            "idle", "previewing", "dialing", "talking", "wrap_up", "paused", "connecting",
        )},
        "in_air": sum(campaign["in_air"] for campaign in campaigns),
        "attempts": sum(campaign["attempts"] for campaign in campaigns),
        "connected": sum(campaign["connected"] for campaign in campaigns),
        "abandoned": abandoned, "persons": persons,
        "abandonment": abandoned / persons if persons else 0.0,
        "promises": promises[0], "promised_minor": int(promises[1]),
    }  # fmt: skip
