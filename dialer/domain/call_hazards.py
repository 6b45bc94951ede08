"""When calls in the air will be answered: competing risks by second of ringing, learnt from calls.

For each second of ring age: of the calls that still ring, how many are answered (and by a person, with
AMD), and how many end otherwise. Learnt from every finished call with its age, so that quick busies do
not look like a low answer rate (Prentice et al. 1978, cause-specific hazards). The shape fades slowly;
a fast level (observed answers over expected ones) follows list changes within some sixty answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from operator import mul
from typing import Any

from dialer.domain.pacing_terms import Settings

NEVER = -1e9
PRIOR_ATTEMPTS = 40.0
RING_CV = 0.6  # prior spread of the time to an answer
HALF_LIFE_ANSWERS = 400.0  # of the shape: long enough to be smooth
LEVEL_ANSWERS = 60.0  # half-life of the fast level
USUAL_ANSWERS = 300.0  # half-life of the usual level, and at most one per USUAL_SECONDS
USUAL_SECONDS = 1200.0  # an outage of a quarter of an hour does not become the usual
LEVEL_PRIOR = 6.0  # answers' worth of belief that the level is the usual one
DISBELIEF = 2.0  # below a third of the usual level a fall is taken for an outage more and more
REFUSED_WITHIN = 5.0  # seconds in which a network refuses a call that it will not put through
REFUSAL_ATTEMPTS = 200.0  # half-life of the share refused
REFUSAL_MOST = 2 / 3  # a larger share is an outage, and will be over at once
POINTS = (2, 5, 9, 14, 20, 28)  # seconds of ringing at which a plan is judged

KEPT = (
    "answered", "persons", "other", "weight", "observed", "expected", "usual_observed",
    "usual_expected", "usual_at", "quick", "ringing",
)  # fmt: skip


class CallHazards:
    """Learns from calls, keeps columns by horizon: P(a call of ring age a is with us within h)."""

    def __init__(self, settings: Settings) -> None:
        self.seconds = max(math.ceil(settings.ring_timeout), 2) + 2
        self.delay = settings.amd_seconds if settings.amd else 0.0
        self.horizons = tuple(point + self.delay for point in POINTS)
        prior = settings.prior
        self.weight = 1.0
        self.answered = [0.0] * self.seconds
        self.persons = [0.0] * self.seconds  # of the answered: those that need an agent
        self.other = [0.0] * self.seconds
        self._believe(settings, prior.answer_rate, prior.ring_seconds, prior.machine_share)
        self.observed = self.expected = 0.0  # fast level
        self.usual_observed = self.usual_expected = self._pending = 0.0
        self.usual_at = NEVER
        self.quick = [2.0, 18.0]  # refused by the network, and not: weak prior
        self._hazard: list[float] = []
        self.rebuild([])

    def _believe(self, settings: Settings, rate: float, ring: float, machines: float) -> None:
        spread = math.log1p(RING_CV * RING_CV)
        middle = math.log(max(ring, 1.0)) - spread / 2
        shares = [
            0.5 * math.erfc((middle - math.log(a)) / math.sqrt(2 * spread)) if a else 0.0
            for a in range(self.seconds + 1)
        ]
        for a in range(self.seconds):
            self.answered[a] = PRIOR_ATTEMPTS * rate * (shares[a + 1] - shares[a])
            self.persons[a] = self.answered[a] * ((1 - machines) if settings.amd else 1.0)
        self.other[self.seconds - 2] += PRIOR_ATTEMPTS * (1 - rate)

    # --- learning -----------------------------------------------------------------------------------

    def saw_answer(self, age: float, at: float) -> None:
        """A call was answered at this ring age."""
        self._rang(age, at)
        self.weight *= 2 ** (1 / HALF_LIFE_ANSWERS)
        self.answered[self._bin(age)] += self.weight
        self.persons[self._bin(age)] += self.weight
        self.observed += 1.0
        self.usual_observed += 1.0

    def saw_machine(self, age: float) -> None:
        """AMD: what was answered at this ring age does not need an agent."""
        self.persons[self._bin(age)] = max(self.persons[self._bin(age)] - self.weight, 0.0)

    def saw_end(self, age: float, at: float) -> None:
        """A call ended unanswered at this ring age."""
        self._rang(age, at)
        self.other[self._bin(age)] += self.weight

    def came_to_ring(self, refused: bool) -> None:
        """The fate of a call's first REFUSED_WITHIN seconds: a refusal says nothing about answers."""
        fade = 0.5 ** (1 / REFUSAL_ATTEMPTS)
        self.quick = [n * fade for n in self.quick]
        self.quick[0 if refused else 1] += 1.0

    def _bin(self, age: float) -> int:
        return min(max(int(age), 0), self.seconds - 1)

    # --- tables -------------------------------------------------------------------------------------

    def rebuild(self, ringing: Sequence[float]) -> None:
        """New tables; `ringing`: how many calls ring at each age now (censored there)."""
        if self.weight > 1e6:
            for counts in (self.answered, self.persons, self.other):
                counts[:] = [n / self.weight for n in counts]
            self.weight = 1.0
        self.ringing = list(ringing)
        hazard, leave = self._hazards(ringing)
        share = self.person_shares()
        self.person_share = (sum(self.persons) + 1.0) / (sum(self.answered) + 1.0)
        alive, here, survivors, incidence = 1.0, 0.0, [], []
        for a in range(self.seconds):
            survivors.append(alive)
            incidence.append(here)
            here += alive * hazard[a] * share[a]
            alive *= max(1.0 - hazard[a] - leave[a], 0.0)
        incidence.append(here)
        self._survivors, self._incidence = survivors, incidence
        self._translate(hazard)
        self.answer_rate = here  # at level 1, of calls that come to ring
        self._columns()

    def _translate(self, hazard: list[float]) -> None:
        """What was expected by the old table, in the words of the new one: else a change would count
        twice, in the table and in the level."""
        old = sum(map(mul, self._hazard, self._survivors)) if self._hazard else 0.0
        if old > 0:
            ratio = sum(map(mul, hazard, self._survivors)) / old
            self.expected *= ratio
            self.usual_expected *= ratio
        self._hazard, self._met = hazard, [0.0, *accumulate(hazard)]

    def _hazards(self, ringing: Sequence[float]) -> tuple[list[float], list[float]]:
        """Per second of age: answered, ended otherwise; half of those who leave lived half of it."""
        answers = _smooth(self.answered)
        hazard, leave, alive = [0.0] * self.seconds, [0.0] * self.seconds, 0.0
        for a in range(self.seconds - 1, -1, -1):
            here = answers[a] + self.other[a]
            still = ringing[a] * self.weight if a < len(ringing) else 0.0
            at_risk = alive + here + still / 2
            alive += here + still
            if at_risk > 1e-9:
                hazard[a], leave[a] = answers[a] / at_risk, self.other[a] / at_risk
        return hazard, leave

    def person_shares(self) -> list[float]:
        """Of calls answered at each age, the share that needs an agent; smooth over the ages."""
        wide = _smooth(_smooth(self.answered))
        persons = _smooth(_smooth(self.persons))
        whole = (sum(self.persons) + 1e-9) / (sum(self.answered) + 1e-9)
        return [(p + 2 * whole) / (n + 2) for p, n in zip(persons, wide, strict=True)]

    def _columns(self) -> None:
        """columns[j][a] = P(a call ringing since a seconds is with us within horizon j)."""
        flat = [self._incidence[-1]] * (POINTS[-1] + 1)
        middle = [(a + b) / 2 for a, b in pairwise(self._incidence)] + flat
        alive = [1 / max((a + b) / 2, 1e-9) for a, b in pairwise((*self._survivors, 0.0))]
        self.columns = [
            [
                (then - now) * over
                for then, now, over in zip(middle[point:], middle, alive, strict=False)
            ]
            for point in POINTS
        ]
        incidence = self._incidence + flat
        self.new_call = tuple(incidence[point] for point in POINTS)
        whole = max(incidence[-1], 1e-9)
        inner = [(incidence[a] + incidence[b]) / 2 for a, b in pairwise(POINTS)]
        self.weights = tuple((b - a) / whole for a, b in pairwise((0.0, *inner, incidence[-1])))

    # --- the level ----------------------------------------------------------------------------------

    def _rang(self, age: float, at: float) -> None:
        """A call rang for so long: as many answers were to be expected of it as it met hazard."""
        due = self._met[self._bin(age)]
        self.expected += due
        fade = 0.5 ** (due / LEVEL_ANSWERS)
        self.observed, self.expected = self.observed * fade, self.expected * fade
        self.usual_expected += due
        waited = max(at - self.usual_at, 0.0)
        self.usual_at = at
        fade = 0.5 ** min(due / USUAL_ANSWERS, waited / USUAL_SECONDS)
        self.usual_observed *= fade
        self.usual_expected *= fade

    def look_at(self, ringing: Sequence[float]) -> None:
        """What calls that still ring have met of hazard counts too: they were not answered yet."""
        self._pending = sum(map(mul, self._met, ringing))

    # --- kept over restarts -------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Plain types."""
        return {name: _plain(getattr(self, name)) for name in KEPT}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was; another ring time-out starts afresh."""
        if len(state["answered"]) != self.seconds:
            return
        for name in KEPT:
            setattr(self, name, _plain(state[name]))
        self._hazard = []  # what is expected speaks of the table that is built now
        self.rebuild(self.ringing)

    @property
    def level(self) -> float:
        """Answers to be expected over what the tables say.

        A fall below a third of the usual is believed less the deeper it is: during an outage it would
        be of no use to dial more, and when the answers come back they would all come at once.
        """
        pending = self._pending + LEVEL_PRIOR
        usual = (self.usual_observed + LEVEL_PRIOR) / (self.usual_expected + pending)
        fast = (self.observed + LEVEL_PRIOR * usual) / (self.expected + pending)
        return max(fast, usual - DISBELIEF * fast)

    def met(self, age: float) -> float:
        """Answers to be expected of a call until this ring age, at the level of the tables."""
        return self._met[self._bin(age)]

    @property
    def doubt(self) -> float:
        """Squared coefficient of variation of the level: gamma posterior."""
        return 1.0 / (self.observed + LEVEL_PRIOR)

    @property
    def ring_share(self) -> float:
        """Share of new calls that the network does not refuse."""
        return max(self.quick[1] / sum(self.quick), 1 - REFUSAL_MOST)


def _plain(value: float | list[float]) -> float | list[float]:
    return list(value) if isinstance(value, list) else value


def _smooth(values: Sequence[float]) -> list[float]:
    """Neighbouring seconds share a quarter each."""
    last = len(values) - 1
    return [
        0.25 * values[max(k - 1, 0)] + 0.5 * values[k] + 0.25 * values[min(k + 1, last)]
        for k in range(last + 1)
    ]
