"""The floors of the bench, and what is demanded of the pacer on each. One configuration for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialer.simulation.scenario import (
    Amd,
    CallList,
    Outage,
    Scenario,
    Skill,
    Spread,
)

# Occupancy to reach, by (answer rate in percent, agents). Research goals for one configuration.
GOALS = {
    (10, 3): 0.62, (10, 5): 0.68, (10, 10): 0.76, (10, 20): 0.85, (10, 50): 0.915, (10, 100): 0.945,
    (10, 200): 0.96, (30, 3): 0.77, (30, 5): 0.795, (30, 10): 0.83, (30, 20): 0.88, (30, 50): 0.93,
    (30, 100): 0.95, (30, 200): 0.965,
}  # fmt: skip
# Agent idle share against ViciDial tuned in hindsight, at most, by agents.
IDLE_AGAINST_BEST = {10: 0.8, 20: 0.7, 50: 0.65}


@dataclass(frozen=True, slots=True)
class Cell:
    """A floor with its rule of counting and what is wanted of it."""

    scenario: Scenario
    formula: str = "human"
    goal: float | None = None
    days: int | None = None  # fewer than asked, where a day is long to play
    compare: bool = True  # against all other pacers too

    @property
    def name(self) -> str:
        """As given on the command line."""
        return self.scenario.name


def steady(answer_percent: int, agents: int) -> Scenario:
    """The floor of the tables: AMD with half a percent of false positives, breaks, staggered starts."""
    lists = (CallList(answer_rate=((0.0, answer_percent / 100),), machine_share=0.2),)
    return Scenario(
        agents=agents, lists=lists, amd=Amd(), lines=5000, calls_per_second=200.0,
        name=f"p{answer_percent}t120-{agents}",
    )  # fmt: skip


def drift(agents: int = 20) -> Scenario:
    """Four changes of list, and talk that grows by 40 % over the day."""
    rates = ((0.0, 0.30), (5760.0, 0.12), (11520.0, 0.40), (17280.0, 0.18), (23040.0, 0.25))
    floor = steady(25, agents)
    return replace(floor, lists=(replace(floor.lists[0], answer_rate=rates),), talk_growth=0.4,
                   talk=Spread(100.0, 0.8), name=f"drift-{agents}")  # fmt: skip


def outage(agents: int = 20) -> Scenario:
    """Twenty minutes in which every attempt fails, and ten more in the afternoon."""
    return replace(steady(30, agents), outages=(Outage(9000.0, 10200.0), Outage(20000.0, 20600.0)),
                   name=f"outage-{agents}")  # fmt: skip


def two_lists(agents: int = 20) -> Scenario:
    """Two lists of different worth; a third of the agents may take only one of them."""
    floor = steady(30, agents)
    good = replace(floor.lists[0], name="good", answer_rate=((0.0, 0.4),), weight=1.0)
    poor = replace(floor.lists[0], name="poor", answer_rate=((0.0, 0.12),), weight=2.0)
    return replace(floor, lists=(good, poor), skills=(Skill(agents // 3, ("poor",)),),
                   name=f"lists-{agents}")  # fmt: skip


def silent_breaks(agents: int = 20) -> Scenario:
    """Nobody says beforehand that he will pause."""
    floor = steady(30, agents)
    breaks = tuple(replace(one, announced=0.0) for one in floor.breaks)
    return replace(floor, breaks=breaks, name=f"silent-breaks-{agents}")


def same_start(answer_percent: int, agents: int) -> Scenario:
    """Everybody signs in within ten seconds, as at the start of a real shift, and nothing is known yet."""
    return replace(steady(answer_percent, agents), stagger=10.0,
                   name=f"same-start-p{answer_percent}-{agents}")  # fmt: skip


def cells() -> dict[str, Cell]:
    """All cells by name, in the order in which they are printed."""
    found = [
        Cell(steady(percent, agents), goal=goal, days=3 if agents >= 100 else None,
             compare=agents in (3, 5, 10, 20, 50))
        for (percent, agents), goal in GOALS.items()
    ]  # fmt: skip
    found += [
        Cell(drift()), Cell(outage()), Cell(silent_breaks()), Cell(two_lists()),
        Cell(replace(steady(10, 50), amd=None, name="no-amd-50")),
        Cell(replace(steady(30, 10), amd=None, name="no-amd-10")),
        Cell(replace(steady(30, 20), amd=Amd(false_positive=0.03), name="amd-3-percent-20"), "ofcom"),
        Cell(replace(steady(30, 20), name="ofcom-20"), "ofcom"),
        Cell(replace(steady(30, 10), talk=Spread(40.0, 0.8), name="short-talk-10")),
        Cell(replace(steady(10, 20), lines=60, name="60-lines-20")),
        Cell(same_start(30, 20)), Cell(same_start(10, 50)), Cell(same_start(10, 100), days=3),
    ]  # fmt: skip
    return {cell.name: cell for cell in found}


QUICK = ("p30t120-5", "p30t120-10", "p10t120-20", "drift-20")
MARKOV = ((3, 0.3), (3, 0.1), (5, 0.3), (5, 0.1), (10, 0.3), (10, 0.1), (20, 0.3), (20, 0.1),
          (50, 0.3), (50, 0.1))  # fmt: skip
