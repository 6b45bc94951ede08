"""Windows of abandonment to the second, and the sample that proves how many people AMD hangs up on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.abandon_windows import BLOCK, spans_of
from dialer.domain.abandonment import Tally, rate_of
from dialer.domain.amd_sample import SAMPLE_MIN, Label, evaluate, upper_bound
from dialer.packs import PACKS, load_pack

pytestmark = pytest.mark.unit
START = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
RULES = [load_pack(name) for name in PACKS]
LONDON, SHANGHAI = ZoneInfo("Europe/London"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "midnight"),
    [  # Ofcom: a calendar day, midnight to midnight where the callers are
        (datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC), datetime(2026, 6, 30, 23, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), datetime(2026, 7, 1, 23, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 12, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 0, tzinfo=UTC)),  # 23 h
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),
        (
            datetime(2026, 10, 25, 23, 59, tzinfo=UTC),
            datetime(2026, 10, 24, 23, 0, tzinfo=UTC),
        ),  # 25 h
    ],
)
def test_a_day_is_from_midnight_to_midnight_for_campaign_and_site(now, midnight):
    campaign, site = spans_of("DAY", START, now, LONDON)
    assert (campaign.since, campaign.site) == (midnight, False)
    assert (site.since, site.site) == (midnight, True)


def test_the_last_day_the_minute_ahead_and_the_campaign_to_date():
    now = START + timedelta(days=3, seconds=7)
    rolling, ahead, whole = spans_of("PT24H", START, now, SHANGHAI)
    assert (rolling.since, rolling.ahead) == (now - timedelta(hours=24), False)
    assert (ahead.since, ahead.ahead) == (now - timedelta(hours=24) + timedelta(seconds=60), True)
    assert (whole.name, whole.since) == ("CAMPAIGN", START)


@pytest.mark.parametrize(
    ("elapsed", "block"),
    [(timedelta(0), 0), (BLOCK - timedelta(seconds=1), 0), (BLOCK, 1), (3.5 * BLOCK, 3)],
)
def test_thirty_days_are_counted_from_the_campaigns_start(elapsed, block):
    """16 CFR 310.4(b)(4)(i): over the campaign, else each successive 30-day period."""
    (span,) = spans_of("P30D", START, START + elapsed, LONDON)
    assert span.since == START + block * BLOCK


@given(st.integers(-1_000_000, 10_000_000))
def test_no_window_begins_after_now(seconds):
    now = START + timedelta(seconds=seconds)
    for pack in RULES:
        for span in spans_of(pack.abandon.window, START, now, ZoneInfo(pack.zones[0])):
            assert span.since <= now


def test_a_window_nobody_knows_must_not_dial():
    with pytest.raises(ValueError, match="P1Y"):
        spans_of("P1Y", START, START, LONDON)


# --- AMD -----------------------------------------------------------------------------------------


def labels(persons: int, machines: int, days: float = 1, waiting: int = 0) -> list[Label]:
    drawn = START - timedelta(days=days)
    heard = [True] * persons + [False] * machines + [None] * waiting
    return [Label(is_person, drawn) for is_person in heard]


@pytest.mark.parametrize(
    ("hits", "trials", "bound"),
    [(0, 200, 0.01885), (2, 200, 0.03573), (10, 500, 0.03643), (0, 0, 1.0), (5, 5, 1.0)],
)  # figures of Wilson's formula, checked against published tables
def test_the_upper_end_of_the_interval(hits, trials, bound):
    assert upper_bound(hits, trials) == pytest.approx(bound, abs=2e-4)


@given(st.integers(1, 3000), st.data())
def test_the_bound_is_above_the_share_and_grows_with_it(trials, data):
    hits = data.draw(st.integers(0, trials))
    assert hits / trials <= upper_bound(hits, trials) <= 1
    if hits < trials:
        assert upper_bound(hits, trials) < upper_bound(hits + 1, trials)


def test_without_a_valid_sample_everybody_is_a_person():
    assert evaluate([], START).share == 1.0
    short = evaluate(labels(0, SAMPLE_MIN - 1), START)
    assert (short.share, short.is_valid) == (1.0, False)
    enough = evaluate(labels(2, SAMPLE_MIN - 2), START)
    assert enough.is_valid
    assert enough.share == upper_bound(2, SAMPLE_MIN)
    assert not evaluate(labels(2, SAMPLE_MIN - 2, days=32), START).is_valid


def test_who_leaves_out_the_awkward_ones_gains_nothing():
    fresh = evaluate(labels(0, SAMPLE_MIN, waiting=30), START)
    assert (fresh.labelled, fresh.persons) == (SAMPLE_MIN, 0)
    late = evaluate(labels(0, SAMPLE_MIN, days=8, waiting=30), START)
    assert (late.labelled, late.persons) == (SAMPLE_MIN + 30, 30)


def test_ofcoms_figure_uses_the_tested_share_and_the_worst_without_one():
    """60 abandoned, 2,400 handled, 1,500 hung up by AMD at 1 %: 3.03 % and no longer 2.44 %."""
    counts = Tally(handled=2400, abandoned=60, amd_hangup=1500)
    assert rate_of("ofcom", counts, 0.01).value == pytest.approx(75 / 2475)
    assert rate_of("ofcom", counts).value == pytest.approx(1560 / 3960)  # untested: all were people
    off = Tally(handled=2400, abandoned=60, machine_agent=300)
    assert rate_of("ofcom", off, 0.01) == rate_of("ofcom", off)  # AMD off: machines are deducted
    assert rate_of("ofcom", off).abandoned == pytest.approx(60 * (1 - 300 / 2700))
    on = rate_of("ofcom", off, 0.01, amd_on=True)  # AMD on, nobody hung up on yet: no deduction
    assert on.abandoned == 60
    assert rate_of("human", counts, 0.5).value == pytest.approx(60 / 2460)
