"""Which call is reviewed next: at random, with more weight where harm is likelier. Pure; the draw is given.

Whoever chooses calls by hand hears the ones that are remembered; only calls drawn by chance tell of the rest.
New agents and calls that somebody complained about weigh more, agents who were reviewed already weigh less,
so that nobody is left out. Scores of such a sample are not the mean of the floor: the report says how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

NEW_FOR = timedelta(days=30)  # since the account was made
COMPLAINED_WITHIN = timedelta(days=30)  # a complaint after the call may be about it
NEW_WEIGHT, COMPLAINT_WEIGHT = 3.0, 5.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that nobody reviewed yet. `reviewed`: reviews its agent had in the period."""

    attempt_id: str
    is_new_agent: bool
    complained: bool
    reviewed: int

    @property
    def weight(self) -> float:
        """How many tickets it has in the draw."""
        tickets = (NEW_WEIGHT if self.is_new_agent else 1.0) * (
            COMPLAINT_WEIGHT if self.complained else 1.0
        )
        return tickets / (1 + self.reviewed)


def pick(candidates: Sequence[Candidate], draw: float) -> Candidate | None:
    """The one in whose part of the whole weight `draw` (0 <= draw < 1) falls; None without candidates."""
    left = draw * sum(candidate.weight for candidate in candidates)
    for candidate in candidates:
        left -= candidate.weight
        if left < 0:
            return candidate
    return candidates[-1] if candidates else None  # rounding ate the rest
