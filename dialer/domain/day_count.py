"""The pacer's count of the day, as the law counts, and the room that it leaves for an abandoned person.

The day is held by the rule pack's formula and the hard limit; when the first abandoned person fits is the
gate's own rule (`abandonment.room_left`): in 3 % after 33 handled calls, not before. Where the gate tells
what it counted, over a longer window and from the store, its word is the law; of what it leaves beyond
our own count a day begins with DAY_CREDIT at most. The hour's limit is ours: the governor brakes before
it, but does not stop.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dialer.domain.abandonment import Rate, Tally, rate_of, room_left
from dialer.domain.pacing_terms import ListView, Settings
from dialer.domain.rolling_hour import RollingHour

HOUR_LIMIT = 2.0  # times the hard limit: what an hour of a lawful day should not pass
DAY_CREDIT = 1.5  # persons; less than the reserve, so that the day pays it back

KEPT = ("handled", "abandoned", "machines_met")


class DayCount:
    """Who was met, who was let down, what AMD hung up on."""

    def __init__(self, settings: Settings) -> None:
        """`settings`: hard limit, formula and AMD's tested share of false positives."""
        self._settings = settings
        self.handled = self.abandoned = self.machines_met = 0
        self.amd_hangups: Counter[str] = Counter()  # by list
        self._false_positives: dict[str, float] = {}  # by list, where the view tells it
        self._gate: float | None = None  # what the gate leaves
        self.hour = RollingHour()

    # --- what happened ------------------------------------------------------------------------------

    def met(self, at: float) -> None:
        """An agent took the call of a person, as far as anybody knows."""
        self.handled += 1
        self.hour.person(at, abandoned=False)

    def let_down(self, at: float) -> None:
        """A person met nobody within the limit."""
        self.abandoned += 1
        self.hour.person(at, abandoned=True)

    def was_machine(self) -> None:
        """The agent says that it was no person: out of the denominator."""
        self.handled -= 1
        self.machines_met += 1
        self.hour.not_a_person()

    def start_day(self) -> None:
        """The counts begin anew; the hour goes on."""
        self.handled = self.abandoned = self.machines_met = 0
        self.amd_hangups.clear()

    def look_at(self, now: float, lists: Sequence[ListView]) -> None:
        """What is known of the lists at this moment: gate's budgets and tests of AMD."""
        self.hour.look_at(now)
        self._false_positives = {
            one.name: one.amd_false_positives
            for one in lists if one.amd_false_positives is not None
        }  # fmt: skip
        told = [one.budget for one in lists if one.budget is not None]
        self._gate = sum(told) if told else None

    # --- what follows -------------------------------------------------------------------------------

    def rate(self) -> Rate:
        """The day's rate so far, by the formula in force."""
        hangups = self.amd_hangups.total()
        tally = Tally(
            handled=self.handled, abandoned=self.abandoned, machine_agent=self.machines_met,
            amd_hangup=hangups,
        )  # fmt: skip
        share = self._taken_for_machines() / hangups if hangups else None
        return rate_of(self._settings.formula, tally, share, amd_on=self._settings.amd)

    def amd_rate(self) -> float:
        """The part of the day's rate that AMD alone makes, whatever the pacer does."""
        persons = self.rate().persons
        if self._settings.formula != "ofcom" or not persons:
            return 0.0
        return self._taken_for_machines() / persons

    def _taken_for_machines(self) -> float:
        """How many persons AMD hung up on, by its test."""
        known, usual = self._false_positives, self._settings.amd_false_positives
        return sum(count * known.get(name, usual) for name, count in self.amd_hangups.items())

    def budget(self) -> float:
        """How many more persons may be abandoned now before the day passes the hard limit."""
        hard, gate = self._settings.hard, self._gate
        own = math.inf if hard >= 1.0 else room_left(self.rate(), hard)
        if gate is None:
            return own
        return gate if gate < 1 else own + min(max(gate - own, 0.0), DAY_CREDIT)

    def hour_budget(self) -> float:
        """How many more may be abandoned now before the last hour passes HOUR_LIMIT."""
        limit = HOUR_LIMIT * self._settings.hard
        return math.inf if limit >= 1.0 else room_left(self.hour.rate, limit)

    # --- kept over restarts -------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Plain types."""
        return {
            **{name: getattr(self, name) for name in KEPT},
            "amd_hangups": dict(self.amd_hangups), "false_positives": dict(self._false_positives),
            "gate": self._gate, "hour": self.hour.state(),
        }  # fmt: skip

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        for name in KEPT:
            setattr(self, name, int(state[name]))
        self.amd_hangups = Counter(state["amd_hangups"])
        self._false_positives = dict(state["false_positives"])
        self._gate = state["gate"]
        self.hour.load(state["hour"])
