"""Whether both sides bring sound, told within three seconds. Pure: fed with counters and levels.

A headset that is muted at its own switch sends packets of zeros, a broken path none at all; people who
are silent still send noise. Levels are pjsua2's, 0 to 255; packet counters grow while sound flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

GONE_SECONDS = 2.0  # without a packet; looked at twice a second
ZERO_SECONDS = 2.5  # of pure zeros while the other side speaks
QUIET_SECONDS = 2.5  # of silence on both sides
VOICE_LEVEL = 8  # about -48 dB below full scale: more than a line's noise


class Warning(StrEnum):
    """What the agent is told."""

    CUSTOMER_GONE = "customer_gone"  # no packets from the customer: they may not be heard
    AGENT_GONE = "agent_gone"  # none from the agent's phone
    CUSTOMER_ZERO = "customer_zero"  # packets without any sound
    AGENT_ZERO = "agent_zero"  # the microphone is off
    DEAD_AIR = "dead_air"  # nobody speaks


@dataclass(slots=True)
class Side:
    """One leg. Times are monotonic seconds."""

    packets: int = -1
    came_at: float = 0.0  # the last packet
    sounded_at: float = 0.0  # any level above zero
    spoke_at: float = 0.0

    def note_packets(self, packets: int, now: float) -> None:
        """The counter of received packets, as it is now."""
        if packets != self.packets:
            self.packets, self.came_at = packets, now

    def note_level(self, level: int, now: float) -> None:
        """How loud the leg is now."""
        if level > 0:
            self.sounded_at = now
        if level >= VOICE_LEVEL:
            self.spoke_at = now

    def start(self, now: float) -> None:
        """The talk begins, or goes on after a hold: nothing can be missing yet."""
        self.came_at = self.sounded_at = self.spoke_at = now

    def is_gone(self, now: float) -> bool:
        """No packet for so long that something is broken."""
        return now - self.came_at >= GONE_SECONDS


@dataclass(slots=True)
class SoundWatch:
    """One conversation."""

    customer: Side = field(default_factory=Side)
    agent: Side = field(default_factory=Side)

    def start(self, now: float) -> None:
        """Begin, or begin again: nothing is missing yet."""
        self.customer.start(now)
        self.agent.start(now)

    def rest(self, now: float) -> None:
        """The customer waits: silence means nothing now, missing packets still do."""
        for side in (self.customer, self.agent):
            side.sounded_at = side.spoke_at = now

    def warnings(self, now: float) -> frozenset[Warning]:
        """What is wrong now."""
        found = set()
        for side, other, gone, zero in (
            (self.customer, self.agent, Warning.CUSTOMER_GONE, Warning.CUSTOMER_ZERO),
            (self.agent, self.customer, Warning.AGENT_GONE, Warning.AGENT_ZERO),
        ):
            if side.is_gone(now):
                found.add(gone)
            elif now - side.sounded_at >= ZERO_SECONDS and now - other.spoke_at < ZERO_SECONDS:
                found.add(zero)
        quiet = all(now - s.spoke_at >= QUIET_SECONDS for s in (self.customer, self.agent))
        if quiet and not found:
            found.add(Warning.DEAD_AIR)
        return frozenset(found)
