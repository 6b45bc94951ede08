"""The agents of a simulated floor: who is free longest, who may take what, and how they spend the day."""

from __future__ import annotations

from dialer.domain.pacing import Agent, AgentState
from dialer.simulation.day import Tape
from dialer.simulation.draws import Roster, Stream, talks_of


class Worker:
    """One agent. `due`: what he does after the call he is in (pause or out), and when he is back."""

    __slots__ = ("call", "due", "id", "index", "lists", "shown", "since", "state", "talks")

    def __init__(self, index: int, roster: Roster, seed: int) -> None:
        self.index = index
        self.id = f"a{index + 1}"
        self.state = AgentState.OUT
        self.since = 0.0
        self.lists = roster.lists
        self.call: object | None = None
        self.due: tuple[AgentState, float] | None = None  # next state, and seconds it takes
        self.talks: Stream = talks_of(seed, index)
        self.shown = Agent(self.id, self.state, self.since, lists=roster.lists)


class Floor:
    """All agents, the idle ones in the order in which they became idle."""

    __slots__ = ("_idle", "_shown", "_tape", "workers")

    def __init__(self, rosters: list[Roster], seed: int, tape: Tape) -> None:
        self.workers = [Worker(index, roster, seed) for index, roster in enumerate(rosters)]
        self._idle: dict[str, Worker] = {}
        self._tape = tape
        self._shown: tuple[Agent, ...] | None = None

    def shown(self) -> tuple[Agent, ...]:
        """What the pacer sees; made anew only when something changed."""
        if self._shown is None:
            self._shown = tuple(worker.shown for worker in self.workers)
        return self._shown

    def move(
        self, worker: Worker, state: AgentState, now: float, back_at: float | None = None
    ) -> None:
        """Put an agent into a state."""
        self._tape.spent(worker.state, worker.since, now)
        if worker.state is AgentState.IDLE:
            del self._idle[worker.id]
        if state is AgentState.IDLE:
            self._idle[worker.id] = worker
        worker.state, worker.since = state, now
        worker.shown = Agent(worker.id, state, now, False, back_at, worker.lists)
        self._shown = None

    def announce(self, worker: Worker) -> None:
        """He pressed "pause after this call"."""
        old = worker.shown
        worker.shown = Agent(old.id, old.state, old.since, True, None, old.lists)
        self._shown = None

    def keep_announced(self, worker: Worker, pending: bool) -> None:
        """From talk to wrap-up the wish stays in sight."""
        if pending:
            self.announce(worker)

    def free_for(self, name: str) -> Worker | None:
        """Who is idle longest and may take a call of this list."""
        for worker in self._idle.values():
            if worker.lists is None or name in worker.lists:
                return worker
        return None

    def close(self, now: float) -> None:
        """Account for the last spell of everyone."""
        for worker in self.workers:
            self._tape.spent(worker.state, worker.since, now)
            worker.since = now
