"""When busy agents will be free: P(free by a horizon) for each agent, from talk and wrap-up ages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import mul
from typing import Any

from dialer.domain.lifetimes import BINS, EDGES, Lifetimes, bin_of, ends_within
from dialer.domain.pacing_terms import Agent, AgentState, Prior

NEVER = -1e9
LATE_SECONDS = 60.0  # events come later than this only by another clock
PRIOR_SPELLS = 12  # what the prior is worth (pacing settings)
ROWS_SECONDS = 120.0  # in which every row follows what was learnt, one after the other
AGES = tuple((EDGES[k] + EDGES[k + 1]) / 2 for k in range(BINS))
LOOKUP = tuple(bin_of(second + 0.5) for second in range(1200))  # bin by whole second

Row = tuple[float, ...]
IDLE, TALK, WRAP, PAUSE = AgentState.IDLE, AgentState.TALK, AgentState.WRAP, AgentState.PAUSE


class FreeAgents:
    """Learns spells, keeps a table of rows: means for each horizon, then variances."""

    def __init__(self, prior: Prior, horizons: Sequence[float]) -> None:
        """`horizons`: seconds from now at which a row says whether the agent will be free."""
        self.talk = Lifetimes(prior.talk_seconds, PRIOR_SPELLS)
        self.wrap = Lifetimes(prior.wrap_seconds, PRIOR_SPELLS)
        self._spell: dict[str, tuple[AgentState, float]] = {}
        self._horizons = tuple(horizons)
        self._steps = max(int(horizons[-1]) + 1, 2)
        self._refreshed_at, self._next = NEVER, 0
        self._rows: dict[AgentState, list[Row]] = {
            AgentState.TALK: [()] * BINS, AgentState.WRAP: [()] * BINS,
        }  # fmt: skip
        self._learn(0.0, ())
        for k in range(BINS):
            self._build(k)

    def moved(self, agent_id: str, state: AgentState, at: float) -> None:
        """An agent changed state: a talk or wrap-up may have ended."""
        old = self._spell.get(agent_id)
        if old is not None:
            before, since = old
            if before is state or since - LATE_SECONDS < at < since:
                return  # doubled or late
            if at < since:
                pass  # the clock began anew with the machine: nothing to learn from this spell
            elif before is AgentState.TALK:
                self.talk.observe(at - since, direct=state is not AgentState.WRAP)
            elif before is AgentState.WRAP:
                self.wrap.observe(at - since)
        if state is AgentState.OUT:
            self._spell.pop(agent_id, None)
        else:
            self._spell[agent_id] = (state, at)

    def refresh(self, now: float, agents: Iterable[Agent]) -> None:
        """Bring one row of the table up to what was learnt; all are new within ROWS_SECONDS."""
        if abs(now - self._refreshed_at) < ROWS_SECONDS / BINS:
            return
        self._refreshed_at = now
        if self._next == 0:
            self._learn(now, agents)
        self._build(self._next)
        self._next = (self._next + 1) % BINS

    def _learn(self, now: float, agents: Iterable[Agent]) -> None:
        ages: dict[AgentState, list[float]] = {AgentState.TALK: [], AgentState.WRAP: []}
        for agent in agents:
            if agent.state in ages:
                ages[agent.state].append(max(now - agent.since, 0.0))
        self._talk = self.talk.hazards(ages[AgentState.TALK])
        self._wrap = self.wrap.hazards(ages[AgentState.WRAP])
        self._direct = self.talk.direct_shares()
        wrapped = (0.0, *ends_within(self._wrap, 0.0, self._steps))
        self._midway = [(a + b) / 2 for a, b in pairwise(wrapped)]

    def _build(self, k: int) -> None:
        """Rows of age bin k: wrap-up, and the end of a talk convolved with a wrap-up if one follows."""
        age = AGES[k]
        self._rows[AgentState.WRAP][k] = self._row(ends_within(self._wrap, age, self._steps))
        dies = [b - a for a, b in pairwise((0.0, *ends_within(self._talk, age, self._steps)))]
        at_once = [died * self._direct[bin_of(age + n)] for n, died in enumerate(dies)]
        later = [died - now for died, now in zip(dies, at_once, strict=True)]
        by, gone = [], 0.0
        for n in range(self._steps):
            gone += at_once[n]
            by.append(gone + sum(map(mul, later[: n + 1], self._midway[n::-1])))
        self._rows[AgentState.TALK][k] = self._row(by)

    def _row(self, by_second: Sequence[float]) -> Row:
        """Means and variances at the horizons, read between the seconds."""
        means = []
        for horizon in self._horizons:
            n = min(int(horizon), len(by_second) - 1)
            low = by_second[n - 1] if n else 0.0
            means.append(low + (by_second[n] - low) * (horizon - int(horizon)))
        return (*means, *(p * (1 - p) for p in means))

    def rows(self, agents: Iterable[Agent], now: float) -> list[Row]:
        """A row for each busy agent; none for one whom no call may be expected to reach."""
        talk, wrap = self._rows[AgentState.TALK], self._rows[AgentState.WRAP]
        found, oldest = [], len(LOOKUP) - 1
        for agent in agents:
            state = agent.state
            if agent.pause_pending or state is IDLE:
                continue
            if state is TALK or state is WRAP:
                age = int(now - agent.since)
                k = LOOKUP[age] if 0 <= age <= oldest else (bin_of(age) if age > 0 else 0)
                found.append(talk[k] if state is TALK else wrap[k])
            elif agent.back_at is not None and state is PAUSE:
                found += self._returning(agent.back_at - now)
        return found

    def _returning(self, away: float) -> list[Row]:
        """A pause whose end is known: free from that second on, the agent being as good as his word."""
        if away > self._horizons[-1]:
            return []
        return [
            (*(1.0 if away <= h else 0.0 for h in self._horizons), *(0.0 for _ in self._horizons))
        ]

    # --- kept over restarts -------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Plain types: what was learnt, the table, and the spells that go on."""
        return {
            "talk": self.talk.state(), "wrap": self.wrap.state(), "next": self._next,
            "refreshed_at": self._refreshed_at,
            "hazards": [list(self._talk), list(self._wrap), list(self._direct), list(self._midway)],
            "rows": {str(state): [list(row) for row in rows] for state, rows in self._rows.items()},
            "spells": {one: [str(state), since] for one, (state, since) in self._spell.items()},
        }  # fmt: skip

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was; a table for other horizons is built anew from what was learnt."""
        self.talk.load(state["talk"])
        self.wrap.load(state["wrap"])
        self._spell = {
            one: (AgentState(name), float(since)) for one, (name, since) in state["spells"].items()
        }
        if len(state["hazards"][3]) != self._steps:
            self._learn(0.0, ())
            for k in range(BINS):
                self._build(k)
            return
        self._next, self._refreshed_at = int(state["next"]), float(state["refreshed_at"])
        self._talk, self._wrap, self._direct, self._midway = map(list, state["hazards"])
        self._rows = {
            AgentState(name): [tuple(row) for row in rows] for name, rows in state["rows"].items()
        }
