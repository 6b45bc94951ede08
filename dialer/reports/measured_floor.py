"""What a campaign measured of its customers and agents, for a simulated shift: last thirty days."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.outcomes import OUTCOMES, Group
from dialer.store.tables import Attempt, Campaign, Outcome

DAYS = timedelta(days=30)
ATTEMPTS_MIN = 200
CONVERSATIONS_MIN = 30
BUSY = ("busy", "rejected")
FAILED = ("unreachable", "invalid_number", "failed")
IGNORED = ("not_sent", "unknown", "cancelled")  # nothing is known of the customer
CV_MOST = 2.0


@dataclass(frozen=True, slots=True)
class MeasuredFloor:
    """Shares of 1 and seconds; None without enough calls of that kind."""

    campaign: str
    attempts: int
    conversations: int
    answer_rate: float = 0.0  # persons who picked up / attempts
    machine_share: float = 0.0  # of the calls picked up
    busy: float = 0.0  # of the calls that nobody picked up
    failed: float = 0.0
    ring: float = 0.0
    ring_timeout: float = 0.0
    talk: float = 0.0
    talk_cv: float = 0.0
    wrap: float = 0.0

    @property
    def enough(self) -> bool:
        """Whether the figures say something."""
        return self.attempts >= ATTEMPTS_MIN and self.conversations >= CONVERSATIONS_MIN

    def figures(self) -> dict[str, float]:
        """Those a question has, rounded."""
        shares = ("answer_rate", "machine_share", "busy", "failed")
        seconds = ("ring", "ring_timeout", "talk", "talk_cv", "wrap")
        found = {name: round(getattr(self, name), 4) for name in shares}
        return found | {name: round(getattr(self, name), 2) for name in seconds}


def measured_floor(session: Session, campaign_id: int, now: datetime) -> MeasuredFloor | None:
    """None: there is no such campaign."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    rows = session.execute(
        select(Attempt.dialed_at, Attempt.answered_at, Attempt.ended_at, Attempt.talk_ms,
               Attempt.verdict, Attempt.seat_id, Attempt.abandoned, Outcome.code, Outcome.user_id,
               Outcome.at)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.campaign_id == campaign_id, Attempt.created_at >= now - DAYS,
               Attempt.ended_at.is_not(None), Attempt.verdict.not_in(IGNORED))
    ).all()  # fmt: skip
    met = [row for row in rows if row.seat_id is not None and not row.abandoned and _person(row)]
    if not rows or not met:
        return MeasuredFloor(campaign.name, len(rows), len(met))
    picked = [row for row in rows if row.answered_at is not None]
    machines = [row for row in picked if not _person(row)]
    missed = len(rows) - len(picked)
    talks = [row.talk_ms / 1000 for row in met if row.talk_ms]
    return MeasuredFloor(
        campaign.name, len(rows), len(met),
        answer_rate=(len(picked) - len(machines)) / len(rows),
        machine_share=len(machines) / len(picked),
        busy=sum(row.verdict in BUSY for row in rows) / missed if missed else 0.0,
        failed=sum(row.verdict in FAILED for row in rows) / missed if missed else 0.0,
        ring=_mean([_seconds(row.dialed_at, row.answered_at) for row in picked if row.dialed_at]),
        ring_timeout=float(campaign.ring_seconds),
        talk=_mean(talks), talk_cv=_variation(talks),
        wrap=_mean([max(_seconds(row.ended_at, row.at), 0.0) for row in met if row.user_id]),
    )  # fmt: skip


def campaign_named(session: Session, name: str) -> int | None:
    """Id of the campaign; None: no such name."""
    return session.scalar(select(Campaign.id).where(Campaign.name == name))


def campaigns_with_calls(session: Session) -> list[dict[str, Any]]:
    """Campaigns that placed calls, newest first, with how many."""
    rows = session.execute(
        select(Campaign.id, Campaign.name, func.count(Attempt.id))
        .join(Attempt, Attempt.campaign_id == Campaign.id)
        .group_by(Campaign.id, Campaign.name).order_by(Campaign.id.desc())
    )  # fmt: skip
    return [{"id": row[0], "name": row[1], "attempts": row[2]} for row in rows]


def _person(row: Any) -> bool:
    return row.code is None or OUTCOMES[row.code].group is not Group.MACHINE


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


def _mean(values: list[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def _variation(values: list[float]) -> float:
    mean = _mean(values)
    if len(values) < 2 or not mean:
        return 0.0
    return min(statistics.stdev(values) / mean, CV_MOST)
