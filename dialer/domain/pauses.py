"""Pauses: their reasons, how long they may take, the ones announced ahead, and breathers."""

from __future__ import annotations

from datetime import timedelta

# Minutes after which a pause is long; the screen says so to the agent and to the board. None: no limit.
LIMITS: dict[str, int | None] = {
    "short": 15, "lunch": 60, "meeting": 90, "training": None, "other": 15,
}  # fmt: skip
ANNOUNCE_MINUTES = (5, 10, 15)
BREATHER = "breather"
BREATHER_TIME = timedelta(seconds=60)
BREATHERS_A_DAY = 6
# An announced pause waits at most so long for calls in the air that count on the seat.
LEAVE_WITHIN = timedelta(seconds=30)
