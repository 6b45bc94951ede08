"""How long a spell (a talk, a wrap-up) still lasts, learnt from spells that ended and spells that go on.

A life table on age bins that widen with age: ended spells are deaths, spells still going on are censored
at their age, so that a day's long talks are not missed while they last (Kaplan & Meier 1958). Old
spells fade out, so that talks may grow longer during a day.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FINE_SECONDS = 2.0  # width of the first bins
GROWTH = 1.15  # each later bin is wider by this: about the resolution that 300 spells can carry
OLDEST = 3600.0
HALF_LIFE = 300  # spells after which a spell counts half; long enough to be smooth, short for drift
SMOOTHING = (1.0, 2.0, 3.0, 2.0, 1.0)  # neighbouring bins share what they saw
PRIOR_SHAPE = 2.2  # log-logistic: about the spread of talks reported in the literature (cv 0.8)


def _edges() -> tuple[float, ...]:
    edges, width = [0.0], FINE_SECONDS
    while edges[-1] < OLDEST:
        edges.append(edges[-1] + width)
        if edges[-1] >= 10 * FINE_SECONDS:
            width *= GROWTH
    return tuple(edges)


EDGES = _edges()
BINS = len(EDGES) - 1


def bin_of(age: float) -> int:
    """The bin of an age in seconds."""
    return min(max(bisect_right(EDGES, age) - 1, 0), BINS - 1)


class Lifetimes:
    """Spells of one kind."""

    def __init__(self, mean: float, spells: int) -> None:
        """Believe in `spells` spells of `mean` seconds before any was seen."""
        self.ended = [0.0] * BINS
        self.direct = [
            0.0
        ] * BINS  # of these, spells that nothing followed (a talk without wrap-up)
        median = max(mean, 1.0) * math.sin(math.pi / PRIOR_SHAPE) / (math.pi / PRIOR_SHAPE)
        for n in range(spells):
            u = (n + 0.5) / spells
            self.ended[bin_of(median * (u / (1 - u)) ** (1 / PRIOR_SHAPE))] += 1.0
        self._fade = 0.5 ** (1 / HALF_LIFE)
        self._weight = 1.0  # newer spells weigh more instead of older ones less

    def observe(self, seconds: float, direct: bool = False) -> None:
        """A spell of this length ended."""
        self._weight /= self._fade
        self.ended[bin_of(seconds)] += self._weight
        self.direct[bin_of(seconds)] += self._weight * direct
        if self._weight > 1e6:
            self.ended = [n / self._weight for n in self.ended]
            self.direct = [n / self._weight for n in self.direct]
            self._weight = 1.0

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {"ended": list(self.ended), "direct": list(self.direct), "weight": self._weight}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        if len(state["ended"]) == BINS:
            self.ended, self.direct = list(state["ended"]), list(state["direct"])
            self._weight = float(state["weight"])

    def direct_shares(self) -> list[float]:
        """In each bin, the share of endings that nothing followed."""
        ended, direct = smoothed(self.ended), smoothed(self.direct)
        return [d / e if e > 1e-9 else 0.0 for d, e in zip(direct, ended, strict=True)]

    def hazards(self, going_on: Iterable[float]) -> list[float]:
        """Deaths per second in each bin; `going_on`: ages of spells that last."""
        censored = [0.0] * BINS
        for age in going_on:
            censored[bin_of(age)] += self._weight
        exposure, alive = [0.0] * BINS, 0.0
        for k in range(BINS - 1, -1, -1):
            here = self.ended[k] + censored[k]
            exposure[k] = (alive + here / 2) * (EDGES[k + 1] - EDGES[k])
            alive += here
        deaths, exposure = smoothed(self.ended), smoothed(exposure)
        last = 1.0 / OLDEST
        found = []
        for died, lived in zip(deaths, exposure, strict=True):
            last = died / lived if lived > 1e-9 and died > 0 else last
            found.append(last)
        return found


def smoothed(values: Sequence[float]) -> list[float]:
    """Each value shared with its neighbours; the sum over a flat stretch stays."""
    reach = len(SMOOTHING) // 2
    padded = [values[0]] * reach + list(values) + [values[-1]] * reach
    total = sum(SMOOTHING)
    return [
        sum(w * padded[k + i] for i, w in enumerate(SMOOTHING)) / total for k in range(len(values))
    ]


def ends_within(hazards: Sequence[float], age: float, seconds: int) -> list[float]:
    """P(a spell of this age ends within 1, 2, ... `seconds` more)."""
    found, alive, k = [], 1.0, bin_of(age)
    for second in range(seconds):
        while k < BINS - 1 and age + second + 0.5 >= EDGES[k + 1]:
            k += 1
        alive *= math.exp(-hazards[k])
        found.append(1.0 - alive)
    return found
