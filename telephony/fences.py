"""A node's own fences: what it refuses to send, whatever the engine believes."""

from __future__ import annotations

import re
from collections import Counter, deque

from telephony.protocol import Originate
from telephony.trunk import Trunk

_NUMBER = re.compile(r"\+?[0-9*#]{2,20}")
_SHOWN = re.compile(r"[0-9]{3,15}")
SECOND = 1.0


class Fences:
    """Numbers, channels and calls per second of each trunk. Times are monotonic seconds."""

    def __init__(self, trunks: tuple[Trunk, ...]) -> None:
        self._dials: dict[str, deque[float]] = {t.name: deque() for t in trunks}
        self._in_use: Counter[str] = Counter()

    def why_no_number(self, order: Originate) -> str:
        """Empty: both are numbers, in the form we know. Nothing else may stand in a SIP header."""
        if not _NUMBER.fullmatch(order.number) or not _SHOWN.fullmatch(order.outbound_number):
            return "not a number"
        return ""

    def why_full(self, trunk: Trunk, now: float) -> str:
        """Empty: one more call may leave by it now."""
        if self._in_use[trunk.name] >= trunk.channels:
            return "trunk full"
        if self.dialed_last_second(trunk, now) >= trunk.calls_per_second:
            return "too many calls a second"
        return ""

    def leaves(self, trunk: Trunk, now: float) -> None:
        """An INVITE leaves by it."""
        self._dials[trunk.name].append(now)
        self._in_use[trunk.name] += 1

    def freed(self, trunk: Trunk) -> None:
        """The call is over, or was sent elsewhere."""
        self._in_use[trunk.name] -= 1

    def in_use(self, trunk: Trunk) -> int:
        """Its calls now."""
        return self._in_use[trunk.name]

    def dialed_last_second(self, trunk: Trunk, now: float) -> int:
        """INVITEs that left within the last second."""
        dials = self._dials[trunk.name]
        while dials and now - dials[0] >= SECOND:
            dials.popleft()
        return len(dials)
