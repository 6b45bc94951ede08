"""Which outbound number (外显号码) a customer sees: only owned, licensed, healthy ones with room.

The one the debtor saw last if it may be shown again; else the one that rested longest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"  # whose day counts for a number without a pool
TRIAL_PER_HOUR = 20  # calls of a number that comes back from its rest
ANYWHERE = "*"  # region of a question that is not about one debtor
_NEVER = datetime.min.replace(tzinfo=UTC)
_SECOND, _SOON, _LATER = timedelta(seconds=1), timedelta(seconds=30), timedelta(minutes=5)
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Caps:
    """Most calls of one number or of one pool; None: no limit of its own."""

    concurrent: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What a number or a pool is doing: calls in the air, begun within the last second and hour, and
    since midnight in the zone of the pool."""

    in_air: int = 0
    last_second: int = 0
    last_hour: int = 0
    today: int = 0

    def plus(self, other: Use) -> Use:
        """Both together."""
        return Use(
            self.in_air + other.in_air, self.last_second + other.last_second,
            self.last_hour + other.last_hour, self.today + other.today,
        )  # fmt: skip


ONE_CALL = Use(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Pool:
    """号码池: numbers under one licence, for these creditors (none: all), in this region ("": any)."""

    id: int
    licence_until: date
    creditor_ids: frozenset[int] = frozenset()
    region: str = ""
    active: bool = True
    zone: str = ZONE
    trunk: str = ""  # "": any that owns the number
    caps: Caps = Caps()
    use: Use = Use()


@dataclass(frozen=True, slots=True)
class PoolNumber:
    """One outbound number, with what it is doing."""

    number: str
    last_used_at: datetime | None
    creditor_id: int | None = None  # none: for everyone
    region: str = ""  # "": everywhere
    licence_until: date | None = None
    resting_until: datetime | None = None
    suspect: bool = False
    on_trial: bool = False
    active: bool = True
    caps: Caps = Caps()
    use: Use = Use()
    pool_id: int | None = None
    owned: bool = True  # the trunk it leaves by may show it


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom a number is sought; `pool_id`: the campaign's pool, none: any."""

    creditor_id: int
    region: str
    shown_before: str
    now: datetime
    pool_id: int | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why nothing may be shown, as a code of `why_not` or "none", and when that may have changed."""

    why: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """All numbers there are, with their pools by id."""

    numbers: tuple[PoolNumber, ...] = ()
    pools: Mapping[int, Pool] = field(default_factory=dict)

    def pool_of(self, number: PoolNumber) -> Pool | None:
        """Its pool; none: it was added by itself."""
        return self.pools.get(number.pool_id) if number.pool_id is not None else None


def why_not(number: PoolNumber, wanted: Wanted, pool: Pool | None = None) -> str:
    """Why this number may not be shown now, as a code; empty when it may."""
    today = wanted.now.astimezone(ZoneInfo(pool.zone if pool else ZONE)).date()
    caps = number.caps
    if number.on_trial:
        caps = _on_trial(caps)
    return (
        _not_for(number, wanted, pool)
        or _not_licensed(number, pool, today)
        or _not_well(number, wanted.now)
        or _used_up("cap", caps, number.use)
        or (_used_up("pool_cap", pool.caps, pool.use) if pool else "")
    )


def _not_for(number: PoolNumber, wanted: Wanted, pool: Pool | None) -> str:
    if not number.active or (pool is not None and not pool.active):
        return "switched_off"
    if not number.owned:
        return "not_owned"
    if wanted.pool_id is not None and number.pool_id != wanted.pool_id:
        return "other_pool"
    if number.creditor_id not in (None, wanted.creditor_id):
        return "other_creditor"
    if pool is not None and pool.creditor_ids and wanted.creditor_id not in pool.creditor_ids:
        return "other_creditor"
    region = number.region or (pool.region if pool else "")
    return "other_region" if region and wanted.region not in (region, ANYWHERE) else ""


def _not_licensed(number: PoolNumber, pool: Pool | None, today: date) -> str:
    dates = [number.licence_until, pool.licence_until if pool else None]
    return "licence_expired" if any(day is not None and day < today for day in dates) else ""


def _not_well(number: PoolNumber, now: datetime) -> str:
    if number.resting_until is not None and number.resting_until > now:
        return "resting"
    return "suspect" if number.suspect else ""


def _on_trial(caps: Caps) -> Caps:
    hour = TRIAL_PER_HOUR if caps.per_hour is None else min(caps.per_hour, TRIAL_PER_HOUR)
    return Caps(1, hour, caps.per_day, caps.per_second)


def _used_up(name: str, caps: Caps, use: Use) -> str:
    for what, used, limit in (
        ("second", use.last_second, caps.per_second), ("concurrent", use.in_air, caps.concurrent),
        ("hour", use.last_hour, caps.per_hour), ("day", use.today, caps.per_day),
    ):  # fmt: skip
        if limit is not None and used >= limit:
            return f"{name}_{what}"
    return ""


def choose(shown: Shown, wanted: Wanted) -> PoolNumber | None:
    """The number to show, or None: then there is no call (CLI_UNAVAILABLE)."""
    free = [n for n in shown.numbers if not why_not(n, wanted, shown.pool_of(n))]
    for number in free:
        if number.number == wanted.shown_before:
            return number
    return min(free, key=lambda n: (n.last_used_at or _NEVER, n.number), default=None)


def room(shown: Shown, wanted: Wanted) -> int:
    """How many calls may begin at this moment, all caps together; never more than NO_LIMIT."""
    left: dict[int | None, int] = {}
    for number in shown.numbers:
        pool = shown.pool_of(number)
        if not why_not(number, wanted, pool):
            caps = _on_trial(number.caps) if number.on_trial else number.caps
            left[number.pool_id] = left.get(number.pool_id, 0) + _left(caps, number.use)
    total = 0
    for pool_id, count in left.items():
        pool = shown.pools.get(pool_id) if pool_id is not None else None
        total += min(count, _left(pool.caps, pool.use)) if pool else count
    return min(total, NO_LIMIT)


def _left(caps: Caps, use: Use) -> int:
    pairs = (
        (caps.per_second, use.last_second), (caps.concurrent, use.in_air),
        (caps.per_hour, use.last_hour), (caps.per_day, use.today),
    )  # fmt: skip
    return min((limit - used for limit, used in pairs if limit is not None), default=NO_LIMIT)


def shortage(shown: Shown, wanted: Wanted) -> Shortage:
    """Why `choose` found nothing: the number that comes back soonest says it."""
    found = [_back_at(n, wanted, shown.pool_of(n)) for n in shown.numbers]
    none = Shortage("none", wanted.now + _LATER)
    return min((s for s in found if s is not None), key=_soonest, default=none)


def _soonest(lack: Shortage) -> tuple[datetime, bool, str]:
    """Of two at once the pool's: it binds every number."""
    return lack.until, not lack.why.startswith("pool"), lack.why


def _back_at(number: PoolNumber, wanted: Wanted, pool: Pool | None) -> Shortage | None:
    """None: it is not for this campaign."""
    why, now = why_not(number, wanted, pool), wanted.now
    if why in ("other_pool", "other_creditor", "other_region", "switched_off"):
        return None  # only a person can change it
    if why == "resting" and number.resting_until is not None:
        return Shortage(why, number.resting_until)
    if why.endswith("_day"):
        return Shortage(why, midnight_after(now, pool.zone if pool else ZONE))
    waits = {"_second": _SECOND, "_concurrent": _SOON}
    wait = next((t for end, t in waits.items() if why.endswith(end)), _LATER)
    return Shortage(why, now + wait)


def midnight_after(now: datetime, zone: str) -> datetime:
    """When the next local day begins."""
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), ZoneInfo(zone)).astimezone(UTC)


BLOCKS = {
    "cap": "CLI_CAP", "pool_cap": "CLI_POOL_CAP", "resting": "CLI_RESTING", "suspect": "CLI_RESTING",
    "licence_expired": "CLI_LICENCE", "not_owned": "CLI_NOT_OWNED",
}  # fmt: skip


def block_code(why: str) -> str:
    """The code under which a shortage stands in an entry and in the waterfall."""
    return BLOCKS.get(why.rsplit("_", 1)[0] if "cap_" in why else why, "CLI_NONE")
