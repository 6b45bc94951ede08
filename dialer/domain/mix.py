"""How the lists of a campaign share its calls: by priority, and by weight within one priority.

Start-time fair queueing (Goyal, Vin and Cheng 1996) with calls of one size: each list has a turn, the
lowest turn goes next, and a call moves it on by STRIDE / weight. A list that had nothing to dial comes
back at the campaign's clock, so it neither starves nor claims what it did not use.
"""

from __future__ import annotations

from dataclasses import dataclass

WEIGHT_MAX = 100
STRIDE = 720_720  # divisible by 1 to 16, so that small weights share exactly


@dataclass(frozen=True, slots=True)
class Share:
    """One list: `priority` lower goes first; `weight` 1-100; `turn` as it was stored last."""

    list_id: int
    priority: int = 0
    weight: int = 1
    turn: int = 0


def starts_at(share: Share, clock: int) -> int:
    """The turn at which the list is due: never before the clock."""
    return max(share.turn, clock)


def after_a_call(share: Share, clock: int) -> tuple[int, int]:
    """(turn of the list, clock of the campaign) once a call of this list was placed."""
    start = starts_at(share, clock)
    return start + STRIDE // share.weight, start


def rank(share: Share, clock: int) -> tuple[int, int, int]:
    """Sorts lists into the order in which they are asked."""
    return share.priority, starts_at(share, clock), share.list_id
