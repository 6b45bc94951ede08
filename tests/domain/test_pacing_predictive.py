"""The predictive pacer: what it may never do, whatever happened before."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import (
    Abandoned,
    Agent,
    AgentMoved,
    AgentState,
    AirCall,
    Answered,
    Busy,
    Cancelled,
    Connected,
    Dialed,
    Failed,
    ListView,
    MachineFound,
    NoAnswer,
    Pacer,
    PersonFound,
    Phase,
    QuickHangup,
    Settings,
    View,
    WasMachine,
)

pytestmark = pytest.mark.unit

IDS = st.sampled_from([f"c{n}" for n in range(12)])
TIMES = st.floats(0, 3000)
ON_CALL = (
    Dialed, Busy, Failed, NoAnswer, Cancelled, Answered, MachineFound, PersonFound, WasMachine,
    Abandoned, QuickHangup,
)  # fmt: skip
EVENTS = st.one_of(
    st.builds(lambda kind, at, one: kind(at, one), st.sampled_from(ON_CALL), TIMES, IDS),
    st.builds(Connected, TIMES, IDS, st.just("a1")),
    st.builds(AgentMoved, TIMES, st.sampled_from(["a1", "a2"]), st.sampled_from(AgentState)),
)
SKILLS = st.sampled_from([None, frozenset({"x"}), frozenset({"x", "y"}), frozenset()])
AGENTS = st.lists(
    st.builds(
        Agent, st.uuids().map(str), st.sampled_from(AgentState), TIMES, st.booleans(),
        st.one_of(st.none(), TIMES), SKILLS,
    ),
    max_size=12,
).map(tuple)  # fmt: skip
CALLS = st.lists(
    st.builds(
        AirCall, st.uuids().map(str), TIMES, st.sampled_from(["x", "y", "gone"]),
        st.sampled_from(Phase), TIMES,
    ),
    max_size=20,
).map(tuple)  # fmt: skip
LISTS = st.lists(
    st.builds(
        ListView, st.sampled_from(["x", "y"]), st.one_of(st.none(), st.integers(0, 50)),
        st.floats(0, 5),
    ),
    max_size=2, unique_by=lambda one: one.name,
).map(tuple)  # fmt: skip
VIEWS = st.builds(View, TIMES, AGENTS, CALLS, st.integers(-5, 200), st.integers(-5, 100), LISTS)
SETTINGS = st.builds(
    Settings, formula=st.sampled_from(["human", "ofcom"]), amd=st.booleans(),
    lines=st.integers(0, 200), ring_timeout=st.sampled_from([20.0, 30.0, 45.0]),
    hard=st.sampled_from([0.0, 0.01, 0.03]),
)  # fmt: skip


def after(events, chosen):
    pacer = Pacer(chosen)
    for event in events:
        pacer.observe(event)
    return pacer


@settings(max_examples=60, deadline=None)
@given(SETTINGS, st.lists(EVENTS, max_size=40), st.lists(VIEWS, min_size=1, max_size=3))
def test_caps_hold_whatever_happened(chosen, events, views):
    pacer = after(events, chosen)
    for view in views:
        plan = pacer.decide(view)
        assert 0 <= plan.count <= max(view.free_lines, 0)
        assert plan.count <= max(view.dial_allowance, 0)
        assert plan.count <= max(chosen.lines - len(view.calls), 0)
        given_out = dict(plan.by_list)
        assert sum(given_out.values()) == plan.count
        for one in view.lists:
            if one.ready is not None:
                assert given_out.get(one.name, 0) <= one.ready
        ringing = {c.id for c in view.calls if c.phase is Phase.RING}
        old = {c.id for c in view.calls if view.now - c.dialed_at >= chosen.ring_min}
        assert set(plan.give_up) <= ringing & old


@settings(max_examples=25, deadline=None)
@given(st.lists(EVENTS, max_size=40), CALLS, TIMES)
def test_no_dial_for_a_floor_without_agents(events, calls, now):
    agents = (Agent("a", AgentState.OUT, 0.0), Agent("b", AgentState.PAUSE, 0.0))
    for floor in ((), agents):
        assert after(events, Settings()).decide(View(now, floor, calls, 99, 99)).count == 0


def busy_day(chosen, handled, abandoned, seconds=3000.0):
    """A pacer that has seen a plausible day: one answer in five, talks of two minutes."""
    pacer, at = Pacer(chosen), 0.0
    for n in range(handled + abandoned):
        at = seconds * n / (handled + abandoned)
        for k in range(5):
            pacer.observe(Dialed(at, f"d{n}-{k}"))
        for k in range(1, 5):
            pacer.observe(NoAnswer(at + 30, f"d{n}-{k}"))
        pacer.observe(Answered(at + 8, f"d{n}-0"))
        if n % max((handled + abandoned) // max(abandoned, 1), 1) == 1 and abandoned:
            abandoned -= 1
            pacer.observe(Abandoned(at + 10, f"d{n}-0"))
        else:
            pacer.observe(Connected(at + 8, f"d{n}-0", f"a{n % 20}"))
            pacer.observe(AgentMoved(at + 8, f"a{n % 20}", AgentState.TALK))
            pacer.observe(AgentMoved(at + 128, f"a{n % 20}", AgentState.WRAP))
            pacer.observe(AgentMoved(at + 140, f"a{n % 20}", AgentState.IDLE))
    return pacer, at


def floor(now, idle, talking=10, in_air=()):
    agents = tuple(Agent(f"i{n}", AgentState.IDLE, now - 5) for n in range(idle))
    agents += tuple(Agent(f"t{n}", AgentState.TALK, now - 12 * n) for n in range(talking))
    return View(now, agents, tuple(in_air), 500, 500)


def test_more_calls_than_idle_agents_while_there_is_budget():
    pacer, now = busy_day(Settings(lines=900), 400, 4)
    plan = pacer.decide(floor(now + 30, idle=4))
    assert plan.count > 8  # one answer in five
    assert plan.risk <= plan.threshold
    assert plan.held_by == "risk"


def test_with_the_budget_used_up_only_agents_who_wait_are_dialed_for():
    pacer, now = busy_day(Settings(lines=900), 400, 12)
    plan = pacer.decide(floor(now + 30, idle=4, in_air=[AirCall("x", now + 28)]))
    assert (plan.count, plan.held_by, plan.budget_left) == (
        3,
        "budget",
        pytest.approx(0.37, abs=0.4),
    )
    assert pacer.decide(floor(now + 31, idle=0)).count == 0


def test_machines_that_agents_find_leave_the_denominator():
    pacer, now = busy_day(Settings(lines=900), 400, 11)
    before = pacer.decide(floor(now + 30, idle=4)).budget_left
    for n in range(390, 400):
        pacer.observe(WasMachine(now + 31, f"d{n}-0"))
        pacer.observe(WasMachine(now + 31, f"d{n}-0"))  # said twice
    assert pacer.decide(floor(now + 32, idle=4)).budget_left == pytest.approx(
        before - 10 * 0.03 / 0.97
    )


def test_by_ofcoms_form_false_positives_use_up_the_budget():
    chosen = Settings(lines=900, formula="ofcom", amd=True, amd_false_positives=0.03)
    pacer = Pacer(chosen)
    for n in range(400):
        pacer.observe(Dialed(n, f"m{n}"))
        pacer.observe(Answered(n + 8, f"m{n}"))
        pacer.observe(MachineFound(n + 10, f"m{n}"))
        pacer.observe(Connected(n + 10, f"h{n}", "a"))
    plan = pacer.decide(floor(500.0, idle=4))
    assert (plan.count, plan.held_by) == (4, "budget")


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_more_risk_allowed_never_means_fewer_calls(one, other):
    pacer, now = busy_day(Settings(lines=900), 200, 2)
    kept = json.loads(json.dumps(pacer.state()))
    found = []
    for log_theta in sorted((-8 * one, -8 * other)):
        kept["log"]["governor"]["log_theta"] = log_theta
        found.append(
            Pacer.restored(Settings(lines=900), kept).decide(floor(now + 30, idle=3)).count
        )
    assert found == sorted(found)


@settings(max_examples=30, deadline=None)
@given(SETTINGS, st.lists(EVENTS, max_size=40), st.lists(EVENTS, max_size=20), VIEWS, VIEWS)
def test_a_restart_changes_nothing(chosen, before, later, first, then):
    pacer = after(before, chosen)
    pacer.decide(first)
    copy = Pacer.restored(chosen, json.loads(json.dumps(pacer.state())))
    for event in later:
        pacer.observe(event)
        copy.observe(event)
    assert pacer.decide(then) == copy.decide(then)


def test_the_state_of_another_version_starts_afresh():
    assert Pacer.restored(Settings(), {"version": 99}).decide(floor(5.0, idle=2)).count >= 2


def test_a_new_day_counts_anew_and_keeps_what_was_learnt():
    pacer, now = busy_day(Settings(lines=900), 400, 12)
    pacer.start_day()
    assert pacer.decide(floor(now + 30, idle=4)).held_by == "budget"  # nobody was handled yet
    for n in range(40):
        pacer.observe(Connected(now + 30, f"next{n}", "a"))
    plan = pacer.decide(floor(now + 31, idle=4))
    assert plan.held_by == "risk"
    assert plan.answer_rate == pytest.approx(0.2, abs=0.05)
