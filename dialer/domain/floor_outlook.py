"""From a view and what was learnt to what is coming for one pool of agents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import mul

from dialer.domain.agent_pools import Pool
from dialer.domain.call_hazards import CallHazards
from dialer.domain.call_log import CallLog
from dialer.domain.marginal_risk import Outlook
from dialer.domain.one_to_one import idle_agents
from dialer.domain.pacing_terms import Phase, View


@dataclass(slots=True)
class InAir:
    """The calls in the air, each weighted: by its list's answer level, and by how much of it falls to
    the agents looked at."""

    ringing: list[float]  # by second of ring age
    in_amd: float = 0.0
    waiting: float = 0.0


def in_air(view: View, hazards: CallHazards, weights: Mapping[str, tuple[float, float]]) -> InAir:
    """`weights` by list: (answer level, share); lists that are not named weigh 1."""
    found = InAir([0.0] * hazards.seconds)
    ringing, now, last = found.ringing, view.now, hazards.seconds - 1
    ring, plain = Phase.RING, (1.0, 1.0)
    for call in view.calls:
        level, share = weights.get(call.list, plain)
        if call.phase is ring:
            age = int(now - call.dialed_at)
            ringing[age if 0 <= age <= last else (last if age > 0 else 0)] += level * share
        elif call.phase is Phase.WAIT:
            found.waiting += share
        else:
            found.in_amd += share
    return found


def outlook(log: CallLog, pool: Pool, air: InAir, now: float, new_level: float) -> Outlook:
    """Arrivals against frees at each horizon. `new_level`: how a new call of the pool answers."""
    hazards, idle = log.hazards, len(idle_agents(pool.agents))
    rows = log.free.rows(pool.agents, now)
    level, horizons = hazards.level, len(hazards.horizons)
    persons = air.in_amd * hazards.person_share
    arrivals = [sum(map(mul, column, air.ringing)) * level + persons for column in hazards.columns]
    # Of n calls with mean m in all, the variance is at most m (1 - m / n).
    calls = max(sum(air.ringing) + air.in_amd, 1e-9)
    variances = [mean * max(1 - mean / calls, 0.0) for mean in arrivals]
    rows.append((0.0,) * (2 * horizons))
    sums: list[float] = [sum(column) for column in zip(*rows, strict=True)]
    comes = hazards.ring_share * level * new_level
    new_call = [min(p * comes, 1.0) for p in hazards.new_call]
    return Outlook(
        idle - round(air.waiting), arrivals, variances, sums[:horizons], sums[horizons:],
        new_call, hazards.weights, hazards.doubt,
    )  # fmt: skip
