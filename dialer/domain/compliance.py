"""The gate (拨前检查): may this person be called about this debt on this number, now?

One function for every path; it fails closed. Order and codes follow docs/rules.md. This is the
minimal set: hours, caps, do-not-call, stop flags.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class RulePack:
    """Limits as data (`dialer/packs`), with where they come from."""

    name: str
    version: str
    zones: tuple[str, ...]  # every zone a debtor of this pack may live in
    opens: time  # CN-HOURS
    closes: time
    effective_per_person_day: int  # CN-FREQ
    attempts_per_person_day: int  # product policy
    attempts_per_number_day: int  # product policy
    number_interval: timedelta  # product policy


@dataclass(frozen=True, slots=True)
class Counters:
    """What was done today at the debtor's place, attempts in the air included."""

    effective: int
    attempts: int
    number_attempts: int
    number_last_at: datetime | None
    in_flight: bool  # a call to this person or number is in the air now


@dataclass(frozen=True, slots=True)
class Ask:
    """Everything the gate looks at. `counters` None means: unknown, so the answer is no."""

    now: datetime
    timezone: str
    ring_seconds: int
    case_closed: bool
    holds: tuple[str, ...]
    suppressed: bool
    number_state: str
    promise_pending: bool
    counters: Counters | None


@dataclass(frozen=True, slots=True)
class Licence:
    """拨打依据: why the call was allowed; stored with the attempt and shown to agent and auditor."""

    pack: str
    version: str
    at: datetime
    local_times: tuple[str, ...]
    rules: tuple[str, ...]
    counters: Counters

    def as_json(self) -> dict[str, Any]:
        """Plain types for the store."""
        counters = asdict(self.counters)
        last = self.counters.number_last_at
        counters["number_last_at"] = last.isoformat() if last else None
        return {
            "pack": self.pack, "version": self.version, "at": self.at.isoformat(),
            "local_times": list(self.local_times), "rules": list(self.rules),
            "counters": counters,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, with the reasons."""

    licence: Licence


@dataclass(frozen=True, slots=True)
class Blocked:
    """No. `until` is when asking again may help; None: only a person can change it."""

    code: str
    until: datetime | None = None


RULES = (
    "CASE_CLOSED", "HOLD", "DNC_NUMBER", "INVALID_NUMBER", "OUT_OF_HOURS", "IN_FLIGHT",
    "CAP_DAY_EFFECTIVE", "CAP_DAY_ATTEMPT", "CAP_NUMBER", "CAP_INTERVAL", "PTP_PENDING",
)  # fmt: skip

_HOLD_CODES = {
    "dispute": "DISPUTE_OPEN", "cease": "CEASE", "deceased": "DECEASED",
    "hardship": "VULNERABLE_HOLD", "complaint": "COMPLAINT_HOLD",
}  # fmt: skip
_SOON = timedelta(minutes=1)


def may_contact(ask: Ask, pack: RulePack) -> Allowed | Blocked:
    """The verdict. Cheap and permanent reasons first."""
    zones = zones_of(ask.timezone, pack)
    blocked = _by_case(ask) or _by_hours(ask, pack, zones) or _by_counters(ask, pack, zones)
    if blocked is not None:
        return blocked
    assert ask.counters is not None  # _by_counters blocks otherwise
    return Allowed(
        Licence(
            pack=pack.name,
            version=pack.version,
            at=ask.now,
            rules=RULES,
            counters=ask.counters,
            local_times=tuple(f"{ask.now.astimezone(z):%Y-%m-%d %H:%M} {z.key}" for z in zones),
        )
    )


def zones_of(timezone: str, pack: RulePack) -> tuple[ZoneInfo, ...]:
    """The debtor's zone; when it is unknown, all zones of the pack must agree (strictest)."""
    try:
        return (ZoneInfo(timezone),)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return tuple(ZoneInfo(name) for name in pack.zones)


def _by_case(ask: Ask) -> Blocked | None:
    if ask.case_closed:
        return Blocked("CASE_CLOSED")
    if ask.holds:
        return Blocked(_HOLD_CODES.get(ask.holds[0], "MANUAL_HOLD"))
    if ask.suppressed:
        return Blocked("DNC_NUMBER")
    if ask.number_state in ("invalid", "wrong"):
        return Blocked("WRONG_NUMBER" if ask.number_state == "wrong" else "INVALID_NUMBER")
    if ask.promise_pending:
        return Blocked("PTP_PENDING")
    return None


def _by_hours(ask: Ask, pack: RulePack, zones: tuple[ZoneInfo, ...]) -> Blocked | None:
    """CN-HOURS, GB/T 45251-2025. The whole ringing must fit before closing time."""
    if all(_is_open(ask.now, ask.ring_seconds, pack, zone) for zone in zones):
        return None
    return Blocked("OUT_OF_HOURS", _next_opening(ask, pack, zones))


def _is_open(now: datetime, ring_seconds: int, pack: RulePack, zone: ZoneInfo) -> bool:
    start = now.astimezone(zone)
    end = (now + timedelta(seconds=ring_seconds)).astimezone(zone)
    same_day = start.date() == end.date()
    return same_day and pack.opens <= start.time() and end.time() < pack.closes


def _next_opening(ask: Ask, pack: RulePack, zones: tuple[ZoneInfo, ...]) -> datetime | None:
    """First moment, in steps of a quarter of an hour, at which every zone is open."""
    minutes = -(-ask.now.minute // 15) * 15
    moment = ask.now.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)
    for _ in range(2 * 24 * 4):
        if moment > ask.now and all(_is_open(moment, ask.ring_seconds, pack, z) for z in zones):
            return moment
        moment += timedelta(minutes=15)
    return None


def _by_counters(ask: Ask, pack: RulePack, zones: tuple[ZoneInfo, ...]) -> Blocked | None:
    counters = ask.counters
    if counters is None:
        return Blocked("COUNTERS_UNKNOWN", ask.now + _SOON)
    if counters.in_flight:
        return Blocked("IN_FLIGHT", ask.now + _SOON)
    tomorrow = max(_opening_tomorrow(ask.now, pack, zone) for zone in zones)
    if counters.effective >= pack.effective_per_person_day:
        return Blocked("CAP_DAY_EFFECTIVE", tomorrow)
    if counters.attempts >= pack.attempts_per_person_day:
        return Blocked("CAP_DAY_ATTEMPT", tomorrow)
    if counters.number_attempts >= pack.attempts_per_number_day:
        return Blocked("CAP_NUMBER", tomorrow)
    last = counters.number_last_at
    if last is not None and ask.now < last + pack.number_interval:
        return Blocked("CAP_INTERVAL", last + pack.number_interval)
    return None


def _opening_tomorrow(now: datetime, pack: RulePack, zone: ZoneInfo) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, pack.opens, zone).astimezone(UTC)
