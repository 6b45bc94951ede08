"""The provable optimum where everything is memoryless, as a yardstick for a pacer.

N agents; a conversation with its wrap-up ends at rate mu, a ringing attempt at rate nu, then with
probability p a person has answered. Whoever answers with every agent busy is abandoned at once. State:
(busy agents, ringing attempts); attempts may be placed at any moment, none is given up.

Wanted: most conversations per hour with abandoned / (abandoned + handled) <= target. This is a linear
programme over occupation measures; its dual has one multiplier. For each multiplier the best policy
earns (1 + multiplier c) handled - multiplier abandoned with c = target / (1 - target), found by relative
value iteration on the uniformised chain. Every such gain is an upper bound, the smallest of them is the
optimum (strong duality; it is reached by mixing two policies).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialer.simulation.scenario import CallList, Scenario, Spread

Table = NDArray[np.float64]
Policy = NDArray[np.int64]  # [busy, ringing] -> ringing after dialing
GOLDEN = (math.sqrt(5.0) - 1) / 2
MULTIPLIER_MOST = 40.0
CAP_SPREAD = 6.0


@dataclass(frozen=True, slots=True)
class Model:
    """The figures of the chain. Seconds and shares."""

    agents: int
    answer_rate: float
    service_seconds: float = 140.0
    ring_seconds: float = 10.0

    @property
    def ringing_most(self) -> int:
        """Where the state space is cut: well above what any sensible policy has in the air at once."""
        flow = self.agents / self.service_seconds / self.answer_rate * self.ring_seconds
        burst = 1.2 * min(self.agents, 12) / self.answer_rate
        return math.ceil(
            max(flow + CAP_SPREAD * math.sqrt(flow) + 4 / self.answer_rate, burst, 8.0)
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Busy agents, ringing attempts."""
        return self.agents + 1, self.ringing_most + 1


@dataclass(frozen=True, slots=True)
class Rates:
    """Long-run events per second."""

    handled: float
    abandoned: float

    @property
    def abandonment(self) -> float:
        """A / (A + H)."""
        return self.abandoned / (self.abandoned + self.handled) if self.handled else 0.0


@dataclass(frozen=True, slots=True)
class Optimum:
    """Most that any policy can reach."""

    occupancy: float
    multiplier: float
    dial_to: tuple[int, ...]  # attempts in the air by idle agents (0, 1, 2, ...), from an empty air


class _Chain:
    """Uniformised transitions on tables [busy, ringing]."""

    def __init__(self, model: Model) -> None:
        busy = np.arange(model.agents + 1, dtype=float)[:, None]
        ringing = np.arange(model.ringing_most + 1, dtype=float)[None, :]
        self.speed = model.agents / model.service_seconds + model.ringing_most / model.ring_seconds
        ring_ends = ringing / model.ring_seconds / self.speed
        self.ends = np.broadcast_to(busy / model.service_seconds / self.speed, model.shape).copy()
        self.answered = np.broadcast_to(ring_ends * model.answer_rate, model.shape).copy()
        self.nobody = np.broadcast_to(ring_ends * (1 - model.answer_rate), model.shape).copy()
        self.stays = 1.0 - self.ends - self.answered - self.nobody
        self.full = np.zeros(model.shape)
        self.full[-1, :] = 1.0

    def expected(self, value: Table) -> Table:
        """Mean of `value` after the next event, from each state."""
        found = self.stays * value
        found[1:] += self.ends[1:] * value[:-1]
        found[:, 1:] += self.nobody[:, 1:] * value[:, :-1]
        found[:-1, 1:] += self.answered[:-1, 1:] * value[1:, :-1]
        found[-1, 1:] += self.answered[-1, 1:] * value[-1, :-1]
        return found

    def pushed(self, weight: Table) -> Table:
        """Where a distribution goes with the next event."""
        found = self.stays * weight
        found[:-1] += (self.ends * weight)[1:]
        found[:, :-1] += (self.nobody * weight)[:, 1:]
        taken = self.answered * weight
        found[1:, :-1] += taken[:-1, 1:]
        found[-1, :-1] += taken[-1, 1:]
        return found


def best_gain(
    model: Model, target: float, multiplier: float, start: Table | None = None,
    tolerance: float = 1e-7,
) -> tuple[float, Table]:  # fmt: skip
    """Upper bound of handled conversations a second for this multiplier, and the values of the states.

    The bound is the largest one-step gain, which no policy can beat, so it holds before convergence too;
    `tolerance` is the gap to the smallest, relative to all agents busy.
    """
    chain = _Chain(model)
    reward = (1 + multiplier * target / (1 - target)) * chain.ends
    reward = reward - multiplier * chain.answered * chain.full
    value = np.zeros(model.shape) if start is None else start
    most = model.agents / model.service_seconds
    before = _dialed(value)
    high = math.inf
    for _ in range(400_000):
        value = reward + chain.expected(before)
        after = _dialed(value)
        step = after - before
        high = float(step.max())
        if (high - float(step.min())) * chain.speed < tolerance * most:
            break
        value -= after[0, 0]
        before = after - after[0, 0]
    return high * chain.speed, value


def _dialed(value: Table) -> Table:
    """Value with the choice to dial up to any higher count first."""
    return np.maximum.accumulate(value[:, ::-1], axis=1)[:, ::-1]


def optimum(model: Model, target: float = 0.03, tolerance: float = 1e-6) -> Optimum:
    """Smallest bound over multipliers, by golden section: the bound is convex in the multiplier."""
    low, high = 0.0, MULTIPLIER_MOST
    start: Table | None = None
    found: dict[float, float] = {}

    def gain(multiplier: float) -> float:
        nonlocal start
        if multiplier not in found:
            found[multiplier], start = best_gain(model, target, multiplier, start, tolerance)
        return found[multiplier]

    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    while high - low > 0.02:
        if gain(left) <= gain(right):
            high, right = right, left
            left = high - GOLDEN * (high - low)
        else:
            low, left = left, right
            right = low + GOLDEN * (high - low)
    multiplier = min(found, key=lambda one: found[one])
    _, value = best_gain(model, target, multiplier, start, tolerance)
    return Optimum(
        found[multiplier] * model.service_seconds / model.agents, multiplier,
        tuple(int(np.argmax(value[busy])) for busy in range(model.agents, -1, -1)),
    )  # fmt: skip


def dial_to(model: Model, targets: tuple[int, ...]) -> Policy:
    """The policy that fills the air up to a count for each number of idle agents (0, 1, 2, ...)."""
    ringing = np.arange(model.ringing_most + 1)[None, :]
    wanted = np.array([targets[model.agents - busy] for busy in range(model.agents + 1)])[:, None]
    policy: Policy = np.maximum(ringing, np.minimum(wanted, model.ringing_most)).astype(np.int64)
    return policy


def progressive(model: Model) -> Policy:
    """One attempt for each idle agent."""
    return dial_to(model, tuple(range(model.agents + 1)))


def rates_of(model: Model, policy: Policy, tolerance: float = 1e-9) -> Rates:
    """Long-run rates of a policy, by its stationary distribution."""
    chain = _Chain(model)
    rows = np.arange(model.agents + 1)[:, None] * model.shape[1]
    where = (rows + policy).ravel()
    weight = np.zeros(model.shape)
    weight[0, policy[0, 0]] = 1.0
    for turn in range(2_000_000):
        pushed = chain.pushed(weight).ravel()
        landed = np.bincount(where, weights=pushed, minlength=pushed.size)
        moved: Table = landed.astype(np.float64).reshape(model.shape)
        if turn % 64 == 0 and float(np.abs(moved - weight).sum()) < tolerance:
            break
        weight = moved
    handled = float((weight * chain.ends).sum()) * chain.speed
    abandoned = float((weight * chain.answered * chain.full).sum()) * chain.speed
    return Rates(handled, abandoned)


def floor_of(model: Model, hours: float = 12.0) -> Scenario:
    """The chain as a floor for the simulator: memoryless, no breaks, nobody waits or hangs up."""
    ring = Spread(model.ring_seconds, memoryless=True)
    return Scenario(
        agents=model.agents, hours=hours, breaks=(), stagger=0.0, quick_hangup=0.0,
        lists=(CallList(answer_rate=((0.0, model.answer_rate),), busy=1.0, failed=0.0),),
        ring_person=ring, ring_busy=ring, ring_timeout=300.0, wait_limit=0.0, decide_gap=0.0,
        talk=Spread(model.service_seconds, memoryless=True), wrap=Spread(0.0),
        name=f"markov {model.agents} x {model.answer_rate:.0%}",
    )  # fmt: skip
