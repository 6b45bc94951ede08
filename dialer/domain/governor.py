"""How much risk a single call may carry (theta), so that the day comes out at the target and not above.

Four parts, each with one job:

- calibration: abandoned persons over what the risks of their calls had foretold; errors of the model
  end up here;
- theta: for each person who answers a call of calibrated risk r, log theta += step * (aim - r) / target
  (Robbins & Monro 1951). The foretold risk stands in for the yes or no of the outcome: the same mean,
  a fraction of the noise;
- aim: the target when the day's budget is the reserve; more above it, next to nothing at the limit;
- budget: whether one more person may be abandoned at all without passing the hard limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dialer.domain.abandonment import Rate, Tally, rate_of
from dialer.domain.pacing_terms import Settings

STEP = 0.02  # of log theta per person: settles within some fifty persons
STEP_EARLY = 0.10  # in the first persons: theta finds its size
EARLY_PERSONS = 40
STEP_MOST = 5.0  # a single very risky answer moves theta by no more steps than this
FIRST_THETA = 2.0  # times the target
THETA_LEAST, THETA_MOST = 1e-4, 0.9
RESERVE = 4.0  # abandoned persons' worth of surplus that is kept: the day may end at any moment,
RESERVE_PER_AGENT = 0.1  # and a big team is let down by several people at once
AIM_LEAST, AIM_MOST = 0.05, 1.5  # times the target
AIM_OPENING = 0.5  # while the day's first persons are met: the model knows little yet
CALIBRATION_PRIOR = 100.0  # persons answering at the target rate: how long the first belief holds,
CALIBRATION_FIRST = 1.5  # that the model foretells too little (1.2 to 2.0 on simulated days)
CALIBRATION_HALF_LIFE = 40.0  # abandoned persons
# A day's rate means nothing before some people were met. The day's first abandoned persons may be
# spent on credit: one, or what fits the persons that the agents meet in about half an hour.
OPENING_ABANDONED = 1.0
OPENING_PERSONS_PER_AGENT = 7.5

KEPT = (
    "handled", "abandoned", "machines_met", "amd_hangups", "log_theta", "foretold", "happened",
    "persons_seen", "opening", "reserve",
)  # fmt: skip


class Governor:
    """Counts as the law counts, and moves theta."""

    def __init__(self, settings: Settings) -> None:
        """`settings`: target, hard limit, formula and AMD's tested share of false positives."""
        self._settings = settings
        self.handled = self.abandoned = self.machines_met = self.amd_hangups = 0
        self.log_theta = math.log(max(FIRST_THETA * settings.target, THETA_LEAST))
        self.foretold = self.happened = 0.0
        self.persons_seen = 0
        self.reserve = RESERVE
        self.opening = 0.0  # persons whom the day is sure to meet

    # --- what happened ------------------------------------------------------------------------------

    def answered(self, risk: float) -> None:
        """Somebody who needs an agent answered a call whose risk had been `risk`."""
        self.foretold += risk
        self.persons_seen += 1
        aim = self.aim()
        if aim <= 0:
            return  # a target of nothing: theta stays where it is
        step = STEP_EARLY if self.persons_seen <= EARLY_PERSONS else STEP
        wrong = (aim - min(risk * self.calibration, 1.0)) / self._settings.target
        moved = self.log_theta + step * max(wrong, -STEP_MOST)
        self.log_theta = min(max(moved, math.log(THETA_LEAST)), math.log(THETA_MOST))

    def let_down(self) -> None:
        """A person was abandoned."""
        fade = 0.5 ** (1 / CALIBRATION_HALF_LIFE)
        self.abandoned += 1
        self.happened = (self.happened + 1.0) * fade
        self.foretold *= fade

    def start_day(self) -> None:
        """The counts begin anew; theta and calibration stay."""
        self.handled = self.abandoned = self.machines_met = self.amd_hangups = 0

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {name: getattr(self, name) for name in KEPT}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        for name in KEPT:
            setattr(self, name, type(getattr(self, name))(state[name]))

    # --- what follows -------------------------------------------------------------------------------

    @property
    def calibration(self) -> float:
        """Abandoned over foretold, shrunk towards the first belief: a day that begins with luck must not
        read as a model that foretells too much."""
        prior = max(CALIBRATION_PRIOR * self._settings.target, 0.01)
        return (self.happened + CALIBRATION_FIRST * prior) / (self.foretold + prior)

    @property
    def theta(self) -> float:
        """The risk up to which calls are placed."""
        return math.exp(self.log_theta) * self.aim() / max(self._settings.target, 1e-9)

    def rate(self) -> Rate:
        """The day's rate so far, by the formula in force."""
        if self._settings.formula == "human":
            return Rate(self.abandoned, self.abandoned + self.handled, "A/(A+H)")
        tally = Tally(
            handled=self.handled, abandoned=self.abandoned, machine_agent=self.machines_met,
            amd_hangup=self.amd_hangups,
        )  # fmt: skip
        false_positives = self._settings.amd_false_positives if self._settings.amd else None
        return rate_of(self._settings.formula, tally, false_positives)

    def aim(self) -> float:
        """The rate to steer at now: the target when the day's surplus is the reserve, less below it."""
        share = (self.budget() - 1) / (self.reserve - 1)
        most = AIM_MOST if self.rate().persons >= self.opening else AIM_OPENING
        return self._settings.target * min(max(share, AIM_LEAST), most)

    def open_day(self, agents: int, persons_to_come: float) -> None:
        """How many persons the day is sure to meet: half an hour's, unless the list ends before."""
        hard = max(self._settings.hard, 0.001)
        self.reserve = RESERVE + RESERVE_PER_AGENT * agents
        likely = max((OPENING_ABANDONED + 0.01) / hard, OPENING_PERSONS_PER_AGENT * agents)
        self.opening = min(likely, self.handled + self.abandoned + persons_to_come)

    def budget(self) -> float:
        """How many more persons may be abandoned now before the day passes the hard limit."""
        hard = self._settings.hard
        if hard >= 1.0:
            return math.inf
        rate = self.rate()
        return (hard * max(rate.persons, self.opening) - rate.abandoned) / (1 - hard)
