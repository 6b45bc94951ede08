"""How many calls to place now: the spine of the pacer.

`Pacer.observe` learns from what happened, `Pacer.decide` answers what to do next. It has no clock and
no randomness: the same events and the same view give the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialer.domain.agent_pools import Pool, pools_of
from dialer.domain.call_log import CallLog
from dialer.domain.floor_outlook import InAir, in_air, outlook
from dialer.domain.list_shares import ListShares, RecentDials
from dialer.domain.marginal_risk import Outlook, most_calls
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


REBUILD_SECONDS = 5.0  # how often the tables of calls follow what was learnt
NEVER = -1e9


class Pacer:
    """Decides for one campaign, or for lists that share agents."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.log = CallLog(settings)
        self._recent_dials = RecentDials()
        self._rebuilt_at = NEVER

    def observe(self, event: Event) -> None:
        """Learn from one event. Unknown ids, doubled and late events are taken without harm."""
        if isinstance(event, Dialed):
            self._recent_dials.note(event.list, event.at)
        self.log.take(event)

    def decide(self, view: View) -> Plan:
        """What to do now."""
        if self._settings.mode is Mode.PROGRESSIVE:
            return one_to_one(self._settings, view, self._recent_dials)
        if self._settings.mode is not Mode.PREDICTIVE:
            idle = len(idle_agents(view.agents))
            return Plan(held_by="mode", idle=idle, in_air=len(view.calls))
        return self._ahead(view)

    def start_day(self) -> None:
        """A new day, or another period the rate is counted over: the counts begin anew, what was
        learnt stays."""
        self.log.governor.count.start_day()

    def state(self) -> dict[str, object]:
        """What was learnt and counted, as plain types; `restored` brings it back."""
        return {
            "version": STATE_VERSION, "log": self.log.state(), "dials": self._recent_dials.state(),
            "rebuilt_at": self._rebuilt_at,
        }  # fmt: skip

    @classmethod
    def restored(cls, settings: Settings, state: Mapping[str, Any]) -> Pacer:
        """A pacer that goes on where the one of `state` was; one of another version starts afresh."""
        pacer = cls(settings)
        if state.get("version") == STATE_VERSION:
            pacer.log.load(state["log"])
            pacer._recent_dials.load(state["dials"])
            pacer._rebuilt_at = float(state["rebuilt_at"])
        return pacer

    # --- predictive ---------------------------------------------------------------------------------

    def _ahead(self, view: View) -> Plan:
        """Calls for agents who are about to be free, while the risk of the next is below theta."""
        log, governor = self.log, self.log.governor
        air = self._learn(view)
        pools = pools_of(view)
        if len(pools) == 1 and len(view.lists) < 2:
            looks = [outlook(log, pools[0], air, view.now, 1.0)]
        else:
            looks = [self._look(view, pool, pools) for pool in pools]
        numbers = self._numbers(view, looks)
        if not governor.may_risk(log.at_stake):
            sure = one_to_one(self._settings, view, self._recent_dials)
            log.plan_sure(sure.count)
            held_by = sure.held_by if sure.held_by not in ("", "agents") else "budget"
            return replace(numbers, count=sure.count, by_list=sure.by_list, held_by=held_by)
        return self._by_risk(view, pools, looks, numbers)

    def _learn(self, view: View) -> InAir:
        hazards = self.log.hazards
        air = in_air(view, hazards, {})
        ringing = air.ringing
        if (
            abs(view.now - self._rebuilt_at) >= REBUILD_SECONDS
        ):  # a restarted machine's clock is younger
            self._rebuilt_at = view.now
            hazards.rebuild(ringing)
            self.log.forget_lost(view.now, self._settings.ring_timeout)
        hazards.look_at(ringing)
        self.log.lists = tuple(sorted(one.name for one in view.lists))
        self.log.judge_fresh(view.now)
        self.log.free.refresh(view.now, view.agents)
        self._judge(view)
        return air

    def _judge(self, view: View) -> None:
        """What governor and count must know of the moment."""
        self.log.governor.count.look_at(view.now, view.lists)
        out = AgentState.OUT
        signed_in = len(view.agents) - [agent.state for agent in view.agents].count(out)
        self.log.governor.look_at(signed_in)

    def _look(self, view: View, pool: Pool, pools: list[Pool]) -> Outlook:
        levels = self.log.levels
        weights = {
            name: (levels.of(name), pool.share_of(other)) for other in pools for name in other.names
        }
        air = in_air(view, self.log.hazards, weights)
        new_level = max((levels.of(name) for name in pool.names), default=1.0)
        return outlook(self.log, pool, air, view.now, new_level)

    def _by_risk(self, view: View, pools: list[Pool], looks: list[Outlook], numbers: Plan) -> Plan:
        theta = self.log.governor.theta
        room, cap = room_of(self._settings, view)
        shares, guaranteed = ListShares(view, self._recent_dials), Guaranteed(view)
        given: dict[int, int] = {}
        first = last = 0.0
        held_by: HeldBy = ""
        for index in sorted(range(len(pools)), key=lambda n: shares.lead(pools[n].names)):
            pool, look = pools[index], looks[index]
            for other, count in given.items():
                look.add(count * pool.share_of(pools[other]), looks[other].new_call)
            entries = shares.left(pool.names)
            most = min(room - shares.count, entries)
            count, first, last = most_calls(look, theta, most)
            count = max(count, min(guaranteed.number(pool.names), most))
            given[index] = count
            shares.give_many(pool.names, count)
            held_by = "risk" if count < most else ("list_end" if entries <= most else cap)
        self.log.plan_risk(first, last, shares.count)
        return replace(
            numbers, count=shares.count, by_list=shares.by_list(), risk=last, held_by=held_by
        )

    def _numbers(self, view: View, looks: list[Outlook]) -> Plan:
        """The numbers of the sentence, without a decision."""
        log, hazards = self.log, self.log.hazards
        idle = len(idle_agents(view.agents))
        return Plan(
            expected_arrivals=max((look.arrivals[-1] for look in looks), default=0.0),
            expected_free=max((look.frees[-1] for look in looks), default=0.0) + idle,
            horizon_seconds=hazards.horizons[-1], threshold=log.governor.theta,
            budget_left=max(log.governor.count.budget(), 0.0), idle=idle, in_air=len(view.calls),
            answer_rate=hazards.answer_rate * hazards.level * hazards.ring_share,
        )  # fmt: skip


STATE_VERSION = 2


def one_to_one(settings: Settings, view: View, recent: RecentDials) -> Plan:
    """Progressive: one call in the air for each idle agent."""
    room, cap = room_of(settings, view)
    shares, guaranteed = ListShares(view, recent), Guaranteed(view)
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
        shares.count, shares.by_list(), held_by=held_by, idle=len(idle_agents(view.agents)),
        in_air=len(view.calls),
    )  # fmt: skip


def room_of(settings: Settings, view: View) -> tuple[int, HeldBy]:
    """How many calls the caps leave now, and which cap is the tightest."""
    talking = [agent.state for agent in view.agents].count(AgentState.TALK)
    lines = min(view.free_lines, settings.lines - len(view.calls) - talking)
    if lines <= view.dial_allowance:
        return max(lines, 0), "lines"
    return max(view.dial_allowance, 0), "rate"
