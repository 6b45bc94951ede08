"""One simulated day: a queue of events, the agents, the calls, and a pacer that decides once a second.

dial -> ring -> busy | failed | no answer | given up
             -> answered -> [AMD] -> an agent | waits -> an agent | hangs up | abandoned
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from dialer.domain import pacing
from dialer.domain.pacing import AgentState, AirCall, ListView, Plan, View
from dialer.simulation.day import Day, Tape, day_of
from dialer.simulation.draws import calls_of, rosters
from dialer.simulation.floor import Floor, Worker
from dialer.simulation.scenario import CallList, Scenario

RING_MIN = 15.0
PROGRESS_EVERY = 300.0
Progress = Callable[[float], bool]  # told the share done; False: stop


class Cancelled(Exception):
    """The one who asked for the day does not want it any more."""


class PacerLike(Protocol):
    """Ours, and what it is measured against."""

    def observe(self, event: pacing.Event, /) -> None:
        """Something happened."""

    def decide(self, view: View, /) -> Plan:
        """How many calls to place now."""


class Fate(IntEnum):
    """How an attempt would end if nobody gave it up."""

    PERSON = 0
    MACHINE = 1
    BUSY = 2
    FAILED = 3
    NO_ANSWER = 4


class Call:
    """One attempt from dial to agent."""

    __slots__ = ("air", "fate", "id", "list", "patience", "row")

    def __init__(self, call_id: str, of: CallList, fate: Fate, row: tuple[float, ...]) -> None:
        self.id = call_id
        self.list = of.name
        self.fate = fate
        self.row = row
        self.patience: float | None = None
        self.air: AirCall


class Shift:
    """A day being played."""

    def __init__(
        self, scenario: Scenario, pacer: PacerLike, seed: int, limit: float = 0.03
    ) -> None:
        self._scene = scenario
        self._pacer = pacer
        self._limit = limit
        self._day = f"{seed:x}"  # call ids differ between days: a pacer may live longer than one
        self.tape = Tape(scenario.seconds)
        days = rosters(scenario, seed)
        self._floor = Floor(days, seed, self.tape)
        self._fates = [calls_of(seed, index) for index in range(len(scenario.lists))]
        self._by_name = {one.name: index for index, one in enumerate(scenario.lists)}
        self._left = [one.size for one in scenario.lists]
        self._air: dict[str, Call] = {}
        self._waiting: dict[str, Call] = {}
        self._shown: tuple[AirCall, ...] | None = None
        self._connected = 0
        self._placed = 0
        self._tokens = scenario.calls_per_second
        self._tokens_at = 0.0
        self._queue: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._order = 0
        self._decide_at: float | None = None
        self._decided_at = -1.0
        self._gap = scenario.gap
        self.now = 0.0
        # Nobody is rung at closing time: the last calls have rung out when the agents leave.
        self._last_dial = scenario.seconds - scenario.ring_timeout - 5.0
        for worker, roster in zip(self._floor.workers, days, strict=True):
            self._at(roster.start, self._arrive, worker)
            self._at(roster.end, self._wish, worker, AgentState.OUT, 0.0, roster.end_announced)
            for pause in roster.pauses:
                self._at(
                    pause.at, self._wish, worker, AgentState.PAUSE, pause.length, pause.announced
                )

    # The clock

    def run(self, progress: Progress | None = None) -> Day:
        """Play to the end: until the last call is over and the last agent has left."""
        tick, told = 0.0, 0.0
        scene = self._scene
        while True:
            due = tick if self._decide_at is None else min(tick, self._decide_at)
            if self._queue and self._queue[0][0] <= due:
                self.now, _, act, what = heapq.heappop(self._queue)
                act(*what)
                continue
            if due > self._last_dial:
                if not self._queue:
                    break
                self.now, _, act, what = heapq.heappop(self._queue)
                act(*what)
                continue
            self.now = due
            self._decide_at = None
            if due >= tick:
                tick += scene.decide_every
            self._decide()
            if progress is not None and due >= told:
                told += PROGRESS_EVERY
                if not progress(due / scene.seconds):
                    raise Cancelled
        self._floor.close(max(self.now, scene.seconds))
        return day_of(self.tape, scene.agents, scene.hours, self._limit, scene.amd is not None)

    def _at(self, when: float, act: Callable[..., None], *what: object) -> None:
        self._order += 1
        heapq.heappush(self._queue, (when, self._order, act, what))

    def _soon(self) -> None:
        """Something changed that the pacer should answer to."""
        if self._decide_at is None:
            self._decide_at = max(self.now, self._decided_at + self._gap)

    # Dialing

    def _decide(self) -> None:
        scene = self._scene
        self._decided_at = self.now
        self._tokens = min(
            self._tokens + (self.now - self._tokens_at) * scene.calls_per_second,
            max(scene.calls_per_second, 1.0),
        )
        self._tokens_at = self.now
        if self._shown is None:
            self._shown = tuple(call.air for call in self._air.values())
        free = scene.lines - len(self._air) - self._connected
        lists = tuple(
            ListView(one.name, left, one.weight)
            for one, left in zip(scene.lists, self._left, strict=True)
        )
        view = View(self.now, self._floor.shown(), self._shown, free, int(self._tokens), lists)
        plan = self._pacer.decide(view)
        for call_id in plan.give_up:
            self._give_up(call_id)
        room = min(scene.lines - len(self._air) - self._connected, int(self._tokens))
        for name, count in plan.by_list:
            index = self._by_name[name]
            left = self._left[index]
            count = min(count, room, count if left is None else left)
            for _ in range(count):
                self._dial(index)
            room -= max(count, 0)

    def _dial(self, index: int) -> None:
        scene, of, now = self._scene, self._scene.lists[index], self.now
        self._tokens -= 1
        self._placed += 1
        left = self._left[index]
        if left is not None:
            self._left[index] = left - 1
        row = self._fates[index].row()
        call = Call(f"{self._day}-{self._placed}", of, self._fate(of, row[0]), row)
        call.air = AirCall(call.id, now, of.name, pacing.Phase.RING, now)
        self._air[call.id] = call
        self._shown = None
        self.tape.dialed(now)
        self._pacer.observe(pacing.Dialed(at=now, call_id=call.id, list=of.name))
        spread = (scene.ring_person, scene.ring_machine, scene.ring_busy, scene.ring_failed)
        ring = scene.ring_timeout if call.fate is Fate.NO_ANSWER else spread[call.fate].at(row[3])
        if ring >= scene.ring_timeout:
            call.fate, ring = Fate.NO_ANSWER, scene.ring_timeout
        self._at(now + ring, self._ring_over, call)

    def _fate(self, of: CallList, u: float) -> Fate:
        """By one uniform draw, so that a better list answers the same calls and more."""
        if any(out.start <= self.now < out.end for out in self._scene.outages):
            return Fate.FAILED
        persons = of.rate_at(self.now)
        machines = persons * of.machine_share / (1 - of.machine_share)
        nobody = max(1 - persons - machines, 0.0)
        for limit, fate in (
            (persons, Fate.PERSON),
            (persons + machines, Fate.MACHINE),
            (persons + machines + nobody * of.busy, Fate.BUSY),
            (persons + machines + nobody * (of.busy + of.failed), Fate.FAILED),
        ):
            if u < limit:
                return fate
        return Fate.NO_ANSWER

    def _give_up(self, call_id: str) -> None:
        call = self._air.get(call_id)
        if call is None or call.air.phase is not pacing.Phase.RING:
            return
        early = self.now - call.air.dialed_at < RING_MIN
        self._over(call, "cancelled_early" if early else "cancelled")
        self._pacer.observe(pacing.Cancelled(at=self.now, call_id=call_id))

    # Calls

    def _over(self, call: Call, how: str) -> None:
        """The call is no longer in the air."""
        del self._air[call.id]
        self._waiting.pop(call.id, None)
        self._shown = None
        if how:
            self.tape.ended(how)
        self._soon()

    def _phase(self, call: Call, phase: pacing.Phase) -> None:
        call.air = AirCall(call.id, call.air.dialed_at, call.list, phase, self.now)
        self._shown = None
        self._soon()

    def _ring_over(self, call: Call) -> None:
        if call.id not in self._air:
            return
        now, observe = self.now, self._pacer.observe
        if call.fate is Fate.BUSY:
            self._over(call, "busy")
            observe(pacing.Busy(at=now, call_id=call.id))
        elif call.fate is Fate.FAILED:
            self._over(call, "failed")
            observe(pacing.Failed(at=now, call_id=call.id))
        elif call.fate is Fate.NO_ANSWER:
            self._over(call, "no_answer")
            observe(pacing.NoAnswer(at=now, call_id=call.id))
        else:
            observe(pacing.Answered(at=now, call_id=call.id))
            self._answered(call)

    def _answered(self, call: Call) -> None:
        scene, row = self._scene, call.row
        quick = scene.quick_hangup
        if call.fate is Fate.PERSON and row[1] < quick:
            # The same draw tells who is impatient and how much.
            patience = (
                row[1] / quick * (scene.wait_limit + (scene.amd.seconds.mean if scene.amd else 0))
            )
            self._at(self.now + patience, self._patience_over, call)
        if scene.amd is None:
            self._offer(call)
            return
        self._phase(call, pacing.Phase.AMD)
        self._at(self.now + scene.amd.seconds.at(row[4]), self._amd_over, call)

    def _amd_over(self, call: Call) -> None:
        if call.id not in self._air:
            return
        amd, doubt = self._scene.amd, call.row[2]
        assert amd is not None
        person = call.fate is Fate.PERSON
        if doubt < amd.false_positive if person else doubt >= amd.miss:
            self._over(call, "amd_person" if person else "amd_machine")
            self._pacer.observe(pacing.MachineFound(at=self.now, call_id=call.id))
            return
        self._pacer.observe(pacing.PersonFound(at=self.now, call_id=call.id))
        self._offer(call)

    def _offer(self, call: Call) -> None:
        """To whoever is idle longest, else the two-second clock runs."""
        worker = self._floor.free_for(call.list)
        if worker is not None:
            self._connect(call, worker)
            return
        self._phase(call, pacing.Phase.WAIT)
        self._waiting[call.id] = call
        self._at(self.now + self._scene.wait_limit, self._limit_over, call)

    def _patience_over(self, call: Call) -> None:
        if call.id not in self._air:
            return
        self._over(call, "quick")
        self._pacer.observe(pacing.QuickHangup(at=self.now, call_id=call.id))

    def _limit_over(self, call: Call) -> None:
        if call.id not in self._waiting:
            return
        self._over(call, "abandoned")
        self.tape.person(self.now, abandoned=True)
        self._pacer.observe(pacing.Abandoned(at=self.now, call_id=call.id))

    # Agents

    def _connect(self, call: Call, worker: Worker) -> None:
        now, scene = self.now, self._scene
        self._over(call, "")
        self._connected += 1
        worker.call = call
        self._move(worker, AgentState.TALK)
        self._pacer.observe(pacing.Connected(at=now, call_id=call.id, agent_id=worker.id))
        if call.fate is Fate.PERSON:
            self.tape.person(now, abandoned=False)
            row = worker.talks.row()
            growth = 1 + scene.talk_growth * now / scene.seconds
            self._at(
                now + scene.talk.at(row[3]) * growth,
                self._talk_over,
                worker,
                call,
                scene.wrap.at(row[4]),
            )
        else:
            self._at(now + scene.with_machine.at(call.row[4]), self._talk_over, worker, call, 0.0)

    def _talk_over(self, worker: Worker, call: Call, wrap: float) -> None:
        self._connected -= 1
        worker.call = None
        if call.fate is Fate.MACHINE:
            self.tape.machines_met += 1
            self.tape.ended("machine_met")
            self._pacer.observe(pacing.WasMachine(at=self.now, call_id=call.id))
        else:
            self.tape.ended("handled")
        if wrap <= 0:
            self._ready(worker)
            return
        pending = worker.shown.pause_pending
        self._move(worker, AgentState.WRAP)
        self._floor.keep_announced(worker, pending)
        self._at(self.now + wrap, self._ready, worker)

    def _ready(self, worker: Worker) -> None:
        """The call and its wrap-up are done: the next person, or what he had meant to do."""
        if worker.due is not None:
            state, length = worker.due
            worker.due = None
            self._rest(worker, state, length, known=True)
            return
        self._move(worker, AgentState.IDLE)
        for call in self._waiting.values():
            if worker.lists is None or call.list in worker.lists:
                self._connect(call, worker)
                return

    def _arrive(self, worker: Worker) -> None:
        if worker.state is AgentState.OUT:
            self._move(worker, AgentState.IDLE)

    def _wish(self, worker: Worker, state: AgentState, length: float, announced: bool) -> None:
        """Break or end of work: at once when idle, else after the call, said ahead or not."""
        if worker.state in (AgentState.TALK, AgentState.WRAP):
            worker.due = (state, length)
            if announced:
                self._floor.announce(worker)
                self._soon()
        elif worker.state is AgentState.IDLE or state is AgentState.OUT:
            self._rest(worker, state, length, announced)

    def _rest(self, worker: Worker, state: AgentState, length: float, known: bool) -> None:
        back = self.now + length if state is AgentState.PAUSE else None
        self._move(worker, state, back if known else None)
        if back is not None:
            self._at(back, self._back, worker)

    def _back(self, worker: Worker) -> None:
        if worker.state is AgentState.PAUSE:
            self._ready(worker)

    def _move(self, worker: Worker, state: AgentState, back_at: float | None = None) -> None:
        self._floor.move(worker, state, self.now, back_at)
        self._pacer.observe(pacing.AgentMoved(at=self.now, agent_id=worker.id, state=state))
        self._soon()
