"""A manager's question in a few figures, its variants ("five agents more"), and what the days came to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from dialer.simulation.days import Mean, Played
from dialer.simulation.pacers import KINDS, play, settings_for
from dialer.simulation.scenario import Amd, Break, CallList, Scenario, Spread
from dialer.simulation.shift import Progress

CHANGE = re.compile(r"^\s*([a-z_-]+)\s*=\s*([+-]?)\s*([0-9.]+)\s*(%?)\s*$")


class BadQuestion(ValueError):
    """A figure that cannot be; `field` names it, `why` is a sentence."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True)
class Question:
    """Figures of a floor. Seconds and shares of 1."""

    agents: int = 10
    hours: float = 8.0
    answer_rate: float = 0.3  # attempts that a person picks up
    machine_share: float = 0.0  # of the calls picked up
    busy: float = 0.2  # of the calls that nobody picks up
    failed: float = 0.2
    ring: float = 10.0
    ring_timeout: float = 30.0
    talk: float = 120.0
    talk_cv: float = 0.8  # coefficient of variation
    wrap: float = 20.0
    amd: bool = False
    amd_false_positive: float = 0.005  # persons taken for a machine
    target: float = 0.03
    lines: int = 1000
    calls_per_second: float = 50.0
    breaks: bool = True
    pacer: str = "predictive"
    days: int = 1
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a figure by its name."""
        for name, low, high in LIMITS:
            value = getattr(self, name)
            if not low <= value <= high:
                raise BadQuestion(name, f"{value:g} is not between {low:g} and {high:g}")
        if self.busy + self.failed > 1:
            raise BadQuestion("busy", "busy and failed are more than 1 together")
        if self.pacer not in KINDS:
            raise BadQuestion("pacer", f"{self.pacer!r} is none of {', '.join(KINDS)}")
        persons_and_machines = self.answer_rate / (1 - self.machine_share)
        if persons_and_machines > 1:
            raise BadQuestion(
                "machine_share", "with this answer rate more than all calls are picked up"
            )


LIMITS = (
    ("agents", 1, 1000), ("hours", 0.1, 24), ("answer_rate", 0.002, 1), ("machine_share", 0, 0.95),
    ("busy", 0, 1), ("failed", 0, 1), ("ring", 0.1, 120), ("ring_timeout", 5, 300), ("talk", 1, 3600),
    ("talk_cv", 0, 3), ("wrap", 0, 1800), ("amd_false_positive", 0, 0.5), ("target", 0.001, 0.5),
    ("lines", 1, 100_000), ("calls_per_second", 0.01, 10_000), ("days", 1, 1000), ("seed", 0, 2**62),
)  # fmt: skip
SHARES = ("answer_rate", "machine_share", "busy", "failed", "amd_false_positive", "target")


def scenario_of(question: Question) -> Scenario:
    """The floor that the figures describe."""
    one = CallList(
        answer_rate=((0.0, question.answer_rate),), machine_share=question.machine_share,
        busy=question.busy, failed=question.failed,
    )  # fmt: skip
    amd = Amd(false_positive=question.amd_false_positive) if question.amd else None
    breaks = (Break(), Break(Spread(1800.0, 0.1)), Break()) if question.hours >= 6 else (Break(),)
    return Scenario(
        agents=question.agents, hours=question.hours, lists=(one,), amd=amd,
        ring_person=Spread(question.ring, 0.6), ring_machine=Spread(1.2 * question.ring, 0.6),
        ring_timeout=question.ring_timeout, talk=Spread(question.talk, question.talk_cv),
        wrap=Spread(question.wrap, 0.6), lines=question.lines,
        calls_per_second=question.calls_per_second, breaks=breaks if question.breaks else (),
        stagger=min(600.0, question.hours * 60.0),
    )  # fmt: skip


def changed(question: Question, change: str) -> Question:
    """`agents=+5`, `target=2%`, `answer-rate=0.4`: a sign adds to the figure, without one it replaces it."""
    found = CHANGE.match(change)
    known = {
        field.name for field in fields(Question) if field.name not in ("pacer", "amd", "breaks")
    }
    name = found.group(1).replace("-", "_") if found else change.split("=")[0]
    if found is None or name not in known:
        names = ", ".join(sorted(one.replace("_", "-") for one in known))
        raise BadQuestion(name, f"write NAME=VALUE, NAME=+VALUE or NAME=-VALUE; names: {names}")
    try:
        value = float(found.group(3)) / (100 if found.group(4) else 1)
    except ValueError:
        raise BadQuestion(name, f"{found.group(3)!r} is no number") from None
    old = getattr(question, name)
    new = {"+": old + value, "-": old - value}.get(found.group(2), value)
    return replace(question, **{name: round(new) if isinstance(old, int) else new})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the days of one question came to."""

    label: str
    question: Question
    chosen: float  # ratio or level tuned in hindsight; 0: nothing was tuned
    played: Played

    def as_dict(self) -> dict[str, Any]:
        """Plain types; rates as shares of 1, `calls` and `connects` over all days."""
        days, played = self.played.days, self.played
        return {
            "label": self.label, "pacer": self.question.pacer, "chosen": self.chosen or None,
            "agents": self.question.agents, "hours": self.question.hours, "days": len(days),
            "seed": self.question.seed, "target": self.question.target,
            **_interval("occupancy", played.occupancy), **_interval("abandonment_tsr", played.rates),
            **_interval("abandonment_ofcom", played.ofcom), "worst_day": played.worst_day,
            "worst_hour": played.worst_hour, "days_over_target": played.days_over,
            "time_over_target": played.over_limit_time,
            "calls": sum(day.calls for day in days), "connects": sum(day.connects for day in days),
            "abandoned": sum(day.abandoned for day in days),
            "machines_met": sum(day.machines_met for day in days),
            "idle_seconds_per_call": played.idle_per_call,
            "connects_per_agent_hour": _per_agent_hour(self.played),
        }  # fmt: skip

    def timeline(self) -> dict[str, list[float | None]]:
        """By five minutes, mean over the days: occupancy, and the rate of the day so far."""
        days = self.played.days
        bins = min(len(day.timeline) for day in days)
        persons = abandoned = 0
        rates: list[float | None] = []
        busy: list[float | None] = []
        for index in range(bins):
            here = [day.timeline[index] for day in days]
            persons += sum(one.persons for one in here)
            abandoned += sum(one.abandoned for one in here)
            rates.append(abandoned / persons if persons else None)
            known = [value for one in here if (value := one.occupancy) is not None]
            busy.append(sum(known) / len(known) if known else None)
        return {"minutes": [5.0 * n for n in range(bins)], "occupancy": busy, "abandonment": rates}


def ask(question: Question, label: str = "", progress: Progress | None = None) -> Answer:
    """Play the days."""
    scenario = scenario_of(question)
    seeds = [question.seed * 1000 + day for day in range(question.days)]
    settings = settings_for(scenario, question.target)
    tuned = play(question.pacer, scenario, settings, seeds, progress)
    return Answer(label or question.pacer, question, tuned.chosen, tuned.played)


def variants(
    question: Question, changes: Iterable[str], compare: bool
) -> list[tuple[str, Question]]:
    """The question first, then each change of it, then the other pacers."""
    found = [(question.pacer, question)]
    found += [(change.strip(), changed(question, change)) for change in changes]
    if compare:
        found += [(kind, replace(question, pacer=kind)) for kind in KINDS if kind != question.pacer]
    return found


def _interval(name: str, value: Mean) -> dict[str, float | None]:
    return {name: value.mean, f"{name}_ci95": value.half}


def _per_agent_hour(played: Played) -> float:
    """Conversations for each hour that an agent was there and not on a break."""
    hours = sum(
        day.seconds[state] for day in played.days for state in ("idle", "talk", "wrap")
    ) / 3600.0  # fmt: skip
    return sum(day.connects for day in played.days) / hours if hours else 0.0
