"""Chance that does not depend on the pacer: the fate of the k-th call of a list, the n-th talk of an
agent and his breaks come from streams of their own, so that two pacers meet the same day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dialer.simulation.scenario import Scenario

BLOCK = 2048


class Stream:
    """Rows of draws of one source, made in blocks: three uniforms and two standard normals each."""

    __slots__ = ("_block", "_next", "_rows", "_seed")

    def __init__(self, seed: int, kind: int, index: int) -> None:
        self._seed = (seed, kind, index)
        self._block = 0
        self._next = 0
        self._rows: list[tuple[float, ...]] = []

    def row(self) -> tuple[float, ...]:
        """The next row: (uniform, uniform, uniform, normal, normal)."""
        if self._next == len(self._rows):
            random = np.random.default_rng([*self._seed, self._block])
            uniform = random.random((BLOCK, 3))
            normal = random.standard_normal((BLOCK, 2))
            self._rows = list(map(tuple, np.hstack((uniform, normal)).tolist()))
            self._block += 1
            self._next = 0
        self._next += 1
        return self._rows[self._next - 1]


def calls_of(seed: int, index: int) -> Stream:
    """Fates of a list's calls."""
    return Stream(seed, 1, index)


def talks_of(seed: int, agent: int) -> Stream:
    """Talk and wrap-up of an agent's calls."""
    return Stream(seed, 2, agent)


@dataclass(frozen=True, slots=True)
class Pause:
    """One break as it will happen."""

    at: float
    length: float
    announced: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """An agent's day."""

    start: float
    end: float
    pauses: tuple[Pause, ...]
    lists: frozenset[str] | None
    end_announced: bool


def rosters(scenario: Scenario, seed: int) -> list[Roster]:
    """All agents' days. Breaks lie in equal parts of the shift, at a random moment of their part."""
    limits = [frozenset(skill.lists) for skill in scenario.skills for _ in range(skill.agents)]
    found = []
    for agent in range(scenario.agents):
        random = np.random.default_rng([seed, 3, agent])
        start = float(random.random()) * scenario.stagger
        end = scenario.seconds - float(random.random()) * scenario.stagger
        part = max(end - start, 0.0) / max(len(scenario.breaks), 1)
        pauses = tuple(
            Pause(
                at=start + part * (i + 0.1 + 0.8 * float(random.random())),
                length=one.length.at(float(random.standard_normal())),
                announced=float(random.random()) < one.announced,
            )
            for i, one in enumerate(scenario.breaks)
        )
        lists = limits[agent] if agent < len(limits) else None
        found.append(Roster(start, end, pauses, lists, float(random.random()) < 0.7))
    return found
