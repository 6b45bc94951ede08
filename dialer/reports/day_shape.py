"""The shape of a day: answer rate and abandonment by hour at home, for people who would rather look."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import human_rate
from dialer.reports.period import HOME, Period, share
from dialer.reports.tally import answered_calls
from dialer.store.tables import Attempt

STEP = timedelta(minutes=30)
DAYS_IN_STEPS = 2  # a longer period is shown day by day


def over_time(session: Session, campaign_ids: list[int], period: Period) -> list[dict[str, Any]]:
    """Dials, answer rate (answered ÷ dials) and abandonment A/(A+H), by half hour for one or two days
    and by day for more; steps without a dial are left out."""
    step = STEP if (period.last - period.first).days < DAYS_IN_STEPS else timedelta(days=1)
    dials, answers = Counter[int](), Counter[int]()
    for at, answered in session.execute(
        select(Attempt.created_at, Attempt.answered_at).where(
            Attempt.campaign_id.in_(campaign_ids), Attempt.created_at >= period.since,
            Attempt.created_at < period.until,
        )
    ):  # fmt: skip
        n = (at - period.since) // step
        dials[n] += 1
        answers[n] += answered is not None
    rows = []
    for n in sorted(dials):
        start = period.since + n * step
        rate = human_rate(answered_calls(session, campaign_ids, start, start + step))
        rows.append({
            "at": start.astimezone(HOME).isoformat(), "dials": dials[n],
            "answer_rate": share(answers[n], dials[n]),
            "abandonment": share(rate.abandoned, rate.persons),
        })  # fmt: skip
    return rows
