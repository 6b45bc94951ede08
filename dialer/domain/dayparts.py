"""Attempts spread over the day: so many in the morning, the afternoon and the evening. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

STARTS = (time(0), time(12), time(18))  # local
PARTS = len(STARTS)


def daypart(local: datetime) -> int:
    """0 morning, 1 afternoon, 2 evening."""
    return sum(local.time() >= start for start in STARTS) - 1


def next_part(
    now: datetime, past: Iterable[datetime], zone: ZoneInfo, most: int
) -> datetime | None:
    """When the next part of the day begins, if this one had its `most` attempts already; else None."""
    local = now.astimezone(zone)
    here = (local.date(), daypart(local))
    made = 0
    for at in past:
        then = at.astimezone(zone)
        made += (then.date(), daypart(then)) == here
    if made < most:
        return None
    part = here[1] + 1
    day = local.date() if part < PARTS else local.date() + timedelta(days=1)
    return datetime.combine(day, STARTS[part % PARTS], zone).astimezone(UTC)
