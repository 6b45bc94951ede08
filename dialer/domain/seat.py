"""States of a seat (坐席): what the system does with it, beside what the agent chose.

offline --leg wanted--> connecting --leg up--> paused | idle
idle <--status--> paused        idle --customer--> talking --over--> wrap_up
wrap_up --outcome saved--> paused | idle        any --leg lost, away--> connecting | offline
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SeatState(StrEnum):
    """What the system does with the seat."""

    OFFLINE = "offline"
    CONNECTING = "connecting"  # waiting for the agent's phone
    PAUSED = "paused"
    IDLE = "idle"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class SeatStatus(StrEnum):
    """What the agent chose."""

    AWAY = "away"
    PAUSED = "paused"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """All that decides a seat's state."""

    status: SeatStatus
    leg_up: bool
    customer_on_line: bool = False
    outcome_missing: bool = False
    trained: bool = True  # no new customer for somebody whose training ran out


def state_of(facts: SeatFacts) -> SeatState:
    """The one place that says what a seat's state is."""
    if facts.customer_on_line:
        return SeatState.TALKING
    if facts.outcome_missing:
        return SeatState.WRAP_UP
    if facts.status is SeatStatus.AWAY:
        return SeatState.OFFLINE
    if not facts.leg_up:
        return SeatState.CONNECTING
    waits = facts.status is SeatStatus.READY and facts.trained
    return SeatState.IDLE if waits else SeatState.PAUSED
