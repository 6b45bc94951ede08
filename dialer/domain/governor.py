"""How much risk a single call may carry (theta), so that the day comes out at the target and not above.

Four parts, each with one job:

- calibration: abandoned persons over what the risks of their calls had foretold; errors of the model
  end up here;
- theta: for each person who answers a call of calibrated risk r, log theta += step * (aim - r) / target
  (Robbins & Monro 1951). The foretold risk stands in for the yes or no of the outcome: the same mean,
  a fraction of the noise;
- aim: the target when the budget is the reserve; more above it, less below it and in a bad hour; without what
  AMD's false positives use up by themselves;
- budget: whether one more person may be abandoned at all (`day_count`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dialer.domain.day_count import DayCount
from dialer.domain.pacing_terms import Settings

STEP = 0.02  # of log theta per person: settles within some fifty persons
STEP_EARLY = 0.10  # in the first persons: theta finds its size
EARLY_PERSONS = 40
STEP_MOST = 5.0  # a single very risky answer moves theta by no more steps than this
FIRST_THETA = 2.0  # times the target
THETA_LEAST, THETA_MOST = 1e-4, 0.9
# The surplus that is kept, in abandoned persons' worth, by the root of the team's size: the day may end
# at any moment, and a big team is let down by several people at once.
RESERVE_ROOT = 1.5
HOUR_RESERVE = 1.5  # the same of the hour's limit: the last person that fits is not spent lightly
AIM_LEAST, AIM_MOST = 0.3, 1.5  # times the target
CALIBRATION_PRIOR = 100.0  # persons answering at the target rate: how long the first belief holds,
CALIBRATION_FIRST = 1.5  # that the model foretells too little (1.2 to 2.0 on simulated days)
CALIBRATION_HALF_LIFE = 40.0  # abandoned persons

KEPT = ("log_theta", "foretold", "happened", "persons_seen", "reserve")


class Governor:
    """Moves theta by what the day's count leaves."""

    def __init__(self, settings: Settings) -> None:
        """`settings`: target, hard limit, formula and AMD's tested share of false positives."""
        self._settings = settings
        self.count = DayCount(settings)
        self.log_theta = math.log(max(FIRST_THETA * settings.target, THETA_LEAST))
        self.foretold = self.happened = 0.0
        self.persons_seen = 0
        self.reserve = RESERVE_ROOT

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

    def let_down(self, at: float) -> None:
        """A person was abandoned."""
        self.count.let_down(at)
        fade = 0.5 ** (1 / CALIBRATION_HALF_LIFE)
        self.happened = (self.happened + 1.0) * fade
        self.foretold *= fade

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {"count": self.count.state(), **{name: getattr(self, name) for name in KEPT}}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        self.count.load(state["count"])
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

    def aim(self) -> float:
        """The rate to steer at now: the target when the day's surplus is the reserve, less below it, and
        less when the hour is near its own limit; without what AMD uses up by itself."""
        day = (self.count.budget() - 1) / (self.reserve - 1)
        hour = (self.count.hour_budget() - 1) / (HOUR_RESERVE - 1)
        left = max(self._settings.target - self.count.amd_rate(), 0.0)
        return left * min(max(min(day, hour), AIM_LEAST), AIM_MOST)

    def may_risk(self, at_stake: float) -> bool:
        """Whether one more person may be abandoned without the day passing the hard limit, `at_stake`
        abandonments being foretold of calls in the air already."""
        return self.count.budget() - at_stake * self.calibration >= 1.0

    def look_at(self, agents: int) -> None:
        """How many agents are signed in."""
        self.reserve = RESERVE_ROOT * math.sqrt(max(agents, 1))
