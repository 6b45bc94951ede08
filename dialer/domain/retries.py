"""When an entry is tried again after an outcome, and on which number. Rules are data of a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

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
    best_time: bool = False  # retries wait for the hour at which the person answers
    per_daypart: int | None = None  # most attempts of a person in one morning, afternoon, evening


DEFAULT = Recycle()


def recycle_from(data: Mapping[str, Any]) -> Recycle:
    """What a campaign stores as retry rules. Raises ValueError naming a key it does not know, TypeError
    or ValueError for a value that is none."""
    unknown = sorted(set(data) - set(Recycle.__dataclass_fields__))
    if unknown:
        raise ValueError(", ".join(unknown))
    per_daypart = data.get("per_daypart")
    return Recycle(
        attempts_max=int(data.get("attempts_max", DEFAULT.attempts_max)),
        minutes={str(code): int(minutes) for code, minutes in data.get("minutes", {}).items()},
        alternate_numbers=bool(data.get("alternate_numbers", True)),
        best_time=bool(data.get("best_time", False)),
        per_daypart=None if per_daypart is None else int(per_daypart),
    )


def next_attempt_at(
    code: str, attempts: int, now: datetime, rules: Recycle = DEFAULT
) -> datetime | None:
    """When to try again after `code`; None when the entry had all its attempts."""
    if attempts >= rules.attempts_max:
        return None
    minutes = rules.minutes.get(code, DEFAULT_MINUTES.get(code, DAY_MINUTES))
    return now + timedelta(minutes=minutes)
