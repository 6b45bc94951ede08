"""What our pacer is measured against: a fixed ratio of attempts to free agents. For ViciDial's way see
`vicidial`; progressive is `Pacer` in its own mode."""

from __future__ import annotations

import math

from dialer.domain.list_shares import ListShares
from dialer.domain.pacing import AgentState, Event, Plan, Settings, View


def placed(view: View, wanted: int, lines: int) -> Plan:
    """`wanted` more calls, as far as lists and caps allow, shared among lists by weight."""
    talking = sum(agent.state is AgentState.TALK for agent in view.agents)
    room = min(view.free_lines, lines - len(view.calls) - talking, view.dial_allowance)
    shares = ListShares(view)
    for _ in range(max(min(wanted, room), 0)):
        name = shares.next_list(lambda _: True)
        if name is None:
            break
        shares.give(name)
    return Plan(shares.count, shares.by_list(), in_air=len(view.calls))


class FixedRatio:
    """So many attempts in the air for each agent who is free now; no forecast, no feedback.

    Attempts are whole: 2.5 means two and three in turn as agents come free, by the floor of the product.
    """

    def __init__(self, settings: Settings, ratio: float) -> None:
        self._lines = settings.lines
        self._ratio = ratio

    def observe(self, event: Event) -> None:
        """Nothing to learn."""

    def decide(self, view: View) -> Plan:
        """Fill the air up to ratio x free agents."""
        idle = sum(agent.state is AgentState.IDLE for agent in view.agents)
        return placed(view, math.floor(self._ratio * idle) - len(view.calls), self._lines)
