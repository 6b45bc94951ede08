"""ViciDial's rules by table, the fixed ratio, and the search in hindsight."""

from __future__ import annotations

import pytest

from dialer.domain.pacing import (
    Abandoned,
    Agent,
    AgentState,
    AirCall,
    Connected,
    ListView,
    Phase,
    Settings,
    View,
)
from dialer.simulation.baselines import FixedRatio
from dialer.simulation.pacers import IN_A_ROW, KINDS, maker, play, settings_for
from dialer.simulation.scenario import Amd, CallList, Scenario
from dialer.simulation.shift import Shift
from dialer.simulation.vicidial import (
    Sample,
    Statistics,
    ViciDial,
    ViciDialSettings,
    after_drops,
    lines_wanted,
    next_level,
)

pytestmark = pytest.mark.unit

SHIPPED = ViciDialSettings()
SETTINGS = Settings(lines=100, calls_per_second=50)


def view(
    idle: int = 0, talk: int = 0, wrap: int = 0, ringing: int = 0, waiting: int = 0, now: float = 0.0,
    lines: int = 100, allowance: int = 50,
) -> View:  # fmt: skip
    states = [AgentState.IDLE] * idle + [AgentState.TALK] * talk + [AgentState.WRAP] * wrap
    agents = tuple(Agent(f"a{n}", state, 0.0) for n, state in enumerate(states))
    phases = [Phase.RING] * ringing + [Phase.WAIT] * waiting
    calls = tuple(AirCall(f"c{n}", 0.0, "", phase, 0.0) for n, phase in enumerate(phases))
    return View(now, agents, calls, lines, allowance)


@pytest.mark.parametrize(
    ("level", "samples", "chosen", "expected"),
    [
        (1.0, [Sample(0, 0, 10)], SHIPPED, 1.0),  # nobody ready, nobody waits
        (1.0, [Sample(2, 0, 10)], SHIPPED, 1.2),  # a fifth of the agents stood ready
        (2.0, [Sample(4, 0, 10), Sample(0, 0, 10)], SHIPPED, 2.4),  # means over the samples
        (2.0, [Sample(0, 1, 10)], SHIPPED, 1.8),  # a tenth waited
        (1.0, [Sample(0, 5, 10)], SHIPPED, 1.0),  # never below one
        (2.9, [Sample(5, 0, 10)], SHIPPED, 3.0),  # never above the maximum
        (2.0, [Sample(2, 0, 10)], ViciDialSettings(intensity=0.5), 2.6),
        (2.0, [Sample(0, 2, 10)], ViciDialSettings(intensity=0.5), 1.8),
        (2.0, [Sample(2, 0, 10)], ViciDialSettings(difference=-2.0), 2.0),
        (1.5, [Sample(0, 0, 0)], SHIPPED, 1.5),  # nobody signed in
    ],
)
def test_level(level, samples, chosen, expected):
    assert next_level(level, samples, chosen) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("level", "seen", "expected"),
    [
        (2.4, Statistics(), 2.4),
        (2.4, Statistics(21, 11, 21, 11, 11), 1.2),  # more than half of more than twenty
        (2.4, Statistics(20, 20, 20, 20, 20), 2.4),
        (2.4, Statistics(0, 0, 51, 4, 100), 1.2),  # over 3 % after more than fifty calls
        (2.4, Statistics(0, 0, 50, 40, 100), 2.4),
        (2.4, Statistics(0, 0, 51, 3, 100), 2.4),  # exactly at the limit is not over it
        (1.4, Statistics(0, 0, 51, 4, 100), 1.0),
        (4.0, Statistics(21, 11, 51, 11, 11), 1.0),  # both
    ],
)
def test_drop_rules(level, seen, expected):
    assert after_drops(level, seen, SHIPPED) == expected


@pytest.mark.parametrize(
    ("level", "floor", "available_only", "wanted"),
    [
        (1.0, {"idle": 3, "talk": 5, "ringing": 1}, False, 2),  # exactly progressive
        (2.0, {"idle": 3, "talk": 5, "ringing": 1}, False, 10),
        (2.0, {"idle": 3, "talk": 5, "ringing": 1}, True, 5),
        (1.5, {"idle": 1, "talk": 0}, True, 2),  # 1.5 is rounded up
        (3.0, {"idle": 0, "talk": 2, "wrap": 6}, False, 4),  # wrap-up is invisible
        (3.0, {"idle": 0, "talk": 2, "wrap": 6}, True, 0),
        (1.0, {"idle": 1, "talk": 2, "ringing": 2, "waiting": 1}, False, -2),
    ],
)
def test_lines(level, floor, available_only, wanted):
    chosen = ViciDialSettings(available_only=available_only)
    assert lines_wanted(level, view(**floor), chosen) == wanted


def test_loops_run_at_their_own_pace():
    pacer = ViciDial(SETTINGS)
    dialed = [pacer.decide(view(idle=4, now=t / 2)).count for t in range(12)]  # 0.0 ... 5.5 s
    assert dialed == [4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 4, 0]
    for t in range(12, 120):
        pacer.decide(view(idle=4, now=t / 2))
    assert pacer.level == 3.0  # doubled each quarter of a minute, then held


def test_the_day_rate_is_known_only_at_the_minute():
    pacer = ViciDial(SETTINGS)
    for n in range(60):
        pacer.observe(Connected(at=1.0, call_id=str(n), agent_id="a"))
        pacer.observe(Abandoned(at=1.0, call_id=f"x{n}"))
    for second in range(59):
        pacer.decide(view(idle=4, now=float(second)))
    assert pacer.level == 3.0
    for second in range(59, 76):
        pacer.decide(view(idle=4, now=float(second)))
    assert pacer.level < 3.0


@pytest.mark.parametrize(
    ("ratio", "floor", "count"),
    [(1.0, {"idle": 3}, 3), (2.5, {"idle": 3, "ringing": 2}, 5), (2.5, {"idle": 1}, 2),
     (3.0, {"talk": 4}, 0), (2.0, {"idle": 9, "lines": 4}, 4), (2.0, {"idle": 9, "allowance": 5}, 5),
     (1.0, {"idle": 1, "ringing": 4}, 0)],
)  # fmt: skip
def test_ratio(ratio, floor, count):
    plan = FixedRatio(SETTINGS, ratio).decide(view(**floor))
    assert plan.count == count
    assert sum(n for _, n in plan.by_list) == count


def test_empty_lists_are_not_dialed():
    seen = view(idle=9)
    two = (ListView("a", 2), ListView("b", 0))
    plan = FixedRatio(SETTINGS, 1.0).decide(
        View(seen.now, seen.agents, (), 100, 50, two)
    )  # fmt: skip
    assert plan.by_list == (("a", 2),)


@pytest.mark.parametrize("kind", ["ratio", "vicidial_best"])
def test_hindsight_keeps_to_the_target_and_beats_progressive(kind):
    lists = (CallList(answer_rate=((0.0, 0.12),), machine_share=0.2),)
    floor = Scenario(agents=30, hours=1.0, amd=Amd(), lists=lists)
    settings = settings_for(floor)
    told = []
    found = play(kind, floor, settings, [1], lambda share: told.append(share) or True)
    plain = play("progressive", floor, settings, [1])
    assert found.played.rate <= 0.03
    assert found.played.occupancy.mean > plain.played.occupancy.mean + 0.1
    assert found.chosen >= 1.0
    assert told == sorted(told)
    assert told[-1] > 0.8


def test_an_unknown_pacer_is_refused_by_name():
    with pytest.raises(ValueError, match="predictive"):
        maker("guess", SETTINGS)
    assert "vicidial" in KINDS


def test_days_in_a_row_go_on_with_what_was_learnt_and_count_anew():
    floor = Scenario(agents=4, hours=1.0, breaks=())
    settings = settings_for(floor)
    make = maker(IN_A_ROW, settings)
    first = Shift(floor, make(), 1).run()
    second_pacer = make()
    assert second_pacer.state()["log"]["governor"]["count"]["handled"] == 0
    second = Shift(floor, second_pacer, 2).run()
    fresh = Shift(floor, maker("predictive", settings)(), 2).run()
    assert first.connects > 0
    assert second != fresh
    assert second_pacer.state()["log"]["governor"]["count"]["handled"] == second.connects
