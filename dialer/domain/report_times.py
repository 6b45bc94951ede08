"""When a scheduled report is due and which days it is about. Pure; local times in the creditor's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Every(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays, about the seven days before
    MONTHLY = "monthly"  # on the first, about the month before


@dataclass(frozen=True, slots=True)
class Due:
    """One report: when it is due, and its first and last day."""

    at: datetime
    first: date
    last: date


def due_times(
    every: Every, hour: int, zone: ZoneInfo, since: datetime, now: datetime
) -> Iterator[Due]:
    """All reports that fell due after `since` and until `now`, oldest first. An hour that the clock
    skips in spring is due when it would have been; one that comes twice is due at the first."""
    day = since.astimezone(zone).date() - timedelta(days=1)
    last = now.astimezone(zone).date()
    while day <= last:
        at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if _is_due(every, day) and since < at <= now:
            yield Due(at, *_days(every, day))
        day += timedelta(days=1)


def _is_due(every: Every, day: date) -> bool:
    if every is Every.WEEKLY:
        return day.weekday() == 0
    return every is Every.DAILY or day.day == 1


def _days(every: Every, day: date) -> tuple[date, date]:
    before = day - timedelta(days=1)
    if every is Every.WEEKLY:
        return day - timedelta(days=7), before
    return (before if every is Every.DAILY else before.replace(day=1)), before
