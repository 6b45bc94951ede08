"""A node's own fences: what it refuses to send, whatever the engine believes."""

from __future__ import annotations

import re
from collections import deque

from telephony.protocol import Originate
from telephony.settings import Trunk

_NUMBER = re.compile(r"[0-9*#+]{2,20}")
_SHOWN = re.compile(r"[0-9]{3,15}")


class Fences:
    """Numbers, channels and calls per second of each trunk. Times are monotonic seconds."""

    def __init__(self, trunks: tuple[Trunk, ...]) -> None:
        self._trunks = trunks
        self._dials: dict[str, deque[float]] = {t.name: deque() for t in trunks}

    def trunk_of(self, order: Originate) -> Trunk | None:
        """The trunk that was named, else the first one."""
        if not order.trunk:
            return self._trunks[0]
        return next((t for t in self._trunks if t.name == order.trunk), None)

    def why_not(self, order: Originate, trunk: Trunk | None, in_use: int, now: float) -> str:
        """Empty: it may leave, and is counted. `in_use`: calls that this trunk has now."""
        if trunk is None:
            return "no such trunk"
        if not _NUMBER.fullmatch(order.number) or not _SHOWN.fullmatch(order.outbound_number):
            return "not a number"
        if not trunk.owns(order.outbound_number):
            return "not our number"
        if in_use >= trunk.channels:
            return "trunk full"
        dials = self._dials[trunk.name]
        while dials and now - dials[0] >= 1.0:
            dials.popleft()
        if len(dials) >= trunk.calls_per_second:
            return "too many calls a second"
        dials.append(now)
        return ""
