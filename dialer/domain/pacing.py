"""How many calls to place now: the spine of the pacer.

`Pacer.observe` learns from what happened, `Pacer.decide` answers what to do next. It has no clock and
no randomness: the same events and the same view give the same plan.
"""

from __future__ import annotations

from dialer.domain.list_shares import ListShares, RecentDials
from dialer.domain.one_to_one import Guaranteed, idle_agents
from dialer.domain.pacing_terms import (
    Abandoned,
    Agent,
    AgentMoved,
    AgentState,
    AirCall,
    Answered,
    Busy,
    Cancelled,
    Connected,
    Dialed,
    Event,
    Failed,
    HeldBy,
    ListView,
    MachineFound,
    Mode,
    NoAnswer,
    PersonFound,
    Phase,
    Plan,
    Prior,
    QuickHangup,
    Settings,
    View,
    WasMachine,
)

__all__ = [
    "Abandoned", "Agent", "AgentMoved", "AgentState", "AirCall", "Answered", "Busy", "Cancelled",
    "Connected", "Dialed", "Event", "Failed", "HeldBy", "ListView", "MachineFound", "Mode", "NoAnswer",
    "Pacer", "PersonFound", "Phase", "Plan", "Prior", "QuickHangup", "Settings", "View", "WasMachine",
]  # fmt: skip


class Pacer:
    """Decides for one campaign, or for lists that share agents."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._recent_dials = RecentDials()

    def observe(self, event: Event) -> None:
        """Learn from one event. Unknown ids, doubled and late events are taken without harm."""
        if isinstance(event, Dialed):
            self._recent_dials.note(event.list, event.at)

    def decide(self, view: View) -> Plan:
        """What to do now."""
        idle, in_air = len(idle_agents(view.agents)), len(view.calls)
        if self._settings.mode is not Mode.PROGRESSIVE:
            return Plan(held_by="mode", idle=idle, in_air=in_air)
        room, cap = room_of(self._settings, view)
        shares = ListShares(view, self._recent_dials)
        guaranteed = Guaranteed(view)
        held_by: HeldBy = ""
        while not held_by:
            name = shares.next_list(guaranteed.take)
            if name is None:
                held_by = "list_end" if shares.all_empty else "agents"
            elif shares.count == room:
                held_by = cap
            else:
                shares.give(name)
        if held_by == "agents" and shares.count:
            held_by = ""
        return Plan(
            shares.count, shares.by_list(), held_by=held_by, idle=idle, in_air=in_air
        )  # fmt: skip

    def state(self) -> dict[str, object]:
        """What was learnt, as plain types; `restored` brings it back."""
        return {"version": 1}

    @classmethod
    def restored(cls, settings: Settings, state: dict[str, object]) -> Pacer:
        """A pacer that goes on where the one of `state` was."""
        return cls(settings)


def room_of(settings: Settings, view: View) -> tuple[int, HeldBy]:
    """How many calls the caps leave now, and which cap is the tightest."""
    talking = sum(a.state is AgentState.TALK for a in view.agents)
    lines = min(view.free_lines, settings.lines - len(view.calls) - talking)
    if lines <= view.dial_allowance:
        return max(lines, 0), "lines"
    return max(view.dial_allowance, 0), "rate"
