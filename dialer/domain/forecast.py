"""What a list will cost: agent minutes and the time it takes, from a few measured figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of 1 and seconds; measured where there is a measurement, else the defaults."""

    answer_rate: float = 0.30
    talk_seconds: float = 60.0
    wrap_seconds: float = 10.0
    attempts_per_entry: float = 2.5
    occupancy: float = 0.45  # of agents while the list is worked, progressive pacing
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the figures come to."""

    attempts: int
    conversations: int
    agent_minutes: int
    working_time: timedelta | None  # with these agents; None without any


def forecast(entries: int, agents: int, figures: Figures) -> Forecast:
    """entries x attempts x answer rate = conversations, each of talk and wrap-up."""
    attempts = round(entries * figures.attempts_per_entry)
    conversations = round(attempts * figures.answer_rate)
    seconds = conversations * (figures.talk_seconds + figures.wrap_seconds)
    busy_each = agents * max(figures.occupancy, 0.01)
    return Forecast(
        attempts, conversations, round(seconds / 60),
        timedelta(seconds=round(seconds / busy_each)) if agents else None,
    )  # fmt: skip
