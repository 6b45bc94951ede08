"""How long one decision takes on a big floor."""

from __future__ import annotations

import statistics
from dataclasses import replace

from dialer.clock import monotonic
from dialer.domain.pacing import Event, Pacer, Plan, View
from dialer.simulation.pacers import settings_for
from dialer.simulation.shift import Shift
from tests.bench.pacing.cells import steady


class Timed:
    """Times the decisions of a pacer and what it is told between them."""

    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer
        self.decisions: list[tuple[int, float]] = []  # calls in the air, milliseconds
        self.events = 0
        self.event_seconds = 0.0

    def observe(self, event: Event) -> None:
        """Counted and timed."""
        began = monotonic()
        self._pacer.observe(event)
        self.event_seconds += monotonic() - began
        self.events += 1

    def decide(self, view: View) -> Plan:
        """Timed."""
        began = monotonic()
        plan = self._pacer.decide(view)
        self.decisions.append((len(view.calls), (monotonic() - began) * 1000))
        return plan


def decision_times(agents: int = 200, in_air: int = 900, hours: float = 0.75) -> dict[str, float]:
    """Milliseconds of the decisions with about so many calls in the air, after a first quarter."""
    talk_and_wrap = 140.0
    ring = 15.0
    rate = agents / talk_and_wrap * ring / in_air
    floor = steady(30, agents)
    lists = (replace(floor.lists[0], answer_rate=((0.0, rate),)),)
    floor = replace(floor, lists=lists, hours=hours, breaks=(), stagger=60.0, name="speed")
    timed = Timed(Pacer(settings_for(floor)))
    Shift(floor, timed, 1).run()
    late = timed.decisions[len(timed.decisions) // 3 :]
    many = [spent for calls, spent in late if calls >= 0.8 * in_air] or [s for _, s in late]
    many.sort()
    return {
        "agents": agents, "calls_in_air_median": statistics.median(calls for calls, _ in late),
        "decisions": len(many), "median_ms": round(statistics.median(many), 3),
        "p99_ms": round(many[int(0.99 * (len(many) - 1))], 3), "worst_ms": round(many[-1], 3),
        "event_us": round(1e6 * timed.event_seconds / timed.events, 2),
    }  # fmt: skip
