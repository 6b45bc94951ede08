"""The risk of one more call: P(nobody is free | a person answers it), averaged over when that may be.

At each horizon the persons who arrive (calls in the air and new ones) stand against the agents who are
free by then. The call does harm when arrivals reach the free agents at its own time or later: an agent
whom it takes is missing to those who come after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

EXACT_BELOW = 12.0  # expected arrivals, frees and idle up to which people are counted one by one
MOST_COUNTED = 40  # terms of a count's distribution; at 12 expected the rest is negligible
NEGLIGIBLE = 1e-4  # of a probability; theta is a hundred times larger
SMALL = 1e-9


@dataclass(slots=True)
class Outlook:
    """What is coming, by horizon. `ahead`: idle agents less persons who already wait."""

    ahead: int
    arrivals: list[float]
    variances: list[float]  # of the arrivals
    frees: list[float]
    free_variances: list[float]
    new_call: Sequence[float]  # P(one new call is with us by the horizon)
    weights: Sequence[float]  # how likely an answer comes near each horizon; they sum to 1
    doubt: float  # squared coefficient of variation of the arrival level
    _freed: dict[int, list[float]] = field(default_factory=dict)

    def add(self, calls: float, new_call: Sequence[float]) -> None:
        """Calls of another pool, just planned, that will take agents of this one."""
        for j, p in enumerate(new_call):
            self.arrivals[j] += calls * p
            self.variances[j] += calls * p * (1 - p)

    def freed(self, j: int) -> list[float]:
        """P(0), P(1), ... agents become free by horizon j; worked out once."""
        if j not in self._freed:
            self._freed[j] = counts(self.frees[j], self.free_variances[j])
        return self._freed[j]


def risk_after(outlook: Outlook, extra: float, enough: float = 1.0) -> float:
    """Marginal risk of the next call when `extra` new calls were placed before it.

    Stops at the first value above `enough`: the risk is then at least that.
    """
    worst = total = 0.0
    for j in range(len(outlook.weights) - 1, -1, -1):
        worst = max(worst, _short(outlook, j, extra))
        total += worst * outlook.weights[j]
        if total > enough:
            break
    return total


def most_calls(outlook: Outlook, theta: float, most: int) -> tuple[int, float, float]:
    """The most new calls whose last one is not riskier than theta; the first one's risk, the last's.

    With none: 0 and the risk of the call not placed. More calls are never less risky, so the search
    doubles, then halves.
    """
    first = risk_after(outlook, 0, theta)
    if first > theta or most < 1:
        return 0, first, first
    low, high, last = 1, 2, first
    while high <= most and (risk := risk_after(outlook, high - 1, theta)) <= theta:
        low, high, last = high, high * 2, risk
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        risk = risk_after(outlook, middle - 1, theta)
        if risk > theta:
            high = middle
        else:
            low, last = middle, risk
    return low, first, last


def _short(outlook: Outlook, j: int, extra: float) -> float:
    """P(arrivals >= idle + frees) at horizon j, `extra` new calls included."""
    p = outlook.new_call[j]
    mean = outlook.arrivals[j] + extra * p
    variance = outlook.variances[j] + extra * p * (1 - p) + outlook.doubt * mean * mean
    ahead, free = outlook.ahead, outlook.frees[j]
    if mean + free + abs(ahead) < EXACT_BELOW:
        return _short_exact(ahead, mean, variance, outlook.freed(j))
    spread = math.sqrt(2 * (variance + outlook.free_variances[j] + SMALL))
    return 0.5 * math.erfc((ahead + free - mean - 0.5) / spread)  # half: people come whole


def _short_exact(ahead: int, mean: float, variance: float, freed: list[float]) -> float:
    """Sum over f of P(frees = f) P(arrivals >= ahead + f); the tail of the arrivals is walked along."""
    share, a, b = _panjer(mean, variance)
    tail, position, short = 1.0, 0, 0.0
    for needed, free in enumerate(freed, start=ahead):
        while position < needed:
            tail -= share
            position += 1
            share = max(share * (a + b / position), 0.0)
        if tail < NEGLIGIBLE:
            break
        short += free * tail
    return short


def counts(mean: float, variance: float) -> list[float]:
    """P(0), P(1), ... of a count with this mean and variance, until the rest is negligible."""
    last, a, b = _panjer(mean, variance)
    found, rest, k = [last], 1.0 - last, 0
    while rest > NEGLIGIBLE and k < MOST_COUNTED:
        k += 1
        last *= a + b / k
        if last <= 0:
            break
        found.append(last)
        rest -= last
    return found


def _panjer(mean: float, variance: float) -> tuple[float, float, float]:
    """P(0), a and b of the recursion P(k) = P(k-1) (a + b / k) (Panjer 1981) that has these moments.

    It covers binomial (a < 0), Poisson (a = 0) and negative binomial counts. A sum of unlike yes-or-no
    trials, such as arrivals or frees, is matched by its first two moments.
    """
    if mean < SMALL:
        return 1.0, 0.0, 0.0
    a = 1.0 - mean / max(variance, mean * 1e-3)
    b = mean * (1 - a) - a
    if -NEGLIGIBLE < a < NEGLIGIBLE:
        return math.exp(-mean), a, b
    if a < 0:  # binomial of size mean / q, q = -a / (1 - a)
        return (1 - a) ** (mean * (1 - a) / a), a, b
    return (1 - a) ** ((a + b) / a), a, b
