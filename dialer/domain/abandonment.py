"""Abandonment (呼损率): the share of people who answered and met no agent in time.

The default formula, A / (A + H): abandoned over abandoned plus handled by an agent with a person on
the line. Machines that agents found, and people who hung up before the limit, are in neither. China
has no number in law that we know of; 3 % is policy. The US and UK forms have their own issue.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMULA = "A/(A+H)"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that always shows its numerator and denominator."""

    abandoned: int
    persons: int
    formula: str = FORMULA

    @property
    def value(self) -> float:
        """Share of 1; 0 when nobody answered."""
        return self.abandoned / self.persons if self.persons else 0.0


def default_rate(abandoned: int, handled: int) -> Rate:
    """The rate of `abandoned` and `handled` calls."""
    return Rate(abandoned, abandoned + handled)
