"""What one simulated day came to: a tape written while it plays, and the figures read off it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from dialer.domain.abandonment import Tally, human_rate, ofcom_rate
from dialer.domain.pacing import AgentState

BIN = 300.0
WINDOW = 3600.0
SETTLED = 1800.0  # before this the rate of the day is of too few people to be judged
WORKING = (AgentState.TALK, AgentState.WRAP)


@dataclass(slots=True)
class Bin:
    """Five minutes."""

    seconds: dict[AgentState, float] = field(default_factory=lambda: dict.fromkeys(AgentState, 0.0))
    calls: int = 0
    persons: int = 0
    abandoned: int = 0

    @property
    def occupancy(self) -> float | None:
        """Share of the paid, unpaused time that agents talked or wrapped up; None without agents."""
        return occupancy(self.seconds)


def occupancy(seconds: dict[AgentState, float]) -> float | None:
    """(talk + wrap) / (talk + wrap + idle)."""
    busy = sum(seconds[state] for state in WORKING)
    paid = busy + seconds[AgentState.IDLE]
    return busy / paid if paid else None


class Tape:
    """Counts while the day plays."""

    __slots__ = ("bins", "ends", "machines_met", "persons", "seconds", "spells")

    def __init__(self, length: float) -> None:
        self.bins = [Bin() for _ in range(int(length // BIN) + 1)]
        self.seconds = dict.fromkeys(AgentState, 0.0)
        self.spells = dict.fromkeys(AgentState, 0)
        self.persons: list[tuple[float, bool]] = []  # when, and whether abandoned
        self.ends: dict[str, int] = {}
        self.machines_met = 0

    def bin_at(self, now: float) -> Bin:
        """The five minutes of a moment; the last one takes what comes after."""
        return self.bins[min(int(now // BIN), len(self.bins) - 1)]

    def spent(self, state: AgentState, start: float, end: float) -> None:
        """An agent was in a state from `start` to `end`."""
        self.seconds[state] += end - start
        self.spells[state] += 1
        while start < end:
            index = min(int(start // BIN), len(self.bins) - 1)
            until = end if index == len(self.bins) - 1 else min(end, (index + 1) * BIN)
            self.bins[index].seconds[state] += until - start
            start = until

    def dialed(self, now: float) -> None:
        """An attempt left."""
        self.bin_at(now).calls += 1

    def person(self, now: float, abandoned: bool) -> None:
        """Somebody spoke with an agent, or was let down."""
        self.persons.append((now, abandoned))
        here = self.bin_at(now)
        here.persons += 1
        here.abandoned += abandoned

    def ended(self, how: str) -> None:
        """A call is over; exactly once each."""
        self.ends[how] = self.ends.get(how, 0) + 1


@dataclass(frozen=True, slots=True)
class Day:
    """Figures of a day. Rates are shares of 1, times seconds."""

    agents: int
    hours: float
    calls: int
    connects: int  # persons who spoke with an agent
    abandoned: int
    quick_hangups: int
    machines_met: int  # machines that reached an agent
    amd_hangups: int
    false_positives: int  # persons among these
    cancelled: int
    early_cancelled: int  # given up before the minimum ring: never lawful
    occupancy: float
    abandonment_tsr: float
    abandonment_ofcom: float
    worst_hour: float
    over_limit_time: (
        float  # share of the time after half an hour with the day's rate above the limit
    )
    idle_per_call: float
    seconds: dict[str, float]
    ends: dict[str, int]
    timeline: tuple[Bin, ...]

    @property
    def persons(self) -> int:
        """Denominator of the rate."""
        return self.connects + self.abandoned


def day_of(tape: Tape, agents: int, hours: float, limit: float, amd: bool) -> Day:
    """Read the tape."""
    ends = tape.ends
    abandoned = sum(1 for _, gone in tape.persons if gone)
    connects = len(tape.persons) - abandoned
    hangups = ends.get("amd_machine", 0) + ends.get("amd_person", 0)
    share = ends.get("amd_person", 0) / hangups if hangups else 0.0
    counts = Tally(handled=connects, abandoned=abandoned, machine_agent=tape.machines_met,
                   amd_hangup=hangups, quick=ends.get("quick", 0))  # fmt: skip
    met = tape.spells[AgentState.TALK]
    return Day(
        agents=agents, hours=hours, calls=sum(ends.values()), connects=connects,
        abandoned=abandoned, quick_hangups=ends.get("quick", 0), machines_met=tape.machines_met,
        amd_hangups=hangups, false_positives=ends.get("amd_person", 0),
        cancelled=ends.get("cancelled", 0) + ends.get("cancelled_early", 0),
        early_cancelled=ends.get("cancelled_early", 0), occupancy=occupancy(tape.seconds) or 0.0,
        abandonment_tsr=human_rate(counts).value,
        abandonment_ofcom=ofcom_rate(counts, share if amd else None).value,
        worst_hour=worst_hour(tape.persons),
        over_limit_time=over_limit(tape.persons, limit, hours * 3600.0),
        idle_per_call=tape.seconds[AgentState.IDLE] / met if met else 0.0,
        seconds={str(state): value for state, value in tape.seconds.items()},
        ends=dict(ends), timeline=tuple(tape.bins),
    )  # fmt: skip


def worst_hour(persons: list[tuple[float, bool]]) -> float:
    """Highest rate of any full hour that ends when somebody was let down."""
    window: deque[tuple[float, bool]] = deque()
    gone = 0
    worst = 0.0
    first = persons[0][0] if persons else 0.0
    for at, abandoned in persons:
        window.append((at, abandoned))
        gone += abandoned
        while window[0][0] <= at - WINDOW:
            gone -= window.popleft()[1]
        if abandoned and at - first >= WINDOW:
            worst = max(worst, gone / len(window))
    return worst


def over_limit(persons: list[tuple[float, bool]], limit: float, end: float) -> float:
    """Share of the time after the first half hour in which the rate since morning was above `limit`."""
    gone = 0
    over = 0.0
    since = SETTLED
    above = False
    for count, (at, abandoned) in enumerate(persons, 1):
        if at > since:
            over += (at - since) * above
            since = at
        gone += abandoned
        above = gone > limit * count
    if end > since:
        over += (end - since) * above
    return over / (end - SETTLED) if end > SETTLED else 0.0
