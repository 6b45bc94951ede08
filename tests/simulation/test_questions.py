"""A manager's question: its figures, its variants, and the answer's shape."""

from __future__ import annotations

import pytest

from dialer.simulation.days import mean_of, paired
from dialer.simulation.questions import (
    Answer,
    BadQuestion,
    Question,
    ask,
    changed,
    scenario_of,
    variants,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ("agents=+5", "agents", 15), ("agents=-3", "agents", 7), ("agents=40", "agents", 40),
        ("target=2%", "target", 0.02), ("answer-rate=+5%", "answer_rate", 0.35), (" talk = 90 ", "talk", 90.0),
        ("calls-per-second=2.5", "calls_per_second", 2.5),
    ],
)  # fmt: skip
def test_one_figure_is_changed(change, field, value):
    found = changed(Question(), change)
    assert getattr(found, field) == pytest.approx(value)
    assert type(getattr(found, field)) is type(getattr(Question(), field))


@pytest.mark.parametrize(
    ("change", "field"),
    [("agents=-10", "agents"), ("agents", "agents"), ("mood=3", "mood"), ("talk=1.2.3", "talk"),
     ("target=300%", "target"), ("pacer=1", "pacer")],
)  # fmt: skip
def test_a_change_that_cannot_be_names_the_figure(change, field):
    with pytest.raises(BadQuestion) as refused:
        changed(Question(), change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("figures", "field"),
    [({"answer_rate": 1.2}, "answer_rate"), ({"hours": 0}, "hours"), ({"talk": float("nan")}, "talk"),
     ({"answer_rate": 0.6, "machine_share": 0.5}, "machine_share"), ({"busy": 0.7, "failed": 0.7}, "busy"),
     ({"pacer": "guess"}, "pacer")],
)  # fmt: skip
def test_figures_that_cannot_be(figures, field):
    with pytest.raises(BadQuestion) as refused:
        Question(**figures)
    assert refused.value.field == field


def test_variants_come_in_order_and_only_one_thing_differs():
    found = variants(Question(pacer="progressive"), ["agents=+1"], compare=True)
    labels = [label for label, _ in found]
    assert labels == [
        "progressive",
        "agents=+1",
        "predictive",
        "ratio",
        "vicidial",
        "vicidial_best",
    ]
    assert found[1][1] == Question(pacer="progressive", agents=11)
    assert found[3][1] == Question(pacer="ratio")


def answered(**figures) -> Answer:
    return ask(Question(pacer="progressive", hours=1.0, **figures))


def test_the_answer_has_what_is_promised():
    answer = answered(days=2)
    found = answer.as_dict()
    assert {
        "occupancy",
        "abandonment_tsr",
        "abandonment_ofcom",
        "worst_hour",
        "calls",
        "connects",
    } <= set(found)
    assert 0.5 < found["occupancy"] < 1
    assert found["occupancy_ci95"] > 0
    assert found["calls"] > found["connects"] > 0
    line = answer.timeline()
    assert len(line["minutes"]) == len(line["occupancy"]) == len(line["abandonment"])
    assert answered().as_dict()["occupancy_ci95"] is None  # one day has no interval


def test_days_are_the_same_for_every_pacer_and_fresh_for_every_seed():
    first, again, other = answered(seed=1), answered(seed=1), answered(seed=2)
    assert first.as_dict() == again.as_dict()
    assert first.as_dict()["calls"] != other.as_dict()["calls"]
    assert paired(first.played, again.played).mean == 0.0


def test_ratio_says_what_was_chosen():
    found = ask(Question(pacer="ratio", hours=0.5)).as_dict()
    assert found["chosen"] >= 1.0
    assert answered().as_dict()["chosen"] is None


def test_amd_and_machines_reach_the_floor():
    floor = scenario_of(
        Question(amd=True, amd_false_positive=0.02, machine_share=0.3, breaks=False)
    )
    assert floor.amd is not None
    assert floor.amd.false_positive == 0.02
    assert floor.lists[0].machine_share == 0.3
    assert floor.breaks == ()


def test_interval_of_known_values():
    found = mean_of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3.0
    assert found.half == pytest.approx(2.776 * 1.5811 / 5**0.5, rel=1e-3)
    assert mean_of([1.0]).half is None
