"""Which agents stand behind which lists: lists with the same agents are one pool."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.domain.pacing_terms import Agent, View


@dataclass(frozen=True, slots=True)
class Pool:
    """Lists that the same agents take."""

    names: frozenset[str]
    agents: tuple[Agent, ...]

    def share_of(self, other: Pool) -> float:
        """The share of the other pool's calls that take an agent of this one (equal chances)."""
        if self is other:
            return 1.0
        mine = {agent.id for agent in self.agents}
        theirs = [agent.id for agent in other.agents]
        return sum(one in mine for one in theirs) / len(theirs) if theirs else 0.0


def pools_of(view: View) -> list[Pool]:
    """One pool where every agent takes every list, else one for each set of agents."""
    names = frozenset(one.name for one in view.lists)
    if all(agent.lists is None for agent in view.agents):
        return [Pool(names, view.agents)]
    found: dict[tuple[str, ...], tuple[set[str], tuple[Agent, ...]]] = {}
    for name in sorted(names):
        agents = tuple(agent for agent in view.agents if agent.takes(name))
        key = tuple(agent.id for agent in agents)
        found.setdefault(key, (set(), agents))[0].add(name)
    return [Pool(frozenset(lists), agents) for lists, agents in found.values()]
