"""What the desk offers: choices within the authority, suggestions from facts, keys and scripts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.desk_keys import DEFAULT_KEYS, BadChoice, as_stored, choice_from
from dialer.domain.guides import GUIDES
from dialer.domain.outcomes import OUTCOMES, Then
from dialer.domain.prefill import CallFacts, Suggestion, suggestion
from dialer.domain.promise_grid import Authority, Choice, amounts, days
from dialer.domain.promises import PromiseAsk, fault, limits
from dialer.domain.scripts import BadScript, script_from

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 23)


def authority(balance=10_000_00, least=1, share=0.0, periods=60, horizon=7) -> Authority:
    return Authority(limits(balance, TODAY, horizon, least), share, periods)


@given(
    balance=st.integers(0, 10**11), least=st.integers(1, 10**9), share=st.floats(0, 0.99),
    periods=st.integers(1, 60), horizon=st.integers(1, 90),
)  # fmt: skip
def test_every_choice_is_one_that_the_rules_take(balance, least, share, periods, horizon):
    given_ = authority(balance, least, share, periods, horizon)
    every_day = days(given_.limits, lambda _: False)
    assert len(every_day) == horizon
    for one in amounts(given_):
        if one.kind is Choice.PLAN:
            assert one.periods <= periods
            assert (one.amount_minor - 1) * one.periods < balance <= one.amount_minor * one.periods
        elif one.kind is Choice.SETTLE:
            assert one.amount_minor + one.waived_minor == balance
            assert one.waived_minor <= balance * share
        else:
            assert all(
                fault(PromiseAsk(one.amount_minor, d.on), given_.limits) == "" for d in every_day
            )


def test_offers_step_down_and_the_waiver_comes_last():
    kinds = [one.kind for one in amounts(authority(least=500_00, share=0.1))]
    assert kinds == ["full", "half", "least", "plan", "plan", "plan", "settle"]
    assert [one.kind for one in amounts(authority(periods=1))] == ["full", "half"]
    assert amounts(authority(balance=0)) == ()


def test_days_off_are_marked():
    weekend = days(authority().limits, lambda day: day.weekday() >= 5)
    assert [d.on for d in weekend if d.is_off] == [TODAY + timedelta(days=n) for n in (5, 6)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CallFacts(), None),
        (CallFacts("machine"), Suggestion("AM_AGENT", "machine")),
        (CallFacts("machine", identity_confirmed=True), None),  # they have just spoken to the person
        (CallFacts("person", ended_by="customer"), Suggestion("IDENTITY_NOT_CONFIRMED", "no_identity")),
        (CallFacts("person", True, "customer", 5_000), Suggestion("RPC_HANGUP", "hung_up")),
        (CallFacts("person", True, "customer", 60_000), None),
        (CallFacts("person", True, "engine", 5_000), None),
        (CallFacts("person", True, "customer", 5_000, True), Suggestion("PTP", "promise")),
        (CallFacts("person", False, promise_begun=True), None),
    ],
)  # fmt: skip
def test_facts_speak_for_an_outcome(facts, expected):
    assert suggestion(facts) == expected


def test_keys_are_checked_and_kept():
    assert as_stored(choice_from({}))["keys"] == DEFAULT_KEYS
    assert choice_from(as_stored(choice_from({"keys": {"9": "DNC", "1": ""}}))).keys == {"9": "DNC"}
    for keys, code in (
        ({"0": "PTP"}, "desk_key"), ({"1": "NO_ANSWER"}, "desk_key_outcome"),
        ({"1": "PTP", "2": "PTP"}, "desk_key_twice"),
    ):  # fmt: skip
        with pytest.raises(BadChoice, match=f"^{code}$"):
            choice_from({"keys": keys})


def test_guides_lead_to_outcomes_that_do_what_they_say():
    for guide in GUIDES:
        assert all(OUTCOMES[code].by_agent for code in guide.outcomes)
        stopping = {OUTCOMES[code].then in (Then.HOLD, Then.SUPPRESS) for code in guide.outcomes}
        assert not guide.stops or stopping == {True}, guide.key


def test_the_opening_tells_of_no_debt():
    assert script_from([]) == ()
    steps = [{"title": "开场", "text": "您好，{name}"}, {"title": "账款", "text": "应还 {balance}"}]
    assert [step.title for step in script_from(steps)] == ["开场", "账款"]
    for wrong, code, step in (
        ([steps[1]], "script_opening", 1), ([steps[0], {"title": "x", "text": "{iban}"}], "script_word", 2),
        ([{"title": " ", "text": "x"}], "script_empty", 1), ([{"title": "x", "text": "x" * 601}], "script_long", 1),
        (steps * 5, "script_steps", 0),
    ):  # fmt: skip
        with pytest.raises(BadScript, match=f"^{code}$") as caught:
            script_from(wrong)
        assert caught.value.step == step
