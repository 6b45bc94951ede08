"""When reports are due: each due time once, in the creditor's zone, over clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.report_times import Due, Every, due_times

pytestmark = pytest.mark.unit
SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # Wednesday noon in Shanghai


def test_daily_weekly_monthly():
    daily = list(due_times(Every.DAILY, 8, SHANGHAI, NOON - timedelta(days=2), NOON))
    assert daily == [
        Due(datetime(2026, 11, 24, 0, tzinfo=UTC), date(2026, 11, 23), date(2026, 11, 23)),
        Due(datetime(2026, 11, 25, 0, tzinfo=UTC), date(2026, 11, 24), date(2026, 11, 24)),
    ]
    weekly = list(due_times(Every.WEEKLY, 8, SHANGHAI, NOON - timedelta(days=7), NOON))
    assert weekly == [
        Due(datetime(2026, 11, 23, 0, tzinfo=UTC), date(2026, 11, 16), date(2026, 11, 22))
    ]
    monthly = list(due_times(Every.MONTHLY, 8, SHANGHAI, NOON - timedelta(days=60), NOON))
    assert [(d.first, d.last) for d in monthly] == [
        (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 31)),
    ]  # fmt: skip


def test_not_before_its_hour_and_not_twice():
    eight = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)
    before = eight - timedelta(seconds=1)
    assert not list(due_times(Every.DAILY, 8, SHANGHAI, eight - timedelta(hours=23), before))
    assert len(list(due_times(Every.DAILY, 8, SHANGHAI, before, eight))) == 1
    assert not list(due_times(Every.DAILY, 8, SHANGHAI, eight, eight + timedelta(hours=23)))


@pytest.mark.parametrize(("day", "hour"), [(29, 1), (25, 1)])
def test_clock_changes_neither_lose_nor_double_a_report(day, hour):
    """29 March 2026: London's 01:00 does not exist; 25 October: it comes twice."""
    month = 3 if day == 29 else 10
    start = datetime(2026, month, day, 12, tzinfo=UTC) - timedelta(days=3)
    due = list(due_times(Every.DAILY, hour, LONDON, start, start + timedelta(days=6)))
    assert [d.last for d in due] == [
        date(2026, month, day) + timedelta(days=n) for n in range(-3, 3)
    ]


@given(
    st.sampled_from(tuple(Every)), st.integers(0, 23), st.lists(st.integers(1, 5000), max_size=20)
)
def test_looking_often_or_seldom_finds_the_same(every, hour, steps):
    start = now = datetime(2026, 1, 1, tzinfo=UTC)
    found: list[Due] = []
    for minutes in steps:
        later = now + timedelta(minutes=minutes)
        found += due_times(every, hour, SHANGHAI, now, later)
        now = later
    assert found == list(due_times(every, hour, SHANGHAI, start, now))
    assert all(due.first <= due.last < due.at.astimezone(SHANGHAI).date() for due in found)
