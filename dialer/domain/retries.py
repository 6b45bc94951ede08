"""When an entry is tried again after an outcome, and on which number. Rules are data of a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.domain.compliance.hours import zones_of
from dialer.domain.compliance.pack import RulePack, calendar_of
from dialer.domain.outcomes import OUTCOMES, Then

# Minutes to wait; a code that is not here waits a day.
DEFAULT_MINUTES: Mapping[str, int] = {
    "BUSY": 30, "NO_ANSWER": 180, "POWER_OFF": 360, "REJECTED": 360, "AM_AGENT": 240,
    "AM_DIALER": 240, "AM_MESSAGE": 1440, "FAX": 7 * 1440, "SUSPENDED": 3 * 1440,
    "TRUNK_FAIL": 60, "CANCELLED": 60, "SEAT_GONE": 1, "CALLEE_QUICK": 180, "NO_AUDIO": 60, "ABANDONED": 1440,
    "UNKNOWN": 1440, "PAID_CLAIM": 3 * 1440, "RPC_REFUSE": 2 * 1440, "RPC_NO_ABILITY": 3 * 1440,
    "RPC_HANGUP": 1440, "RPC_HOSTILE": 3 * 1440, "TP_MESSAGE": 1440,
}  # fmt: skip
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class Recycle:
    """A campaign's own rules. `minutes` by outcome; `attempts_max` per entry, over all numbers."""

    attempts_max: int = 12
    minutes: Mapping[str, int] = field(default_factory=dict)
    alternate_numbers: bool = True  # after no contact the next number is tried first


DEFAULT = Recycle()


def next_attempt_at(
    code: str, attempts: int, now: datetime, rules: Recycle = DEFAULT
) -> datetime | None:
    """When to try again after `code`; None when the entry had all its attempts."""
    if attempts >= rules.attempts_max:
        return None
    minutes = rules.minutes.get(code, DEFAULT_MINUTES.get(code, DAY_MINUTES))
    return now + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a campaign's rules that cannot work: a code of the catalogue and what it names."""

    code: str
    names: tuple[str, ...] = ()


def lint(rules: Recycle, pack: RulePack, ring_seconds: int, now: datetime) -> tuple[Fault, ...]:
    """Windows that never open, retries above the caps, rules for codes that are never retried."""
    faults = []
    calendar = calendar_of(pack, zones_of("", pack.zones))
    if calendar.next_open(now, timedelta(seconds=ring_seconds)) is None:
        faults.append(Fault("never_open"))
    if not pack.ring_seconds_min <= ring_seconds <= 45:
        faults.append(Fault("ring_seconds", (str(ring_seconds),)))
    if not 1 <= rules.attempts_max <= 100:
        faults.append(Fault("attempts_max", (str(rules.attempts_max),)))
    unknown = sorted(set(rules.minutes) - set(OUTCOMES))
    if unknown:
        faults.append(Fault("unknown_codes", tuple(unknown)))
    final = sorted(
        code for code in rules.minutes
        if code in OUTCOMES and OUTCOMES[code].then not in (Then.RETRY, Then.NUMBER_DEAD)
    )  # fmt: skip
    if final:
        faults.append(Fault("never_retried", tuple(final)))
    return (*faults, *_above_caps(rules, pack))


def _above_caps(rules: Recycle, pack: RulePack) -> list[Fault]:
    """Without other numbers to try, a retry faster than a number's rest only meets the gate."""
    rest = pack.number_interval.total_seconds() / 60
    fast = sorted(code for code, minutes in rules.minutes.items() if minutes < rest)
    return [Fault("faster_than_caps", tuple(fast))] if fast and not rules.alternate_numbers else []
