"""Three rates from one stream, on worked examples; and a budget that cannot be overdrawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.abandonment import (
    Answered,
    Kind,
    Rate,
    Tally,
    budget_left,
    human_rate,
    kind_of,
    ofcom_rate,
    rate_of,
    tally,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("call", "kind"),
    [(Answered(agent_ms=40), Kind.HANDLED), (Answered(agent_ms=2000), Kind.HANDLED),
     (Answered(agent_ms=2001, message_ms=1950), Kind.ABANDONED),  # joined too late
     (Answered(agent_ms=40, machine_said_agent=True), Kind.MACHINE_AGENT),
     (Answered(None, message_ms=1900), Kind.ABANDONED), (Answered(None), Kind.SILENT),
     (Answered(None, message_ms=2500), Kind.SILENT), (Answered(None, hung_up_by_callee_ms=900), Kind.CALLEE_QUICK),
     (Answered(None, hung_up_by_callee_ms=2000), Kind.SILENT), (Answered(None, amd_hung_up=True), Kind.AMD_HANGUP),
     (Answered(None, no_media=True), Kind.NO_MEDIA)],
)  # fmt: skip
def test_every_answered_call_is_of_one_kind(call, kind):
    assert kind_of(call, 2000) is kind


def test_worked_examples():
    """docs/rules.md: 60 drops against 2,400 handled; what 300 machines or 15 false positives change."""
    plain = Tally(handled=2400, abandoned=60)
    assert human_rate(plain).value == pytest.approx(0.0244, abs=5e-5)
    with_machines = Tally(handled=2400, abandoned=60, machine_agent=300)
    assert human_rate(with_machines).value == human_rate(plain).value  # machines do not dilute
    amd = Tally(handled=2400, abandoned=60, amd_hangup=1500)
    rate = ofcom_rate(amd, 0.01)
    assert (rate.abandoned, rate.persons) == (75, 2475)
    assert rate.value == pytest.approx(0.0303, abs=5e-5)
    deducted = ofcom_rate(Tally(handled=9, abandoned=29, machine_agent=7), None)
    assert deducted.value == pytest.approx(0.6444, abs=5e-5)
    assert rate_of("ofcom", amd, 0.01) == rate
    assert rate_of("human", plain) == human_rate(plain)


def test_counting_kinds():
    counts = tally(
        [Kind.HANDLED] * 5 + [Kind.ABANDONED, Kind.SILENT, Kind.CALLEE_QUICK, Kind.NO_MEDIA]
    )
    assert counts == Tally(handled=5, abandoned=2, silent=1, quick=1)


@given(st.integers(0, 200), st.integers(0, 5000), st.sampled_from([0.01, 0.015, 0.03]))
def test_the_budget_is_what_fits_and_not_one_more(abandoned, handled, hard):
    rate = Rate(abandoned, abandoned + handled, "")
    left = budget_left(rate, hard)
    if rate.value > hard:
        assert left == 0
    else:
        assert (abandoned + left) / (abandoned + left + handled or 1) <= hard + 1e-9
        assert (abandoned + left + 1) / (abandoned + left + 1 + handled) > hard


@pytest.mark.parametrize(
    ("handled", "first"), [(32, 0), (33, 1), (64, 1), (65, 2), (97, 3), (162, 5)]
)
def test_how_much_must_be_handled_before_the_next_may_be_abandoned(handled, first):
    assert budget_left(Rate(0, handled, ""), 0.03) == first
