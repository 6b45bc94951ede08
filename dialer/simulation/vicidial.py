"""ViciDial's adaptive dialing (ADAPT_AVERAGE), re-stated from the published source of its two loops,
AST_VDauto_dial.pl (every 2.5 s) and AST_VDadapt.pl (samples every second, adapts every 15 s, 2.14).

Written anew in our words to compare with; no line of ViciDial is in here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from dialer.domain.pacing import (
    Abandoned,
    AgentState,
    Busy,
    Cancelled,
    Connected,
    Event,
    Failed,
    MachineFound,
    NoAnswer,
    Phase,
    Plan,
    QuickHangup,
    Settings,
    View,
)
from dialer.simulation.baselines import placed

DIAL_EVERY = 2.5
SAMPLE_EVERY = 1.0
ADAPT_EVERY = 15.0
STATISTICS_EVERY = 60.0
SAMPLES = 15
FINISHED = (Busy, Failed, NoAnswer, Cancelled, MachineFound, QuickHangup, Abandoned, Connected)


@dataclass(frozen=True, slots=True)
class ViciDialSettings:
    """A campaign's screen; defaults as shipped."""

    available_only: bool = False  # available_only_ratio_tally
    maximum_level: float = 3.0  # adaptive_maximum_level
    drop_limit: float = 3.0  # adaptive_dropped_percentage, in percent
    intensity: float = 0.0  # adaptive_intensity / 100
    difference: float = 0.0  # adaptive_dl_diff_target


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the floor."""

    ready: int
    waiting: int
    agents: int


def next_level(
    level: float, samples: list[Sample], chosen: ViciDialSettings
) -> float:  # fmt: skip
    """The level after a quarter of a minute: it climbs by the share of agents who stood ready and
    sinks by the share of customers who waited; from 1.0 to the maximum."""
    count = len(samples)
    agents = sum(sample.agents for sample in samples) / count
    if not agents:
        return level
    ready = sum(sample.ready for sample in samples) / count
    waiting = sum(sample.waiting for sample in samples) / count
    step = (ready - waiting + chosen.difference) / agents
    step *= 1 + chosen.intensity if step > 0 else abs(chosen.intensity - 1)
    return max(min(level * (1 + step), chosen.maximum_level), 1.0)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the minute's refresh knows."""

    calls_last_minute: int = 0
    drops_last_minute: int = 0
    calls_today: int = 0
    drops_today: int = 0
    answers_today: int = 0


def after_drops(level: float, seen: Statistics, chosen: ViciDialSettings) -> float:
    """Halved when more than half of the last minute's calls were dropped (of more than 20), or when the
    day's rate is over the limit (after more than 50 calls); never below 1.0."""
    burst = seen.calls_last_minute > 20 and seen.drops_last_minute > 0.5 * seen.calls_last_minute
    rate = 100 * seen.drops_today / seen.answers_today if seen.answers_today else 0.0
    over = seen.calls_today > 50 and rate > chosen.drop_limit
    for halve in (burst, over):
        if halve:
            level /= 2
    return max(level, 1.0)


def lines_wanted(level: float, view: View, chosen: ViciDialSettings) -> int:
    """Goal less existing lines. Agents in wrap-up are paused to ViciDial, so the goal forgets them."""
    ready = sum(agent.state is AgentState.IDLE for agent in view.agents)
    in_call = sum(agent.state is AgentState.TALK for agent in view.agents)
    if chosen.available_only:
        return _rounded(level * ready) - len(view.calls)
    return _rounded(level * (ready + in_call)) - len(view.calls) - in_call


class ViciDial:
    """Both loops, driven by the moments at which a decision is asked for."""

    def __init__(self, settings: Settings, chosen: ViciDialSettings | None = None) -> None:
        self._lines = settings.lines
        self._chosen = chosen or ViciDialSettings()
        self.level = 1.0
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._sample_at = self._dial_at = 0.0
        self._adapt_at, self._statistics_at = ADAPT_EVERY, STATISTICS_EVERY
        self._recent: deque[tuple[float, bool]] = (
            deque()
        )  # calls of the last minute, dropped or not
        self._calls = self._drops = self._answers = 0
        self._seen = Statistics()

    def observe(self, event: Event) -> None:
        """Calls and drops of the day."""
        if not isinstance(event, FINISHED):
            return
        dropped = isinstance(event, Abandoned)
        self._calls += 1
        self._drops += dropped
        self._answers += dropped or isinstance(event, Connected)
        self._recent.append((event.at, dropped))

    def decide(self, view: View) -> Plan:
        """Sample, adapt and dial when each is due."""
        now = view.now
        if now >= self._sample_at:
            self._sample_at = now + SAMPLE_EVERY
            self._samples.append(_look(view))
        if now >= self._statistics_at:
            self._statistics_at = now + STATISTICS_EVERY
            self._refresh(now)
        if now >= self._adapt_at and self._samples:
            self._adapt_at = now + ADAPT_EVERY
            level = next_level(self.level, list(self._samples), self._chosen)
            self.level = after_drops(level, self._seen, self._chosen)
        if now < self._dial_at:
            return Plan(in_air=len(view.calls))
        self._dial_at = now + DIAL_EVERY
        return placed(view, lines_wanted(self.level, view, self._chosen), self._lines)

    def _refresh(self, now: float) -> None:
        while self._recent and self._recent[0][0] <= now - STATISTICS_EVERY:
            self._recent.popleft()
        self._seen = Statistics(
            len(self._recent), sum(dropped for _, dropped in self._recent),
            self._calls, self._drops, self._answers,
        )  # fmt: skip


def _look(view: View) -> Sample:
    ready = sum(agent.state is AgentState.IDLE for agent in view.agents)
    waiting = sum(call.phase is Phase.WAIT for call in view.calls)
    signed_in = sum(agent.state is not AgentState.OUT for agent in view.agents)
    return Sample(ready, waiting, signed_in)


def _rounded(value: float) -> int:
    """Halves go up, as Perl's sprintf of a positive goal does for our purpose."""
    return int(value + 0.5)
