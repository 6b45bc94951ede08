"""One line for each idle agent who is not already spoken for: the guaranteed dials.

Whoever answers such a call finds an agent free, unless that agent left while it rang. Agents may be
limited to some lists, so "spoken for" is a matching of calls to agents, not a difference of counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dialer.domain.pacing_terms import Agent, AgentState, View

Skill = frozenset[str] | None


def idle_agents(agents: Iterable[Agent]) -> list[Agent]:
    """Agents who would take a call now."""
    idle = AgentState.IDLE
    return [agent for agent in agents if agent.state is idle and not agent.pause_pending]


class Guaranteed:
    """Idle agents by skill, less those whom calls in the air speak for."""

    def __init__(self, view: View) -> None:
        """The scarce skills are left for last: a call takes an agent with the fewest lists."""
        idle = idle_agents(view.agents)
        self._limited = any(agent.lists is not None for agent in idle)
        self._free: Counter[Skill] = Counter(a.lists for a in idle if self._limited)
        self._all = len(idle)
        if self._limited:
            for name, count in Counter(call.list for call in view.calls).items():
                for _ in range(count):
                    if not self.take(name):
                        break
        else:
            self._all = max(self._all - len(view.calls), 0)

    def number(self, names: frozenset[str]) -> int:
        """How many calls of these lists have an agent waiting for them alone."""
        if not self._limited:
            return self._all
        return sum(n for s, n in self._free.items() if s is None or s & names)

    def take(self, name: str) -> bool:
        """Give an idle agent to a call of this list; False when none is left for it."""
        if not self._limited:
            if self._all:
                self._all -= 1
                return True
            return False
        fitting = [s for s, n in self._free.items() if n and (s is None or name in s)]
        if not fitting:
            return False
        self._free[min(fitting, key=_breadth)] -= 1
        return True


def _breadth(skill: Skill) -> tuple[int, list[str]]:
    return (10**9, []) if skill is None else (len(skill), sorted(skill))
