"""How many lines may be opened now. Progressive: one for each agent who is ready for it.

Whoever answers then finds an agent free, unless that agent paused while it rang.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What the pacer sees of one campaign on one node."""

    idle_seats: int
    in_air: int  # dialed or answered, and not yet with an agent
    free_lines: int  # channels the trunks still have
    dials_allowed: int  # what the trunks' calls per second leave now


@dataclass(frozen=True, slots=True)
class Plan:
    """How many calls to place, and the numbers of the sentence that explains it."""

    count: int
    idle_seats: int
    in_air: int
    held_by: str  # "" | "lines" | "rate" | "agents"


def lines_to_open(view: View) -> Plan:
    """Never negative, never more calls in the air than idle seats, never over a cap."""
    wanted = max(view.idle_seats - view.in_air, 0)
    count = max(min(wanted, view.free_lines, view.dials_allowed), 0)
    held_by = ""
    if wanted == 0:
        held_by = "agents"
    elif count < wanted:
        held_by = "lines" if view.free_lines <= view.dials_allowed else "rate"
    return Plan(count, view.idle_seats, view.in_air, held_by)
