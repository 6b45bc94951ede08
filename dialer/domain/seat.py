"""States of a seat (坐席): what the system does with it, beside what the agent chose.

offline --leg wanted--> connecting --leg up--> paused | idle
idle <--status--> paused        idle --customer--> talking --over--> wrap_up
idle --entry offered--> previewing --dial--> dialing    previewing --skip, deadline, pause--> idle | paused
idle | paused --call placed for the seat--> dialing --answered--> talking    dialing --over--> idle | paused
wrap_up --outcome saved--> paused | idle        any --leg lost, away--> connecting | offline

A pause chosen while dialing or talking begins when the call is over.
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
    PREVIEWING = "previewing"  # looks at an entry before it is dialed
    DIALING = "dialing"  # a call that was placed for this seat is on its way
    TALKING = "talking"
    WRAP_UP = "wrap_up"


# Occupied: the agent works for a customer. Preview and dialing are work, waiting is not.
WORK = (SeatState.PREVIEWING, SeatState.DIALING, SeatState.TALKING, SeatState.WRAP_UP)


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
    dialing: bool = False
    previewing: bool = False


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
    if facts.dialing:
        return SeatState.DIALING
    if facts.status is not SeatStatus.READY or not facts.trained:
        return SeatState.PAUSED
    return SeatState.PREVIEWING if facts.previewing else SeatState.IDLE
