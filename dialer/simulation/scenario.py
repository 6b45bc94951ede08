"""What a simulated floor is like: agents, lists, how people answer, what goes wrong. Times are seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A length of time: lognormal with this mean and coefficient of variation, or memoryless."""

    mean: float
    cv: float = 0.0
    memoryless: bool = False

    def at(self, z: float) -> float:
        """The value that belongs to a standard normal draw."""
        if self.memoryless:
            return -self.mean * math.log(max(0.5 * math.erfc(z / math.sqrt(2.0)), 1e-300))
        if not self.cv:
            return self.mean
        variance = math.log1p(self.cv * self.cv)
        return self.mean * math.exp(z * math.sqrt(variance) - variance / 2)


@dataclass(frozen=True, slots=True)
class CallList:
    """One list. `answer_rate`: share of attempts that a person picks up, by steps (from second, share).

    `machine_share`: of the calls picked up, those picked up by a machine. Of the calls that nobody
    picks up `busy` and `failed` are shares; the rest rings until somebody gives up.
    """

    name: str = ""
    answer_rate: tuple[tuple[float, float], ...] = ((0.0, 0.3),)
    machine_share: float = 0.0
    busy: float = 0.2
    failed: float = 0.2
    size: int | None = None  # attempts it has; None: never ends
    weight: float = 1.0

    def rate_at(self, now: float) -> float:
        """Answer rate in force."""
        rate = self.answer_rate[0][1]
        for start, value in self.answer_rate:
            if start > now:
                break
            rate = value
        return rate


@dataclass(frozen=True, slots=True)
class Break:
    """Each agent takes one such break, somewhere in the shift."""

    length: Spread = Spread(900.0, 0.2)
    announced: float = 0.7  # share asked for while still talking, with a known end


@dataclass(frozen=True, slots=True)
class Amd:
    """Answering machine detection, which hangs up on machines, and is sometimes wrong."""

    seconds: Spread = Spread(2.0, 0.25)
    false_positive: float = 0.005  # share of persons taken for a machine
    miss: float = 0.08  # share of machines taken for a person


@dataclass(frozen=True, slots=True)
class Outage:
    """From `start` to `end` every attempt fails at once."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Skill:
    """So many of the agents may take only these lists."""

    agents: int
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A floor and its day."""

    agents: int = 10
    hours: float = 8.0
    lists: tuple[CallList, ...] = (CallList(),)
    ring_person: Spread = Spread(10.0, 0.6)
    ring_machine: Spread = Spread(12.0, 0.6)
    ring_busy: Spread = Spread(3.0, 0.5)
    ring_failed: Spread = Spread(1.5, 0.5)
    talk: Spread = Spread(120.0, 0.8)
    wrap: Spread = Spread(20.0, 0.6)
    with_machine: Spread = Spread(8.0, 0.4)  # an agent's time on a machine
    talk_growth: float = 0.0  # talk at the end of the day is longer by this share
    quick_hangup: float = 0.02  # share of persons who hang up within the limit when nobody speaks
    stagger: float = 600.0  # agents start and end within so many seconds of each other
    breaks: tuple[Break, ...] = (Break(), Break(Spread(1800.0, 0.1)), Break())
    skills: tuple[Skill, ...] = ()
    amd: Amd | None = None
    outages: tuple[Outage, ...] = ()
    lines: int = 1000
    calls_per_second: float = 50.0
    ring_timeout: float = 30.0
    wait_limit: float = 2.0  # a person may wait for an agent, after AMD where there is any
    decide_every: float = 1.0
    decide_gap: float | None = (
        None  # between two decisions at least; None: by the size of the floor
    )
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be played, and say what is wrong."""
        named = {one.name for one in self.lists}
        wanted = {name for skill in self.skills for name in skill.lists}
        problems = (
            (self.agents < 1, "agents: at least one"),
            (not 0 < self.hours <= 24, "hours: more than 0, at most 24"),
            (len(named) != len(self.lists) or not named, "lists: one or more, with different names"),
            (not wanted <= named, f"skills: no list {sorted(wanted - named)}"),
            (sum(s.agents for s in self.skills) > self.agents, "skills: more agents than there are"),
            (self.lines < 1 or self.calls_per_second <= 0, "lines, calls_per_second: above 0"),
            (any(not 0 <= rate <= 1 for one in self.lists for _, rate in one.answer_rate),
             "answer_rate: a share from 0 to 1"),
            (any(not 0 <= one.machine_share < 1 for one in self.lists), "machine_share: from 0 to below 1"),
            (any(one.busy < 0 or one.failed < 0 or one.busy + one.failed > 1 for one in self.lists),
             "busy, failed: shares that are at most 1 together"),
        )  # fmt: skip
        for wrong, sentence in problems:
            if wrong:
                raise ValueError(sentence)

    @property
    def seconds(self) -> float:
        """Length of the shift."""
        return self.hours * HOUR

    @property
    def gap(self) -> float:
        """A quarter of a second for a small floor, where one call matters; a second for a big one, where
        something happens all the time."""
        if self.decide_gap is not None:
            return self.decide_gap
        return min(max(self.agents / 50, 0.25), 1.0)
