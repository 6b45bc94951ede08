"""When the debtor may be contacted, at the debtor's place. Unknown place: every zone must agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

STEP = timedelta(minutes=15)
LOOK_AHEAD = timedelta(days=15)  # the longest run of closed days a calendar may hold
SATURDAY = 5
WORST_FIRST = ("OUT_OF_HOURS", "HOLIDAY", "INCONVENIENT_TIME")


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` until before `closes`, local time; equal means closed all day."""

    opens: time
    closes: time

    def holds(self, start: datetime, end: datetime) -> bool:
        """Both local times of one day lie inside."""
        same_day = start.date() == end.date()
        return same_day and self.opens <= start.time() and end.time() < self.closes

    def meets(self, start: datetime, end: datetime) -> bool:
        """Any part of the time from `start` to `end`, local and of one day, lies inside. A window may
        go over midnight: 22:00 to 07:00."""
        first, last = start.time(), end.time()
        if self.opens < self.closes:
            return first < self.closes and last >= self.opens
        return self.opens > self.closes and (last >= self.opens or first < self.closes)


Week = tuple[Window, ...]  # Monday first, seven of them


def intersect(one: Week, other: Week) -> Week:
    """What both allow."""
    both = []
    for a, b in zip(one, other, strict=True):
        opens, closes = max(a.opens, b.opens), min(a.closes, b.closes)
        both.append(Window(opens, closes) if opens < closes else Window(time(0), time(0)))
    return tuple(both)


def zones_of(timezone: str | None, zones: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    """The debtor's zone; when it is unknown, all zones of the pack (strictest)."""
    try:
        return (ZoneInfo(timezone or ""),)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return tuple(ZoneInfo(name) for name in zones)


def local_day(moment: datetime, zones: tuple[ZoneInfo, ...]) -> date:
    """The debtor's calendar day; of several zones the first."""
    return moment.astimezone(zones[0]).date()


@dataclass(frozen=True, slots=True)
class Calendar:
    """A week of windows with exceptions: holidays, weekends, and what this person asked for.

    `working_weekends`: None: weekends are days like others; else all are closed but these (调休)."""

    week: Week
    zones: tuple[ZoneInfo, ...]
    holidays: frozenset[date]
    inconvenient: tuple[Window, ...] = ()
    working_weekends: frozenset[date] | None = None

    def fault(self, now: datetime, lasts: timedelta) -> str:
        """Why not now, as a code; empty when every zone is open for the whole of `lasts`. Of several
        zones that do not agree nobody knows the right one: TZ_UNKNOWN."""
        faults = {self._fault_in(zone, now, lasts) for zone in self.zones}
        if "" in faults:
            return "" if len(faults) == 1 else "TZ_UNKNOWN"
        return next(fault for fault in WORST_FIRST if fault in faults)

    def _fault_in(self, zone: ZoneInfo, now: datetime, lasts: timedelta) -> str:
        start, end = now.astimezone(zone), (now + lasts).astimezone(zone)
        if not self.week[start.weekday()].holds(start, end):
            return "OUT_OF_HOURS"
        if self._is_day_off(start.date()):
            return "HOLIDAY"
        if any(window.meets(start, end) for window in self.inconvenient):
            return "INCONVENIENT_TIME"
        return ""

    def _is_day_off(self, day: date) -> bool:
        if day in self.holidays:
            return True
        weekend = day.weekday() >= SATURDAY
        return weekend and self.working_weekends is not None and day not in self.working_weekends

    def next_open(self, now: datetime, lasts: timedelta) -> datetime | None:
        """First moment, in quarters of an hour, at which nothing is wrong; None within 15 days."""
        return _next_open(self, now, lasts)

    def opening_of(self, day: date) -> datetime:
        """The latest opening of the zones on `day`, or midnight when it is closed."""
        return max(
            datetime.combine(day, self.week[day.weekday()].opens, zone).astimezone(UTC)
            for zone in self.zones
        )


@lru_cache(maxsize=1024)  # at night a whole campaign asks for the same place and moment
def _next_open(calendar: Calendar, now: datetime, lasts: timedelta) -> datetime | None:
    past = timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    moment = now - past + STEP
    last = now + LOOK_AHEAD
    while moment <= last:
        if not calendar.fault(moment, lasts):
            return moment
        moment += STEP
    return None
