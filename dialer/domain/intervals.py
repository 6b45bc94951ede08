"""How far a measured share or ratio may lie from the true one: 95 % intervals. Pure.

Shares: Wilson (1927). The difference of two: Newcombe (1998), method 10, made of the two Wilson intervals.
A ratio of sums over people (minutes per promise): linearised, as for a ratio estimator (Cochran 1977, 6.3).
How many are needed: the usual formula for two shares, two-sided 5 %, power 80 % (Fleiss 2003, 4.14 without
continuity correction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
Z_POWER = NormalDist().inv_cdf(0.80)


@dataclass(frozen=True, slots=True)
class Interval:
    """The measured value between its bounds."""

    value: float
    low: float
    high: float


def share_of(hits: int, of: int) -> Interval | None:
    """Wilson's interval; None where nothing was measured."""
    if not of:
        return None
    p, z2 = hits / of, Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return Interval(p, low, high)


def difference(a: Interval | None, b: Interval | None) -> Interval | None:
    """B minus A, of two shares measured on different people."""
    if a is None or b is None:
        return None
    d = b.value - a.value
    low = d - sqrt((b.value - b.low) ** 2 + (a.high - a.value) ** 2)
    high = d + sqrt((b.high - b.value) ** 2 + (a.value - a.low) ** 2)
    return Interval(d, low, high)


def ratio_of(pairs: Sequence[tuple[float, float]]) -> Interval | None:
    """Sum of the first over sum of the second, over people; None without any of the second, or one person."""
    n, below = len(pairs), sum(y for _, y in pairs)
    if n < 2 or not below:
        return None
    ratio = sum(x for x, _ in pairs) / below
    spread = sum((x - ratio * y) ** 2 for x, y in pairs) / (n - 1)
    half = Z95 * sqrt(spread / n) / (below / n)
    return Interval(ratio, max(0.0, ratio - half), ratio + half)


def needed_each(base: float, least: float) -> int:
    """People on each side by which a rise from `base` by `least` is found in four of five such trials."""
    other = base + least
    if not (0 < base < 1 and 0 < other < 1 and least):
        raise ValueError("shares between 0 and 1 that differ")
    mean = (base + other) / 2
    root = Z95 * sqrt(2 * mean * (1 - mean)) + Z_POWER * sqrt(
        base * (1 - base) + other * (1 - other)
    )
    return ceil((root / least) ** 2)
