"""A simulated day adds up, repeats by seed, and is the same day for every pacer."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import AgentState, Dialed, Mode, NoAnswer, Pacer, Plan, Settings, View
from dialer.simulation.baselines import FixedRatio
from dialer.simulation.draws import calls_of
from dialer.simulation.scenario import (
    Amd,
    Break,
    CallList,
    Outage,
    Scenario,
    Skill,
    Spread,
)
from dialer.simulation.shift import RING_MIN, Cancelled, Shift

pytestmark = pytest.mark.unit

SETTINGS = Settings(lines=1000, calls_per_second=50)
PROGRESSIVE = dataclasses.replace(SETTINGS, mode=Mode.PROGRESSIVE)
INSTANT = Spread(0.01)


def play(scenario: Scenario, pacer=None, seed: int = 1):
    return Shift(scenario, pacer or Pacer(PROGRESSIVE), seed).run()


class Watching:
    """Passes everything on, keeps views and events."""

    def __init__(self, pacer) -> None:
        self.pacer, self.views, self.events = pacer, [], []

    def observe(self, event) -> None:
        self.events.append(event)
        self.pacer.observe(event)

    def decide(self, view: View) -> Plan:
        self.views.append(view)
        return self.pacer.decide(view)


floors = st.builds(
    Scenario,
    agents=st.integers(1, 8),
    hours=st.floats(0.3, 1.0),
    lists=st.tuples(
        st.builds(
            CallList,
            answer_rate=st.floats(0, 1).map(lambda rate: ((0.0, rate),)),
            machine_share=st.floats(0, 0.8),
            size=st.none() | st.integers(0, 200),
        )
    ),
    talk=st.builds(Spread, st.floats(5, 200), st.floats(0, 1.5)),
    quick_hangup=st.floats(0, 0.3),
    breaks=st.lists(st.builds(Break, st.builds(Spread, st.floats(10, 600))), max_size=3).map(tuple),
    amd=st.none() | st.builds(Amd, false_positive=st.floats(0, 0.2)),
    outages=st.just(()) | st.builds(Outage, st.just(200.0), st.just(600.0)).map(lambda one: (one,)),
    lines=st.integers(1, 60),
    wait_limit=st.floats(0, 5),
)


@settings(max_examples=30, deadline=None)
@given(floors, st.floats(1, 5), st.integers(0, 2**32))
def test_every_call_ends_once_and_every_second_is_spent(floor, ratio, seed):
    watching = Watching(FixedRatio(SETTINGS, ratio))
    shift = Shift(floor, watching, seed)
    day = shift.run()
    dialed = [event.call_id for event in watching.events if isinstance(event, Dialed)]
    assert day.calls == len(dialed) == len(set(dialed))
    assert sum(day.ends.values()) == len(dialed)
    paid = sum(day.seconds.values())
    assert paid >= floor.agents * floor.seconds - 1e-6
    binned = sum(sum(bin.seconds.values()) for bin in day.timeline)
    assert binned == pytest.approx(paid)
    assert sum(bin.persons for bin in day.timeline) == day.persons
    for view in watching.views:
        talking = sum(agent.state is AgentState.TALK for agent in view.agents)
        assert len(view.calls) + talking <= floor.lines
    size = floor.lists[0].size
    assert size is None or day.calls <= size


def test_the_same_seed_is_the_same_day_and_another_is_not():
    floor = Scenario(agents=4, hours=1.0, amd=Amd())
    assert play(floor, seed=3) == play(floor, seed=3)
    assert play(floor, seed=3) != play(floor, seed=4)


def test_two_pacers_meet_the_same_calls_and_the_same_breaks():
    floor = Scenario(agents=4, hours=2.0, outages=())
    kept = []
    for ratio in (1.0, 3.0):
        watching = Watching(FixedRatio(SETTINGS, ratio))
        play(floor, watching)
        order = [event.call_id for event in watching.events if isinstance(event, Dialed)]
        unanswered = {e.call_id for e in watching.events if isinstance(e, NoAnswer)}
        kept.append([call in unanswered for call in order][:60])
    assert len(kept[0]) == 60
    assert kept[0] == kept[1]
    assert any(kept[0])


def test_streams_do_not_depend_on_each_other():
    one, other = calls_of(1, 0), calls_of(1, 1)
    first = [one.row() for _ in range(3000)]  # more than a block
    assert first[0] != other.row()
    again = calls_of(1, 0)
    assert first == [again.row() for _ in range(3000)]
    assert len(set(first)) == 3000


def test_everyone_answers_at_once_and_agents_are_busy_all_day():
    floor = Scenario(
        agents=5, hours=2.0, lists=(CallList(answer_rate=((0.0, 1.0),)),), ring_person=INSTANT,
        breaks=(), quick_hangup=0.0, stagger=0.0, decide_every=0.25,
    )  # fmt: skip
    day = play(floor)
    assert day.occupancy > 0.98
    assert day.abandoned == 0


def test_progressive_idles_for_one_ring_per_answer():
    """Renewal: busy 100 s, then attempts of 10 s until one of them is answered: 100 / (100 + 10 / 0.5)."""
    floor = Scenario(
        agents=20, hours=12.0, lists=(CallList(answer_rate=((0.0, 0.5),), busy=1.0, failed=0.0),),
        ring_person=Spread(10.0), ring_busy=Spread(10.0), talk=Spread(100.0), wrap=Spread(0.0),
        breaks=(), stagger=0.0, decide_gap=0.0, quick_hangup=0.0,
    )  # fmt: skip
    day = play(floor)
    assert day.occupancy == pytest.approx(100 / 120, abs=0.01)
    assert day.abandoned == 0


def test_one_agent_loses_what_erlangs_formula_says():
    """One attempt always in the air, each answered after 10 s memoryless, talk 30 s, nobody waits: one
    server without a queue. A busy server loses calls at 1/10 a second: busy share = 30 / (30 + 10)."""

    class Always:
        def observe(self, event) -> None: ...

        def decide(self, view: View) -> Plan:
            missing = max(1 - len(view.calls), 0)
            return Plan(missing, (("", missing),) if missing else ())

    floor = Scenario(
        agents=1, hours=24.0, lists=(CallList(answer_rate=((0.0, 1.0),)),), breaks=(), stagger=0.0,
        ring_person=Spread(10.0, memoryless=True), talk=Spread(30.0, memoryless=True), wrap=Spread(0.0),
        ring_timeout=600.0, wait_limit=0.0, decide_gap=0.0, quick_hangup=0.0,
    )  # fmt: skip
    days = [play(floor, Always(), seed) for seed in range(4)]
    busy = sum(day.occupancy for day in days) / 4
    assert busy == pytest.approx(0.75, abs=0.01)
    lost = sum(day.abandoned for day in days) / sum(day.persons for day in days)
    assert lost == pytest.approx(0.75, abs=0.01)


def test_an_outage_answers_nobody():
    floor = Scenario(agents=5, hours=1.0, outages=(Outage(0.0, 3600.0),), breaks=())
    day = play(floor)
    assert day.connects == 0
    assert day.occupancy == 0.0
    assert set(day.ends) == {"failed"}


def test_amd_that_takes_persons_for_machines_counts_in_ofcoms_rate_only():
    floor = Scenario(agents=10, hours=4.0, amd=Amd(false_positive=0.03))
    day = play(floor)
    assert day.false_positives > 0
    assert day.abandonment_tsr == 0.0
    expected = day.false_positives / (day.false_positives + day.connects)
    assert day.abandonment_ofcom == pytest.approx(expected)


def test_without_amd_machines_reach_agents_and_are_no_persons():
    machines = CallList(answer_rate=((0.0, 0.2),), machine_share=0.5)
    day = play(Scenario(agents=5, hours=2.0, lists=(machines,)))
    assert day.machines_met > 50
    assert day.ends["handled"] == day.connects
    assert day.machines_met == pytest.approx(day.connects, rel=0.35)


def test_agents_take_only_their_lists():
    floor = Scenario(
        agents=4, hours=1.0, breaks=(), skills=(Skill(2, ("gold",)),),
        lists=(CallList("gold"), CallList("rest", answer_rate=((0.0, 0.0),))),
    )  # fmt: skip
    watching = Watching(FixedRatio(SETTINGS, 2.0))
    play(floor, watching)
    seen = {agent.id: agent.lists for agent in watching.views[-1].agents}
    assert seen == {"a1": frozenset({"gold"}), "a2": frozenset({"gold"}), "a3": None, "a4": None}


def test_a_list_that_ends_ends():
    day = play(Scenario(agents=3, hours=1.0, lists=(CallList(size=40),)))
    assert day.calls == 40


def test_a_call_given_up_before_the_minimum_ring_is_told_apart():
    class GivesUp:
        def __init__(self, after: float) -> None:
            self.after = after

        def observe(self, event) -> None: ...

        def decide(self, view: View) -> Plan:
            old = tuple(c.id for c in view.calls if view.now - c.dialed_at >= self.after)
            return Plan(1 - len(view.calls), (("", max(1 - len(view.calls), 0)),), old)

    floor = Scenario(
        agents=1, hours=1.0, lists=(CallList(answer_rate=((0.0, 0.0),), busy=0, failed=0),)
    )
    late, early = play(floor, GivesUp(RING_MIN)), play(floor, GivesUp(5.0))
    assert (late.early_cancelled, late.cancelled > 0) == (0, True)
    assert early.early_cancelled == early.cancelled > 0


def test_who_asked_may_stop_it():
    told = []

    def until_half(share: float) -> bool:
        told.append(share)
        return share < 0.5

    with pytest.raises(Cancelled):
        Shift(Scenario(agents=2, hours=1.0), Pacer(PROGRESSIVE), 1).run(until_half)
    assert told == sorted(told)
    assert told[-1] >= 0.5


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"agents": 0}, "agents"),
        ({"hours": 30}, "hours"),
        ({"lists": (CallList(), CallList())}, "lists"),
        ({"lists": (CallList(answer_rate=((0.0, 1.5),)),)}, "answer_rate"),
        ({"skills": (Skill(1, ("nowhere",)),)}, "nowhere"),
        ({"lines": 0}, "lines"),
    ],
)
def test_a_floor_that_cannot_be_is_refused_by_name(change, word):
    with pytest.raises(ValueError, match=word):
        Scenario(**change)
