"""Health of an outbound number from our own traffic: is it answered less than its pool?

A one-sided CUSUM of the log-likelihood ratio of "answered or not" between the pool's answer rate and a
rate that has fallen to `fallen_to` of it. With threshold 8 a fall from 25 % to 12 % is found after a
median of 129 dials, with 0.65-1.6 % false flags per 1,000 healthy dials (simulation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

THRESHOLD = 8.0
FALLEN_TO = 0.5
RATE_MIN, RATE_MAX = 0.02, 0.95


@dataclass(frozen=True, slots=True)
class Health:
    """The running test of one number. `score` grows with every dial that nobody answers."""

    score: float = 0.0
    dials: int = 0
    answers: int = 0
    suspect: bool = False


def observe(health: Health, answered: bool, pool_rate: float) -> Health:
    """One more dial. A suspect number stays suspect until it was rested and is tested anew."""
    healthy = min(max(pool_rate, RATE_MIN), RATE_MAX)
    fallen = healthy * FALLEN_TO
    step = math.log(fallen / healthy) if answered else math.log((1 - fallen) / (1 - healthy))
    score = max(0.0, health.score + step)
    return replace(
        health, score=score, dials=health.dials + 1, answers=health.answers + answered,
        suspect=health.suspect or score >= THRESHOLD,
    )  # fmt: skip


def rested(health: Health) -> Health:
    """Back from its rest: the test begins again, the totals stay."""
    return replace(health, score=0.0, suspect=False)
