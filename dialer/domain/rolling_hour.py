"""The last hour's persons: how many of them were let down, and how many more may be.

A day within the limit can still hold a bad hour: one in which every sixteenth customer meets nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from dialer.domain.abandonment import Rate

HOUR = 3600.0
BIN = 60.0  # seconds counted together: an hour is sixty bins


class RollingHour:
    """Persons and abandoned ones by the minute. Times are seconds of the pacer's clock."""

    def __init__(self) -> None:
        self._bins: deque[list[int]] = deque()  # minute, persons, abandoned
        self.persons = self.abandoned = 0

    def person(self, at: float, abandoned: bool) -> None:
        """Somebody met an agent, or was let down."""
        self.look_at(at)
        minute = int(at // BIN)  # who is told late counts in the newest minute
        if not self._bins or self._bins[-1][0] < minute:
            self._bins.append([minute, 0, 0])
        self._bins[-1][1] += 1
        self._bins[-1][2] += abandoned
        self.persons += 1
        self.abandoned += abandoned

    def not_a_person(self) -> None:
        """One of those counted was a machine."""
        for one in reversed(self._bins):
            if one[1] > one[2]:
                one[1] -= 1
                self.persons -= 1
                return

    def look_at(self, now: float) -> None:
        """Forget what is older than an hour; all of it when the clock began anew."""
        minute = int(now // BIN)
        if self._bins and self._bins[-1][0] > minute + HOUR / BIN:
            self._restore(())
        while self._bins and self._bins[0][0] < minute - HOUR / BIN:
            _, persons, abandoned = self._bins.popleft()
            self.persons -= persons
            self.abandoned -= abandoned

    @property
    def rate(self) -> Rate:
        """A / (A + H) of the hour."""
        return Rate(self.abandoned, self.persons, "A/(A+H)")

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {"bins": [list(one) for one in self._bins]}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        self._restore(state["bins"])

    def _restore(self, bins: Iterable[list[int]]) -> None:
        self._bins = deque(list(one) for one in bins)
        self.persons = sum(one[1] for one in self._bins)
        self.abandoned = sum(one[2] for one in self._bins)
