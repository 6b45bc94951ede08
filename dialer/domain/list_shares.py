"""Which list the next call comes from: lists share the dials by weight while they have entries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from dialer.domain.pacing_terms import ListView, View

PLENTY = 10**9  # entries of a list that says nothing of its end
HALF_LIFE_SECONDS = 300.0  # after a lull a list does not catch up on more than a few minutes


class RecentDials:
    """Dials of each list, older ones counting less: what the shares are balanced over."""

    def __init__(self) -> None:
        self._count: dict[str, float] = {}
        self._at: dict[str, float] = {}

    def note(self, name: str, at: float) -> None:
        """One more dial of this list at `at` seconds."""
        self._count[name] = self.of(name, at) + 1.0
        self._at[name] = at

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {"count": dict(self._count), "at": dict(self._at)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        self._count, self._at = dict(state["count"]), dict(state["at"])

    def of(self, name: str, now: float) -> float:
        """How many, decayed to `now`."""
        age = max(now - self._at.get(name, now), 0.0)
        return self._count.get(name, 0.0) * math.exp2(-age / HALF_LIFE_SECONDS)


class ListShares:
    """The dials of one plan, given out list by list."""

    def __init__(self, view: View, recent: RecentDials | None = None) -> None:
        """Over the last minutes each list gets dials by its weight, with one agent or with hundreds.

        What is in the air counts even when nobody noted its dialing."""
        recent = recent or RecentDials()
        self._lists = view.lists
        self._given = dict.fromkeys((one.name for one in view.lists), 0)
        alone = len(view.lists) < 2  # nothing to balance
        in_air = Counter(() if alone else (call.list for call in view.calls))
        self._recent = {name: max(recent.of(name, view.now), in_air[name]) for name in self._given}
        self.count = 0

    def left(self, names: frozenset[str]) -> int:
        """Entries that these lists have beyond what was given out."""
        return sum(
            PLENTY if one.ready is None else max(one.ready - self._given[one.name], 0)
            for one in self._lists
            if one.name in names and one.weight > 0
        )

    @property
    def all_empty(self) -> bool:
        """No list has an entry left beyond what this plan gives out."""
        return not any(self._has_entry(one) for one in self._lists)

    def lead(self, names: frozenset[str]) -> float:
        """How far the furthest-behind of these lists is; the least goes first."""
        return min((self._lead(one) for one in self._lists if one.name in names), default=0.0)

    def next_list(self, fits: Callable[[str], bool]) -> str | None:
        """The list furthest behind its weight whose next call `fits`; None: none does."""
        waiting = [one for one in self._lists if self._has_entry(one)]
        for one in sorted(waiting, key=self._lead):
            if fits(one.name):
                return one.name
        return None

    def give(self, name: str) -> None:
        """One more call of this list."""
        self._given[name] += 1
        self.count += 1

    def give_many(self, names: frozenset[str], count: int) -> None:
        """So many more calls of these lists, by weight."""
        if len(names) == 1 and count:
            (name,) = names
            self._given[name] += count
            self.count += count
            return
        for _ in range(count):
            name_now = self.next_list(names.__contains__)
            if name_now is not None:
                self.give(name_now)

    def by_list(self) -> tuple[tuple[str, int], ...]:
        """How many calls of each list."""
        return tuple((name, n) for name, n in self._given.items() if n)

    def _has_entry(self, one: ListView) -> bool:
        return one.weight > 0 and (one.ready is None or one.ready > self._given[one.name])

    def _lead(self, one: ListView) -> float:
        if one.weight <= 0:
            return float(PLENTY)
        return (self._recent[one.name] + self._given[one.name] + 1) / one.weight
