"""Which outbound number (外显号码) a customer sees: only owned, licensed, healthy ones with room.

The one the debtor saw last if it may be shown again; else the one that rested longest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Caps:
    """Most calls of one number; None: no limit of its own."""

    concurrent: int | None = None
    per_hour: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class PoolNumber:
    """One number of the pool, with what it is doing."""

    number: str
    last_used_at: datetime | None
    creditor_id: int | None = None  # none: for everyone
    region: str = ""  # "": everywhere
    licence_until: date | None = None
    resting_until: datetime | None = None
    suspect: bool = False
    caps: Caps = Caps()
    in_air: int = 0
    last_hour: int = 0
    today: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom a number is sought."""

    creditor_id: int
    region: str
    shown_before: str
    now: datetime


def why_not(number: PoolNumber, wanted: Wanted) -> str:
    """Why this number may not be shown now, as a code; empty when it may."""
    if number.creditor_id not in (None, wanted.creditor_id):
        return "other_creditor"
    if number.region and number.region != wanted.region:
        return "other_region"
    if number.licence_until is not None and number.licence_until < wanted.now.date():
        return "licence_expired"
    if number.resting_until is not None and number.resting_until > wanted.now:
        return "resting"
    if number.suspect:
        return "suspect"
    for used, limit in (
        (number.in_air, number.caps.concurrent), (number.last_hour, number.caps.per_hour),
        (number.today, number.caps.per_day),
    ):  # fmt: skip
        if limit is not None and used >= limit:
            return "cap"
    return ""


def choose(pool: tuple[PoolNumber, ...], wanted: Wanted) -> str | None:
    """The number to show, or None: then there is no call (CLI_UNAVAILABLE)."""
    free = [number for number in pool if not why_not(number, wanted)]
    if any(number.number == wanted.shown_before for number in free):
        return wanted.shown_before
    if not free:
        return None
    return min(free, key=lambda n: (n.last_used_at or _NEVER, n.number)).number
