"""Several days of one pacer on one floor: pooled rates, means with their 95 % confidence intervals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialer.simulation.day import Day
from dialer.simulation.scenario import Scenario
from dialer.simulation.shift import PacerLike, Progress, Shift

# Student's t, two-sided 95 %, by degrees of freedom; beyond the table the normal value plus a little.
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
       2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and half the width of its 95 % confidence interval; None from a single day."""

    mean: float
    half: float | None


def mean_of(values: Sequence[float]) -> Mean:
    """Student's interval over independent days."""
    count = len(values)
    mean = statistics.fmean(values)
    if count < 2:
        return Mean(mean, None)
    t = T95[count - 2] if count - 1 <= len(T95) else 1.96 + 2.6 / count
    return Mean(mean, t * statistics.stdev(values) / math.sqrt(count))


@dataclass(frozen=True, slots=True)
class Played:
    """Days of one pacer."""

    days: tuple[Day, ...]
    limit: float

    @property
    def occupancy(self) -> Mean:
        """Mean over days."""
        return mean_of([day.occupancy for day in self.days])

    @property
    def rate(self) -> float:
        """Abandoned / persons, all days together."""
        persons = sum(day.persons for day in self.days)
        return sum(day.abandoned for day in self.days) / persons if persons else 0.0

    @property
    def rates(self) -> Mean:
        """Mean of the days' rates."""
        return mean_of([day.abandonment_tsr for day in self.days])

    @property
    def ofcom(self) -> Mean:
        """Mean of the days' rates in Ofcom's form."""
        return mean_of([day.abandonment_ofcom for day in self.days])

    @property
    def worst_day(self) -> float:
        """Highest rate of a day."""
        return max(day.abandonment_tsr for day in self.days)

    @property
    def worst_hour(self) -> float:
        """Highest rate of any hour of any day."""
        return max(day.worst_hour for day in self.days)

    @property
    def days_over(self) -> int:
        """Days above the limit."""
        return sum(day.abandonment_tsr > self.limit for day in self.days)

    @property
    def over_limit_time(self) -> float:
        """Mean share of the time (after half an hour) with the day's rate above the limit."""
        return statistics.fmean(day.over_limit_time for day in self.days)

    @property
    def idle_per_call(self) -> float:
        """Seconds an agent is idle for each call he gets."""
        return statistics.fmean(day.idle_per_call for day in self.days)

    def blocks(self, size: int) -> list[float]:
        """Rates of each `size` days in a row, pooled; whole blocks only."""
        found = []
        for start in range(0, len(self.days) - size + 1, size):
            block = self.days[start : start + size]
            persons = sum(day.persons for day in block)
            found.append(sum(day.abandoned for day in block) / persons if persons else 0.0)
        return found


def play_days(
    scenario: Scenario, make: Callable[[], PacerLike], seeds: Sequence[int], limit: float,
    progress: Progress | None = None,
) -> Played:  # fmt: skip
    """One day for each seed, each with a new pacer that knows nothing of the day before."""
    days = []
    for done, seed in enumerate(seeds):
        tell = _share(progress, done, len(seeds))
        days.append(Shift(scenario, make(), seed, limit).run(tell))
    return Played(tuple(days), limit)


def paired(ours: Played, theirs: Played) -> Mean:
    """Difference of occupancy on the same days."""
    pairs = zip(ours.days, theirs.days, strict=True)
    return mean_of([one.occupancy - other.occupancy for one, other in pairs])


def _share(progress: Progress | None, done: int, of: int) -> Progress | None:
    if progress is None:
        return None
    return lambda share: progress((done + share) / of)
