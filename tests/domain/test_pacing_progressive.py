"""One line for each idle agent: caps, lists, skills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing import (
    Agent,
    AgentState,
    AirCall,
    Dialed,
    ListView,
    Mode,
    Pacer,
    Settings,
    View,
)

pytestmark = pytest.mark.unit
PACER = Pacer(Settings(mode=Mode.PROGRESSIVE, lines=10_000))


def floor(idle, in_air, lines=1000, rate=1000, **more):
    agents = tuple(Agent(f"a{n}", AgentState.IDLE, 0.0) for n in range(idle))
    calls = tuple(AirCall(f"c{n}", 0.0) for n in range(in_air))
    return View(5.0, agents, calls, lines, rate, **more)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(-5, 300), st.integers(-5, 50))
def test_never_more_lines_than_agents_wait(idle, in_air, lines, rate):
    plan = PACER.decide(floor(idle, in_air, lines, rate))
    assert plan.count == max(min(idle - in_air, lines, rate), 0)
    assert sum(n for _, n in plan.by_list) == plan.count
    if plan.count < idle - in_air:
        assert plan.held_by in ("lines", "rate")  # whoever is held back is told by what


def test_agents_who_are_about_to_pause_are_not_dialed_for():
    agents = (
        Agent("a", AgentState.IDLE, 0.0, pause_pending=True),
        Agent("b", AgentState.IDLE, 0.0),
    )
    assert PACER.decide(View(5.0, agents, (), 9, 9)).count == 1


def test_lists_share_the_dials_by_weight_and_end():
    lists = (ListView("big", 100, weight=3.0), ListView("small", 100), ListView("empty", 0, 9.0))
    assert dict(PACER.decide(floor(8, 0, lists=lists)).by_list) == {"big": 6, "small": 2}
    plan = PACER.decide(floor(8, 0, lists=(ListView("big", 3),)))
    assert (plan.count, plan.held_by) == (3, "list_end")


def test_lists_take_turns_by_weight_at_a_single_agent():
    """One call at a time: the shares must come from what was dialed before."""
    pacer = Pacer(Settings(mode=Mode.PROGRESSIVE))
    lists = (ListView("big", weight=3.0), ListView("small"))
    dialed = []
    for second in range(40):
        agents = (Agent("a", AgentState.IDLE, 0.0),)
        ((name, count),) = pacer.decide(View(second, agents, (), 9, 9, lists)).by_list
        assert count == 1
        dialed.append(name)
        pacer.observe(Dialed(second, f"c{second}", name))
    assert dialed.count("small") == 10
    assert "big big big big big" not in " ".join(dialed)  # spread, not in blocks


def test_a_call_takes_the_agent_with_the_fewest_lists():
    agents = (
        Agent("both", AgentState.IDLE, 0.0, lists=frozenset({"x", "y"})),
        Agent("only-x", AgentState.IDLE, 0.0, lists=frozenset({"x"})),
    )
    lists = (ListView("x"), ListView("y"))
    in_air = (AirCall("c", 1.0, list="x"),)
    assert PACER.decide(View(5.0, agents, in_air, 9, 9, lists)).by_list == (("y", 1),)
    in_air = (AirCall("c", 1.0, list="y"),)
    assert PACER.decide(View(5.0, agents, in_air, 9, 9, lists)).by_list == (("x", 1),)


@pytest.mark.parametrize("mode", [Mode.PREVIEW, Mode.MANUAL])
def test_agents_who_dial_themselves_are_left_to_it(mode):
    plan = Pacer(Settings(mode=mode)).decide(floor(5, 0))
    assert (plan.count, plan.held_by) == (0, "mode")
