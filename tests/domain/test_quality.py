"""Scorecards and the draw of the next call."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from dialer.domain.review_sampling import Candidate, pick
from dialer.domain.scorecards import (
    CRITERIA_MAX,
    DEFAULT_CARD,
    BadCard,
    Criterion,
    Kind,
    as_stored,
    card_from,
    comments_from,
    score,
)
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.unit

CARD = (
    Criterion("polite", Kind.POINTS, 3),
    Criterion("facts", Kind.YES_NO, 1),
    Criterion("no_threat", Kind.YES_NO, 4, critical=True),
)


def test_a_score_is_the_weighted_share_of_what_there_was_occasion_for():
    assert score(CARD, {"polite": 5, "facts": 1, "no_threat": 1}).percent == 100
    assert score(CARD, {"polite": 0, "facts": 0, "no_threat": 1}).percent == 50
    assert score(CARD, {"polite": 2, "facts": 1, "no_threat": None}).percent == 55.0
    assert score(CARD, {"polite": None, "facts": 0, "no_threat": None}).percent == 0


def test_a_critical_line_fails_the_whole_card():
    failed = score(CARD, {"polite": 5, "facts": 1, "no_threat": 0})
    assert (failed.percent, failed.failed) == (0, ("no_threat",))


@pytest.mark.parametrize(
    ("answers", "code", "line"),
    [
        ({"polite": 5, "facts": 1}, "review_unanswered", 3),
        ({"polite": 6, "facts": 1, "no_threat": 1}, "review_range", 1),
        ({"polite": 5, "facts": -1, "no_threat": 1}, "review_range", 2),
        ({"polite": 5, "facts": 1, "no_threat": 1, "x": 1}, "review_unknown", 0),
        (dict.fromkeys(("polite", "facts", "no_threat")), "review_nothing", 0),
    ],
)
def test_answers_that_do_not_fit_name_their_line(answers, code, line):
    with pytest.raises(BadCard, match=code) as bad:
        score(CARD, answers)
    assert bad.value.line == line


def test_a_card_survives_being_stored_and_bad_ones_name_their_line():
    assert card_from(as_stored(DEFAULT_CARD)) == DEFAULT_CARD
    good = {"key": "own_1", "text": "fine", "kind": "yes_no", "weight": 1}
    for code, lines in {
        "card_lines": [],
        "card_kind": [good | {"kind": "stars"}],
        "card_weight": [good | {"weight": 0}],
        "card_text": [good | {"text": " "}],
        "card_twice": [good, good],
    }.items():
        with pytest.raises(BadCard, match=code):
            card_from(lines)
    with pytest.raises(BadCard, match="card_lines"):
        card_from([good | {"key": f"own_{n}"} for n in range(CRITERIA_MAX + 1)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_card_has_words(language):
    assert {f"criterion.{c.key}" for c in DEFAULT_CARD} <= set(catalogue(language))


def test_remarks_lie_in_the_recording_and_in_its_order():
    assert [c["at"] for c in comments_from([(9.26, "b"), (1, "a")], 10)] == [1, 9.3]
    for bad in ((11.0, "late"), (-1.0, "early"), (float("nan"), "nowhere"), (1.0, "  ")):
        with pytest.raises(BadCard, match="review_comment"):
            comments_from([bad], 10)


def test_the_draw_follows_the_weights_and_reaches_everybody():
    calls = [
        Candidate("plain", is_new_agent=False, complained=False, reviewed=0),
        Candidate("new", is_new_agent=True, complained=False, reviewed=0),
        Candidate("complaint", is_new_agent=False, complained=True, reviewed=0),
        Candidate("reviewed", is_new_agent=False, complained=False, reviewed=3),
    ]
    chance = Random(7)
    drawn = Counter(pick(calls, chance.random()).attempt_id for _ in range(9250))
    expected = {"plain": 1000, "new": 3000, "complaint": 5000, "reviewed": 250}
    for name, n in expected.items():
        assert abs(drawn[name] - n) < 4 * n**0.5 + 20, (name, drawn)
    assert pick(calls, 0.0).attempt_id == "plain"
    assert pick(calls, 1 - 2**-53).attempt_id == "reviewed"
    assert pick([], 0.5) is None
