"""The order of entries within a list, as a level that is stored with the entry: lower goes first.

Entries of one level go in the order of their time. A few levels instead of a sorted list: the next
entries are then found at the same cost in a list of ten thousand and of five million.
"""

from __future__ import annotations

from enum import StrEnum

LEVEL_MAX = 20
_SMALLEST_MINOR = 10_000  # 100 yuan; below it balances are all alike


class Order(StrEnum):
    """What goes first."""

    OLDEST = "oldest"  # who waits longest
    BALANCE = "balance"  # highest balance, in steps of a factor of two
    ATTEMPTS = "attempts"  # fewest attempts
    DELAY = "delay"  # shortest delay, in months of 30 days (M1 before M2)


def level(order: Order, *, balance_minor: int, overdue_days: int, attempts: int) -> int:
    """0 to LEVEL_MAX. Negative levels are not ours: they are for what jumps the queue."""
    match order:
        case Order.BALANCE:
            return max(LEVEL_MAX - (max(balance_minor, 0) // _SMALLEST_MINOR).bit_length(), 0)
        case Order.ATTEMPTS:
            return min(attempts, LEVEL_MAX)
        case Order.DELAY:
            return min((max(overdue_days, 0) + 29) // 30, LEVEL_MAX)
        case Order.OLDEST:
            return 0
