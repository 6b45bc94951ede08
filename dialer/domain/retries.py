"""When an entry is tried again after an outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

ATTEMPTS_MAX = 12  # after so many the entry is done: the list is exhausted, not the debtor

_AFTER = {
    "BUSY": timedelta(minutes=30),
    "NO_ANSWER": timedelta(hours=3),
    "POWER_OFF": timedelta(hours=6),
    "REJECTED": timedelta(hours=6),
    "AM_AGENT": timedelta(hours=4),
    "TRUNK_FAIL": timedelta(minutes=60),
    "CANCELLED": timedelta(minutes=60),
    "CALLEE_QUICK": timedelta(hours=3),
    # Product policy: who was abandoned is left alone for a day.
    "ABANDONED": timedelta(hours=24),
    "UNKNOWN": timedelta(hours=24),
    "PAID_CLAIM": timedelta(days=3),
    "RPC_REFUSE": timedelta(days=2),
    "RPC_NO_ABILITY": timedelta(days=3),
    "RPC_HANGUP": timedelta(days=1),
    "TP_MESSAGE": timedelta(days=1),
}
_DEFAULT = timedelta(hours=24)


def next_attempt_at(code: str, attempts: int, now: datetime) -> datetime | None:
    """When to try again after `code`; None when the entry had `ATTEMPTS_MAX` attempts already."""
    if attempts >= ATTEMPTS_MAX:
        return None
    return now + _AFTER.get(code, _DEFAULT)
