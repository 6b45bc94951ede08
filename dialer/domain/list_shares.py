"""Which list the next call comes from: lists share the dials by weight while they have entries."""

from __future__ import annotations

from collections.abc import Callable

from dialer.domain.pacing_terms import ListView, View


class ListShares:
    """The dials of one plan, given out list by list."""

    def __init__(self, view: View) -> None:
        """The shares are balanced over what is in the air, so a decision needs no memory."""
        self._lists = view.lists
        self._given = dict.fromkeys((one.name for one in view.lists), 0)
        self._in_air = dict.fromkeys(self._given, 0)
        if len(self._lists) > 1:
            for call in view.calls:
                if call.list in self._in_air:
                    self._in_air[call.list] += 1
        self.count = 0

    @property
    def all_empty(self) -> bool:
        """No list has an entry left beyond what this plan gives out."""
        return not any(self._has_entry(one) for one in self._lists)

    def next_list(self, fits: Callable[[str], bool]) -> str | None:
        """The list furthest behind its weight whose next call `fits`; None: none does."""
        waiting = [one for one in self._lists if one.weight > 0 and self._has_entry(one)]
        for one in sorted(waiting, key=self._lead):
            if fits(one.name):
                return one.name
        return None

    def give(self, name: str) -> None:
        """One more call of this list."""
        self._given[name] += 1
        self.count += 1

    def by_list(self) -> tuple[tuple[str, int], ...]:
        """How many calls of each list."""
        return tuple((name, n) for name, n in self._given.items() if n)

    def _has_entry(self, one: ListView) -> bool:
        return one.ready is None or one.ready > self._given[one.name]

    def _lead(self, one: ListView) -> float:
        return (self._in_air[one.name] + self._given[one.name] + 1) / one.weight
