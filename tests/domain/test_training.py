"""Training: the first kind to end decides; told thirty days before (CN-TRAIN, GB/T 45251-2025)."""

from datetime import date, timedelta

import pytest

from dialer.domain.seat import SeatFacts, SeatState, SeatStatus, state_of
from dialer.domain.training import ends_soon, is_trained, trained_until

pytestmark = pytest.mark.unit
DAY = date(2026, 11, 23)


def test_of_one_kind_the_latest_of_several_the_first():
    records = [
        ("business", DAY),
        ("business", DAY + timedelta(9)),
        ("security", DAY + timedelta(5)),
    ]
    assert trained_until(records) == DAY + timedelta(5)
    assert trained_until(records[:2]) == DAY + timedelta(9)
    assert trained_until([]) is None


@pytest.mark.parametrize(("until", "trained", "soon"), [
    (None, True, False), (DAY, True, True), (DAY - timedelta(1), False, True),
    (DAY + timedelta(30), True, True), (DAY + timedelta(31), True, False),
])  # fmt: skip
def test_the_last_day_counts(until, trained, soon):
    assert (is_trained(until, DAY), ends_soon(until, DAY)) == (trained, soon)


def test_who_is_not_trained_does_not_wait_for_a_customer():
    ready = SeatFacts(SeatStatus.READY, leg_up=True, trained=False)
    assert state_of(ready) is SeatState.PAUSED
    assert state_of(SeatFacts(SeatStatus.READY, True, True, trained=False)) is SeatState.TALKING
