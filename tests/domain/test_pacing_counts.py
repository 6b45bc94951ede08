"""What the pacer counts as the law counts: the gate's rule, the hour, AMD's false positives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.abandonment import Rate, budget_left
from dialer.domain.day_count import DayCount
from dialer.domain.governor import Governor
from dialer.domain.pacing import (
    Abandoned,
    Agent,
    AgentState,
    Answered,
    Connected,
    Dialed,
    ListView,
    MachineFound,
    Pacer,
    Settings,
    View,
)
from dialer.domain.rolling_hour import RollingHour

pytestmark = pytest.mark.unit


def idle_floor(now: float, *lists: ListView) -> View:
    agents = tuple(Agent(f"a{n}", AgentState.IDLE, now) for n in range(4))
    return View(now, agents, (), 50, 500, lists or (ListView(""),))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 12), st.sampled_from([0.01, 0.03]))
def test_the_pacer_stops_where_the_gate_stops(handled, abandoned, hard):
    pacer = Pacer(Settings(target=hard, hard=hard))
    for n in range(handled):
        pacer.observe(Connected(1.0, f"h{n}", "a"))
    for n in range(abandoned):
        pacer.observe(Abandoned(1.0, f"x{n}"))
    plan = pacer.decide(idle_floor(2.0))
    gate = budget_left(Rate(abandoned, abandoned + handled, ""), hard)
    assert (plan.held_by == "budget") == (gate < 1)
    assert int(plan.budget_left + 1e-9) == gate


@given(st.integers(0, 300), st.integers(0, 9), st.floats(-2, 20))
def test_where_the_gate_tells_its_budget_its_word_is_the_law(handled, abandoned, gate):
    count = DayCount(Settings())
    for n in range(handled):
        count.met(float(n))
    for n in range(abandoned):
        count.let_down(float(handled + n))
    own = count.budget()
    count.look_at(1000.0, [ListView("", budget=gate)])
    assert (count.budget() < 1) == (gate < 1 or own + min(gate - own, 1.5) < 1)
    assert count.budget() <= max(own, gate)
    assert count.budget() <= own + 1.5 or gate < 1


def test_an_hour_forgets_what_is_older_and_what_was_a_machine():
    hour = RollingHour()
    for minute in range(90):
        hour.person(60.0 * minute, abandoned=minute in (5, 80))
    assert (hour.persons, hour.abandoned) == (61, 1)
    hour.not_a_person()
    assert hour.persons == 60
    hour.look_at(60.0 * 400)
    assert (hour.persons, hour.abandoned) == (0, 0)


def test_an_hour_begins_anew_with_a_clock_that_began_anew():
    hour = RollingHour()
    hour.person(90_000.0, abandoned=True)
    hour.person(5.0, abandoned=False)
    assert (hour.persons, hour.abandoned) == (1, 0)


@given(st.lists(st.tuples(st.floats(0, 20_000), st.booleans()), max_size=60))
def test_an_hour_adds_up_whatever_the_order(happened):
    hour, copy = RollingHour(), RollingHour()
    for at, abandoned in happened:
        hour.person(at, abandoned)
        copy.load(hour.state())
        assert (copy.persons, copy.abandoned) == (hour.persons, hour.abandoned)
        assert 0 <= hour.abandoned <= hour.persons


def day_with(let_down_at: int) -> Governor:
    """400 persons met in two hours by three agents; after so many of them four are let down."""
    governor = Governor(Settings())
    for n in range(400):
        if n == let_down_at:
            for _ in range(4):
                governor.let_down(n * 18.0)
        governor.count.met(n * 18.0)
    governor.count.look_at(7200.0, ())
    governor.look_at(3)
    return governor


def test_a_bad_hour_is_braked_on_a_day_with_budget_to_spare():
    calm, bad = day_with(let_down_at=10), day_with(let_down_at=390)
    assert bad.count.budget() == calm.count.budget() > 5
    assert calm.aim() == pytest.approx(1.5 * 0.03)
    for _ in range(8):
        bad.count.hour.person(7200.0, abandoned=True)
    assert bad.aim() == pytest.approx(0.3 * 0.03)
    assert bad.may_risk(0.0)  # braked, not stopped: the hour is no law


OFCOM = Settings(formula="ofcom", amd=True, amd_false_positives=1.0)


def hung_up(count: DayCount, **by_list: int) -> None:
    for name, n in by_list.items():
        count.amd_hangups[name] += n


def test_each_list_counts_its_own_tested_share_and_an_untested_one_everybody():
    count = DayCount(OFCOM)
    for n in range(990):
        count.met(float(n))
    hung_up(count, tested=100, untested=6)
    count.look_at(990.0, [ListView("tested", amd_false_positives=0.04)])
    assert count.rate().value == pytest.approx(10 / 1000)
    assert count.amd_rate() == pytest.approx(10 / 1000)
    assert count.budget() == pytest.approx((30 - 10) / 0.97)


def test_what_amd_uses_up_is_not_aimed_at():
    governor = Governor(OFCOM)
    for n in range(2000):
        governor.count.met(n * 10.0)
    full = governor.aim()
    hung_up(governor.count, one=1000)
    governor.count.look_at(20_000.0, [ListView("one", amd_false_positives=0.02)])
    assert governor.aim() == pytest.approx(full * (1 - governor.count.amd_rate() / 0.03))
    governor.count.look_at(20_000.0, [ListView("one", amd_false_positives=0.2)])
    assert governor.aim() == 0.0


def test_the_view_tells_what_a_test_found():
    pacer = Pacer(OFCOM)
    for n in range(400):
        pacer.observe(Dialed(n, f"m{n}", "one"))
        pacer.observe(Answered(n + 8, f"m{n}"))
        pacer.observe(MachineFound(n + 10, f"m{n}"))
        pacer.observe(Connected(n + 10, f"h{n}", "a"))
    assert pacer.decide(idle_floor(500.0, ListView("one"))).held_by == "budget"
    tested = ListView("one", amd_false_positives=0.01)
    assert pacer.decide(idle_floor(500.0, tested)).held_by != "budget"
