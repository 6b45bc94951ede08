"""Which trunk a new call leaves by. Pure: no clock, no chance inside.

Lowest `priority` first; among equals shares by `weight`, smoothly (each turn every candidate gains its
weight, the richest is taken and pays the sum), so that a burst is spread and the same calls give the same
choice. A trunk that cannot take a call (down, full, too fast, does not own the number) is no candidate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from telephony.trunk import Trunk


@dataclass(slots=True)
class TrunkChoice:
    """Remembers the balance of each trunk."""

    _credit: dict[str, float] = field(default_factory=dict)

    def choose(self, candidates: Iterable[Trunk]) -> Trunk | None:
        """The one to take, which is thereby counted; None: there is no candidate."""
        fit = list(candidates)
        if not fit:
            return None
        best = min(trunk.priority for trunk in fit)
        equals = [trunk for trunk in fit if trunk.priority == best]
        for trunk in equals:
            self._credit[trunk.name] = self._credit.get(trunk.name, 0.0) + trunk.weight
        taken = max(equals, key=lambda trunk: self._credit[trunk.name])
        self._credit[taken.name] -= sum(trunk.weight for trunk in equals)
        return taken


def may_go_elsewhere(*, answered: bool, rang: bool, we_ended: bool, is_trunk_fault: bool) -> bool:
    """Whether an attempt that ended may be sent once more by another trunk. Never when a phone may have
    rung (any 18x, early media, an answer) and never when we gave it up ourselves."""
    return is_trunk_fault and not (answered or rang or we_ended)
