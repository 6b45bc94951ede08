"""Which seat needs the supervisor first: a pure order over what the board knows of each seat.

Colours are the page's business; here are the reason (a word of the catalogue), the level (0 calm to 3 far
over) and the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Seconds in a state from which its colour is stronger: once, twice, three times.
LEVELS: Mapping[str, tuple[int, int, int]] = MappingProxyType({
    "connecting": (10, 30, 60), "wrap_up": (20, 45, 90), "talking": (300, 600, 1200),
    "dialing": (20, 40, 60), "previewing": (30, 60, 120), "idle": (60, 180, 300),
    "paused": (300, 900, 1800),
})  # fmt: skip
LEG_DOWN_SECONDS = 10
OTHERS = ("wrap_up", "connecting", "paused", "talking", "previewing", "dialing", "idle")


@dataclass(frozen=True, slots=True)
class SeatSeen:
    """A seat as the board sees it; times in seconds. `help_seconds`: since the agent asked for help."""

    state: str
    seconds: float
    pause_reason: str = ""
    pause_limit_seconds: float | None = None
    help_seconds: float | None = None
    concession_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Why a seat stands where it stands; smaller `order` first."""

    why: str
    level: int
    order: tuple[int, float]


def need(seat: SeatSeen) -> Need:
    """Somebody who asks comes first, then what is broken, then what is over its time, then the rest."""
    level = _level(seat)
    if seat.help_seconds is not None:
        return Need("help", 3, (0, -seat.help_seconds))
    if seat.concession_seconds is not None:
        return Need("concession", 3, (1, -seat.concession_seconds))
    if seat.state == "connecting" and seat.seconds >= LEG_DOWN_SECONDS:
        return Need("leg_down", 3, (2, -seat.seconds))
    if seat.pause_reason == "desk_lost" and seat.state == "paused":
        return Need("desk_lost", 3, (2, -seat.seconds))
    over = _over(seat, level)
    if over:
        return Need(over, level, (3, -_times_over(seat)))
    place = OTHERS.index(seat.state) if seat.state in OTHERS else len(OTHERS)
    return Need("", level, (4 + place, -seat.seconds))


def _over(seat: SeatSeen, level: int) -> str:
    if seat.state == "wrap_up" and level >= 2:
        return "wrap_long"
    if seat.state == "talking" and level >= 2:
        return "talk_long"
    limit = seat.pause_limit_seconds
    if seat.state == "paused" and limit is not None and seat.seconds > limit:
        return "pause_over"
    return ""


def _times_over(seat: SeatSeen) -> float:
    """How many times over its limit: an hour's talk and five minutes' wrap-up compare."""
    limit = seat.pause_limit_seconds if seat.state == "paused" else LEVELS[seat.state][1]
    return seat.seconds / limit if limit else seat.seconds


def _level(seat: SeatSeen) -> int:
    limit = seat.pause_limit_seconds
    if seat.state == "paused" and limit:
        return sum(seat.seconds >= limit * part for part in (0.5, 1.0, 1.5))
    return sum(seat.seconds >= seconds for seconds in LEVELS.get(seat.state, ()))
