"""The pacers that can be simulated, by name, and the two that are tuned in hindsight.

Hindsight is an advantage no real campaign has: the fixed ratio and ViciDial's maximum level are chosen
on the very days on which they are then measured, the highest occupancy that keeps to the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from dialer.domain.pacing import Mode, Pacer, Prior, Settings
from dialer.simulation.baselines import FixedRatio
from dialer.simulation.days import Played, play_days
from dialer.simulation.scenario import Amd, CallList, Scenario
from dialer.simulation.shift import PacerLike, Progress
from dialer.simulation.vicidial import ViciDial, ViciDialSettings

KINDS = ("predictive", "progressive", "ratio", "vicidial", "vicidial_best")
IN_A_ROW = "in_a_row"  # predictive, with what it learnt the day before
LEVELS = (1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 10.0)
REFINEMENTS = 2
HALVINGS = 7
RATIO_MOST = 12.0  # attempts a person answers, at most, for each free agent


def settings_for(
    scenario: Scenario, target: float = 0.03, formula: str = "human", prior: Prior | None = None
) -> Settings:
    """What an operator would enter for this floor: caps, AMD and target. Answer rates are not told."""
    return Settings(
        target=target, hard=target, formula="ofcom" if formula == "ofcom" else "human",
        lines=scenario.lines, calls_per_second=scenario.calls_per_second,
        ring_timeout=scenario.ring_timeout, amd=scenario.amd is not None,
        amd_false_positives=false_positives(scenario.amd, scenario.lists[0]),
        amd_seconds=scenario.amd.seconds.mean if scenario.amd else 0.0,
        wait_limit=scenario.wait_limit, prior=prior or Prior(),
    )  # fmt: skip


def false_positives(amd: Amd | None, of: CallList) -> float:
    """Share of persons among those whom AMD hangs up on, as a test of the AMD would find it."""
    if amd is None:
        return 0.0
    persons = amd.false_positive * (1 - of.machine_share)
    machines = (1 - amd.miss) * of.machine_share
    return persons / (persons + machines) if persons + machines else 0.0


class DaysInARow:
    """Makes our pacer for one day after the other, as a campaign has it: each starts with what the day
    before had learnt, and with a new count."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._last: Pacer | None = None

    def __call__(self) -> Pacer:
        """The next day's pacer."""
        if self._last is None:
            self._last = Pacer(self._settings)
        else:
            self._last = Pacer.restored(self._settings, self._last.state())
            self._last.start_day()
        return self._last


@dataclass(frozen=True, slots=True)
class Tuned:
    """A pacer chosen in hindsight: what was chosen, and its days."""

    chosen: float
    played: Played


def maker(kind: str, settings: Settings, chosen: float | None = None) -> Callable[[], PacerLike]:
    """A new pacer for each day. `chosen`: the ratio, or ViciDial's maximum level."""
    if kind == "predictive":
        return lambda: Pacer(settings)
    if kind == IN_A_ROW:
        return DaysInARow(settings)
    if kind == "progressive":
        progressive = replace(settings, mode=Mode.PROGRESSIVE)
        return lambda: Pacer(progressive)
    if kind == "ratio":
        return lambda: FixedRatio(settings, chosen or 1.0)
    if kind == "vicidial":
        return lambda: ViciDial(settings)
    if kind == "vicidial_best":
        screen = ViciDialSettings(available_only=True, maximum_level=chosen or 3.0)
        return lambda: ViciDial(settings, screen)
    raise ValueError(f"pacer: one of {', '.join(KINDS)}, not {kind!r}")


def play(
    kind: str, scenario: Scenario, settings: Settings, seeds: list[int],
    progress: Progress | None = None,
) -> Tuned:  # fmt: skip
    """Days of one pacer, tuned on these days where the kind is one that is tuned."""
    if kind not in ("ratio", "vicidial_best"):
        return Tuned(
            0.0, play_days(scenario, maker(kind, settings), seeds, settings.target, progress)
        )
    search = _best_ratio if kind == "ratio" else _best_level
    return search(scenario, settings, seeds, progress)


def _best_ratio(
    scenario: Scenario, settings: Settings, seeds: list[int], progress: Progress | None
) -> Tuned:
    """More attempts, more abandoned: halve the interval."""
    rate = max(
        sum(rate for _, rate in one.answer_rate) / len(one.answer_rate) for one in scenario.lists
    )
    low, high = 1.0, max(RATIO_MOST / max(rate, 0.02), 2.0)
    parts = _Parts(progress, HALVINGS + 1)

    def days(ratio: float) -> Tuned:
        made = maker("ratio", settings, ratio)
        return Tuned(ratio, play_days(scenario, made, seeds, settings.target, parts.next()))

    best = days(low)
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        found = days(middle)
        if found.played.rate <= settings.target:
            low = middle
            best = max(best, found, key=lambda one: one.played.occupancy.mean)
        else:
            high = middle
    return best


def _best_level(
    scenario: Scenario, settings: Settings, seeds: list[int], progress: Progress | None
) -> Tuned:
    """A coarse grid, then between the best and its neighbours: beyond some level the latch bites and
    more is less, so no interval can be halved."""
    parts = _Parts(progress, len(LEVELS) + 2 * REFINEMENTS)
    found: dict[float, Tuned] = {}

    def days(level: float) -> None:
        made = maker("vicidial_best", settings, level)
        found[level] = Tuned(
            level, play_days(scenario, made, seeds, settings.target, parts.next())
        )  # fmt: skip

    for level in LEVELS:
        days(level)
    for _ in range(REFINEMENTS):
        tried = sorted(found)
        here = tried.index(_best(found.values(), settings.target).chosen)
        for other in (max(here - 1, 0), min(here + 1, len(tried) - 1)):
            if other != here:
                days(math.sqrt(tried[here] * tried[other]))
    return _best(found.values(), settings.target)


def _best(found: Iterable[Tuned], target: float) -> Tuned:
    """Highest occupancy of those that kept to the target; if none did, the lowest rate."""
    tried = list(found)
    lawful = [one for one in tried if one.played.rate <= target]
    if lawful:
        return max(lawful, key=lambda one: one.played.occupancy.mean)
    return min(tried, key=lambda one: one.played.rate)


class _Parts:
    """Progress of a search that plays the days several times."""

    def __init__(self, progress: Progress | None, parts: int) -> None:
        self._progress = progress
        self._parts = parts
        self._done = -1

    def next(self) -> Progress | None:
        """Progress of the next part."""
        self._done += 1
        if self._progress is None:
            return None
        tell, done = self._progress, self._done
        return lambda share: tell((done + share) / self._parts)
