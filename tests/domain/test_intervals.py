"""Intervals against published figures and against chance itself; verdicts that wait."""

from __future__ import annotations

from random import Random

import pytest

from dialer.domain.comparisons import Person, Verdict, side_of, verdict
from dialer.domain.intervals import difference, needed_each, ratio_of, share_of

pytestmark = pytest.mark.unit


def test_wilson_and_newcombe_give_the_published_figures():
    # Newcombe 1998, Statistics in Medicine 17: table I (81/263, 15/148, 0/20) and 873 table II (56/70, 48/80)
    for hits, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
    ):
        found = share_of(hits, of)
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    found = difference(share_of(48, 80), share_of(56, 70))
    assert [round(x, 4) for x in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]
    assert share_of(0, 0) is None
    assert difference(None, share_of(1, 2)) is None


def test_the_number_needed_is_the_usual_one():
    assert needed_each(0.10, 0.05) == 686  # 10 % against 15 %, as in textbooks: 685.6
    assert needed_each(0.10, 0.02) > 5 * needed_each(0.10, 0.05)
    for base, least in ((0.0, 0.1), (0.95, 0.1), (0.5, 0.0)):
        with pytest.raises(ValueError, match="shares"):
            needed_each(base, least)


def test_a_ratio_over_people_holds_the_truth_in_about_95_of_100_trials():
    chance = Random(3)
    held = 0
    for _ in range(400):
        pairs = [(chance.expovariate(1 / 3), float(chance.random() < 0.2)) for _ in range(400)]
        found = ratio_of(pairs)
        held += found.low <= 15.0 <= found.high  # 3 minutes each over 0.2 promises
    assert 0.90 < held / 400 < 0.985
    assert ratio_of([(1.0, 0.0)] * 5) is None
    assert ratio_of([(1.0, 1.0)]) is None


def people(n: int, promising: int) -> list[Person]:
    return [Person(attempts=2, contacted=True, promises=int(k < promising)) for k in range(n)]


def test_a_verdict_waits_for_the_planned_number():
    few, many = side_of(people(99, 5)), side_of(people(100, 40))
    assert verdict("promise", few, many, 100)[0] == Verdict.EARLY  # however clear it looks
    a = side_of(people(100, 5))
    said, by = verdict("promise", a, many, 100)
    assert said == Verdict.B
    assert by.low > 0
    assert verdict("promise", many, a, 100)[0] == Verdict.A
    assert verdict("promise", a, side_of(people(100, 8)), 100)[0] == Verdict.NONE
    assert verdict("promise", side_of([]), a, 0)[0] == Verdict.EARLY


def test_where_there_is_no_difference_few_verdicts_say_one():
    chance = Random(11)
    wrong = 0
    for _ in range(400):
        a, b = (side_of(people(200, sum(chance.random() < 0.15 for _ in range(200)))) for _ in "ab")
        wrong += verdict("promise", a, b, 200)[0] in (Verdict.A, Verdict.B)
    assert wrong / 400 < 0.08
