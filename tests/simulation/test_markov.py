"""The provable optimum, against brute force where the space is small, and the simulator against both."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import Mode, Settings
from dialer.simulation.days import play_days
from dialer.simulation.markov import (
    Model,
    Rates,
    best_gain,
    dial_to,
    floor_of,
    optimum,
    progressive,
    rates_of,
)
from dialer.simulation.pacers import maker

pytestmark = pytest.mark.unit

TARGET = 0.03


def occupancy(model: Model, rates: Rates) -> float:
    return rates.handled * model.service_seconds / model.agents


def best_mix(found: list[Rates], target: float) -> float:
    """Most handled by running one policy part of the time and another the rest, at the target."""
    room = target / (1 - target)
    lawful = [rates for rates in found if rates.abandoned <= room * rates.handled]
    over = [rates for rates in found if rates.abandoned > room * rates.handled]
    best = max(rates.handled for rates in lawful)
    for low, high in itertools.product(lawful, over):
        short = room * low.handled - low.abandoned
        extra = high.abandoned - room * high.handled
        share = short / (short + extra)
        best = max(best, (1 - share) * low.handled + share * high.handled)
    return best


@pytest.mark.parametrize(("agents", "rate"), [(1, 0.3), (1, 0.6), (2, 0.3), (2, 0.5)])
def test_optimum_is_the_best_of_all_policies_of_a_small_floor(agents, rate):
    model = Model(agents, rate)
    tries = [
        targets for targets in itertools.product(range(9), repeat=agents + 1)
        if list(targets) == sorted(targets)
    ]  # fmt: skip
    found = [rates_of(model, dial_to(model, targets), 1e-7) for targets in tries]
    brute = best_mix(found, TARGET) * model.service_seconds / model.agents
    proved = optimum(model, TARGET).occupancy
    assert brute <= proved + 1e-4
    assert brute == pytest.approx(proved, abs=2e-3)


def test_every_multiplier_is_a_bound():
    model = Model(2, 0.3)
    least = optimum(model, TARGET).occupancy
    for multiplier in (0.0, 0.2, 1.0, 5.0):
        gain, _ = best_gain(model, TARGET, multiplier)
        assert gain * model.service_seconds / model.agents >= least - 1e-4


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.floats(0.15, 0.9))
def test_progressive_is_a_renewal_of_ring_and_service(agents, rate):
    """Each agent waits for 1/p attempts of 10 s, then is busy for 140 s; nobody is abandoned."""
    model = Model(agents, rate)
    rates = rates_of(model, progressive(model))
    expected = model.service_seconds / (model.service_seconds + model.ring_seconds / rate)
    assert occupancy(model, rates) == pytest.approx(expected, rel=1e-3)
    assert rates.abandoned == pytest.approx(0.0, abs=1e-12)
    assert optimum(model, TARGET, 1e-5).occupancy >= expected - 1e-3


def test_more_agents_can_be_kept_busier():
    found = [optimum(Model(agents, 0.3), TARGET).occupancy for agents in (1, 3, 10)]
    assert found == sorted(found)


def test_the_simulator_agrees_with_the_chain():
    agents = 4
    model = Model(agents, 0.3)
    floor = dataclasses.replace(floor_of(model, hours=12.0), decide_every=60.0)
    settings = Settings(mode=Mode.PROGRESSIVE, lines=1000, calls_per_second=50)
    played = play_days(floor, maker("progressive", settings), range(4), TARGET)
    proved = occupancy(model, rates_of(model, progressive(model)))
    assert played.occupancy.mean == pytest.approx(proved, abs=0.01)
    assert played.rate == 0.0
    ratio = play_days(floor, maker("ratio", settings, 2.0), range(4), TARGET)
    policy = dial_to(model, tuple(2 * idle for idle in range(agents + 1)))
    chain = rates_of(model, policy)
    assert ratio.occupancy.mean == pytest.approx(occupancy(model, chain), abs=0.015)
    assert ratio.rate == pytest.approx(chain.abandonment, abs=0.01)
