"""How long one decision takes on a big floor, in processor time, which other programs do not blur."""

from __future__ import annotations

import statistics
from dataclasses import replace
from time import process_time

from dialer.domain.pacing import (
    Agent,
    AgentState,
    AirCall,
    Dialed,
    NoAnswer,
    Pacer,
    Phase,
    View,
)
from dialer.simulation.pacers import settings_for
from dialer.simulation.shift import Shift
from tests.bench.pacing.cells import steady

RING = 25  # seconds, so that a twenty-fifth of the calls is new every second


def decision_times(agents: int = 200, in_air: int = 900, seconds: int = 200) -> dict[str, float]:
    """Decisions once a second of a pacer that has worked for half an hour, with so many calls in the air
    of which the oldest ring out and new ones take their place, and one agent in twenty idle."""
    floor = replace(steady(10, agents), hours=0.5, breaks=())
    pacer = Pacer(settings_for(floor))
    Shift(floor, pacer, 1).run()
    now = floor.seconds + 300.0
    workers = tuple(_agent(n, now) for n in range(agents))
    calls = {f"x{n}": _ringing(f"x{n}", now - RING * (1 - n / in_air)) for n in range(in_air)}
    for call in calls.values():
        pacer.observe(Dialed(at=call.dialed_at, call_id=call.id, list=""))
    decisions, events, told = [], 0.0, 0
    for second in range(1, seconds + 1):
        began = process_time()
        old = list(calls)[: in_air // RING]
        for n, gone in enumerate(old):
            del calls[gone]
            pacer.observe(NoAnswer(at=now + second, call_id=gone))
            new = _ringing(f"y{second}-{n}", now + second)
            calls[new.id] = new
            pacer.observe(Dialed(at=new.dialed_at, call_id=new.id, list=""))
        told += 2 * len(old)
        events += process_time() - began
        view = View(now + second, workers, tuple(calls.values()), 5000, 200)
        began = process_time()
        pacer.decide(view)
        decisions.append(1000 * (process_time() - began))
    decisions.sort()
    return {
        "agents": agents, "calls_in_air": in_air, "decisions": seconds,
        "median_ms": round(statistics.median(decisions), 3),
        "p99_ms": round(decisions[int(0.99 * (seconds - 1))], 3), "worst_ms": round(decisions[-1], 3),
        "event_us": round(1e6 * events / told, 2),
    }  # fmt: skip


def _ringing(call_id: str, dialed_at: float) -> AirCall:
    return AirCall(call_id, dialed_at, "", Phase.RING, dialed_at)


def _agent(n: int, now: float) -> Agent:
    if n % 20 == 0:
        return Agent(f"a{n + 1}", AgentState.IDLE, now - n % 7)
    if n % 20 == 1:
        return Agent(f"a{n + 1}", AgentState.WRAP, now - n % 11)
    return Agent(f"a{n + 1}", AgentState.TALK, now - (37 * n) % 180)
