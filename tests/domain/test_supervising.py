"""Who needs the supervisor first, and when an alert is raised and over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.alerts import RULES, AlertState, Rule, Tracked, step
from dialer.domain.needs_me import LEVELS, SeatSeen, need
from dialer.domain.seat import SeatState

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HIGH = Rule(0.5, 0.2, timedelta(seconds=10))
LOW = Rule(0.1, 0.15, low_is_bad=True)


def test_the_order_of_a_floor():
    seats = {
        "calm": SeatSeen("talking", 50), "waits": SeatSeen("idle", 20),
        "help": SeatSeen("talking", 30, help_seconds=5),
        "waits longer": SeatSeen("idle", 100), "writes": SeatSeen("wrap_up", 10),
        "writes for ever": SeatSeen("wrap_up", 300), "talks long": SeatSeen("talking", 700),
        "no phone": SeatSeen("connecting", 40), "phone rings": SeatSeen("connecting", 3),
        "lunch": SeatSeen("paused", 1800, "lunch", 3600),
        "over": SeatSeen("paused", 1300, "short", 900),
        "asks": SeatSeen("talking", 90, concession_seconds=12), "gone": SeatSeen("paused", 9, "desk_lost"),
    }  # fmt: skip
    order = sorted(seats, key=lambda name: need(seats[name]).order)
    assert order == [
        "help", "asks", "no phone", "gone", "writes for ever", "over", "talks long", "writes",
        "phone rings", "lunch", "calm", "waits longer", "waits",
    ]  # fmt: skip
    assert [need(seats[name]).why for name in order[:7]] == [
        "help", "concession", "leg_down", "desk_lost", "wrap_long", "pause_over", "talk_long",
    ]  # fmt: skip


def test_every_state_of_a_seat_has_its_levels():
    assert set(LEVELS) == {str(state) for state in SeatState} - {"offline"}


@given(st.sampled_from(sorted(LEVELS)), st.floats(0, 1e5), st.floats(0, 1e4))
def test_time_only_makes_it_stronger(state, seconds, more):
    earlier, later = need(SeatSeen(state, seconds)), need(SeatSeen(state, seconds + more))
    assert earlier.level <= later.level <= 3
    assert later.order <= earlier.order


def test_raised_after_its_time_and_over_below_another_value():
    seen, at = Tracked(), NOW
    states = []
    for value in (0.6, 0.6, 0.4, 0.6, 0.6, 0.3, 0.25, 0.51, 0.2, 0.6):
        seen = step(HIGH, seen, value, at)
        states.append(seen.state.value)
        at += timedelta(seconds=10)
    assert states == [
        "rising", "raised", "raised", "raised", "raised", "raised", "raised", "raised", "quiet",
        "rising",
    ]  # fmt: skip


def test_a_short_peak_rings_nobody():
    seen = step(HIGH, Tracked(), 0.9, NOW)
    seen = step(HIGH, seen, 0.45, NOW + timedelta(seconds=9))
    assert seen == Tracked()


def test_low_values_that_are_bad_and_values_nobody_knows():
    raised = step(LOW, Tracked(), 0.09, NOW)
    assert raised.state is AlertState.RAISED
    assert step(LOW, raised, 0.12, NOW).state is AlertState.RAISED
    assert step(LOW, raised, None, NOW) == raised
    assert step(LOW, raised, 0.15, NOW) == Tracked()
    assert step(LOW, Tracked(), None, NOW) == Tracked()


@given(st.lists(st.floats(0, 2), min_size=1, max_size=60))
def test_between_two_raisings_it_was_good_once(values):
    for rule in RULES.values():
        seen, at, was_good = Tracked(), NOW, True
        for value in values:
            before, seen = seen, step(rule, seen, value, at)
            if seen.state is AlertState.RAISED and before.state is not AlertState.RAISED:
                assert was_good
                was_good = False
            was_good = was_good or rule.is_good(value)
            at += timedelta(seconds=30)


def test_every_rule_leaves_a_gap():
    for rule in RULES.values():
        assert not rule.is_bad(rule.leave)
        assert not rule.is_good(rule.enter)
