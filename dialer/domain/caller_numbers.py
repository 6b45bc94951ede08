"""Which outbound number (外显号码) a customer sees: only owned ones, the same one again if possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PoolNumber:
    """One active number of the pool that may be shown for this creditor."""

    number: str
    last_used_at: datetime | None


def choose(pool: tuple[PoolNumber, ...], shown_before: str) -> str | None:
    """The number this debtor saw last, if it is still ours; else the one that rested longest.

    None when the pool is empty: then there is no call (code CLI_UNAVAILABLE)."""
    if any(number.number == shown_before for number in pool):
        return shown_before
    if not pool:
        return None
    return min(pool, key=lambda n: (n.last_used_at or _NEVER, n.number)).number
