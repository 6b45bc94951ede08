"""How much better or worse than the whole each call list answers now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HALF_LIFE = 100.0  # answers expected of a list after which what it answered counts half
PRIOR = 10.0  # answers' worth of belief that a list answers like the whole


class ListLevels:
    """Observed over expected answers for each list, shrunk towards 1."""

    def __init__(self) -> None:
        self.observed: dict[str, float] = {}
        self.expected: dict[str, float] = {}

    def rang(self, name: str, answered: bool, due: float) -> None:
        """A call of this list rang out or was answered; `due`: answers to be expected of it."""
        fade = 0.5 ** (due / HALF_LIFE)
        self.observed[name] = (self.observed.get(name, 0.0) + answered) * fade
        self.expected[name] = (self.expected.get(name, 0.0) + due) * fade

    def of(self, name: str) -> float:
        """Times the whole's answer rate."""
        return (self.observed.get(name, 0.0) + PRIOR) / (self.expected.get(name, 0.0) + PRIOR)

    def state(self) -> dict[str, object]:
        """Plain types, for keeping over restarts."""
        return {"observed": dict(self.observed), "expected": dict(self.expected)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        self.observed, self.expected = dict(state["observed"]), dict(state["expected"])
