"""Over which time abandonment is measured: each pack's windows, exactly.

    DAY    the local calendar day, midnight to midnight, of the campaign and of the whole site (Ofcom 2016)
    PT24H  the last 24 hours and the campaign to date (product policy, cn)
    P30D   successive blocks of 30 days from the campaign's start (16 CFR 310.4(b)(4)(i))

A rolling window can pass the limit by itself when handled calls drop out of it, so it is also measured as
it will be 60 seconds ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

BLOCK = timedelta(days=30)
ROLLING = timedelta(hours=24)
AHEAD = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` until now. `site`: all campaigns together. `ahead`: as it will be in a minute."""

    name: str
    since: datetime
    site: bool = False
    ahead: bool = False


def spans_of(window: str, started: datetime, now: datetime, zone: ZoneInfo) -> tuple[Span, ...]:
    """All windows that must hold at once. `started`: of the campaign. Raises ValueError for a window
    that nobody knows: a pack with a mistake must not dial."""
    match window:
        case "DAY":
            day = now.astimezone(zone).date()
            midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
            return Span("DAY", midnight), Span("DAY", midnight, site=True)
        case "PT24H":
            return (
                Span("PT24H", now - ROLLING),
                Span("PT24H", now - ROLLING + AHEAD, ahead=True),
                Span("CAMPAIGN", min(started, now)),
            )
        case "P30D":
            blocks = max((now - started) // BLOCK, 0)
            return (Span("P30D", min(started + blocks * BLOCK, now)),)
    raise ValueError(f"no abandonment window {window!r}")
