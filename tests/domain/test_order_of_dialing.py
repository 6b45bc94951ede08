"""Best time, spread over the day, and the end of a list: tables and properties."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.best_time import (
    HORIZON,
    Tried,
    as_stored,
    best_moment,
    chance,
    chance_of,
    from_store,
)
from dialer.domain.compliance.hours import Calendar, Window
from dialer.domain.dayparts import daypart, next_part
from dialer.domain.list_end import UNCONTACTED, EndRule, Left, Then, ending

pytestmark = pytest.mark.unit
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
RING = timedelta(seconds=30)
OPEN = Calendar((Window(time(8), time(22)),) * 7, (SHANGHAI,), frozenset())


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_without_any_call_there_is_no_better_time_than_now():
    assert best_moment(NOW, OPEN, RING, (), {}) == NOW


def test_who_answers_in_the_evening_is_called_in_the_evening():
    tried = [Tried(local(d, 10), False) for d in range(10, 16)] + [
        Tried(local(20, 19, 20), True, True)
    ]
    assert best_moment(NOW, OPEN, RING, tried, {}) == local(23, 19)


def test_the_campaign_s_hours_decide_for_who_never_answered():
    hours = {(day, hour): (5, 100) for day in range(7) for hour in range(8, 22)}
    hours |= {(day, 12): (40, 100) for day in range(7)}
    assert best_moment(NOW, OPEN, RING, (), hours) == local(23, 12)
    assert best_moment(local(23, 13), OPEN, RING, (), hours) == local(24, 12)


def test_a_little_better_is_not_worth_a_day():
    hours = {(0, hour): (25, 100) for hour in range(8, 22)} | {(1, 9): (27, 100)}
    assert best_moment(NOW, OPEN, RING, (), hours) == NOW


def test_a_few_lucky_calls_do_not_make_an_hour():
    many = {(0, 10): (300, 1000)}
    assert chance(many | {(0, 15): (2, 2)}, 0, 15) < 0.4
    assert chance({}, 0, 10) == pytest.approx(0.25)
    spoken = [Tried(local(20, 15), True, True)]
    answered = [Tried(local(20, 15), True)]
    at = local(23, 15)
    assert chance_of(spoken, {}, at, SHANGHAI) > chance_of(answered, {}, at, SHANGHAI) > 0.25
    assert chance_of(answered, {}, local(23, 16), SHANGHAI) < chance_of(answered, {}, at, SHANGHAI)


hours_of_day = st.integers(0, 23).map(time)
windows = st.tuples(hours_of_day, hours_of_day).map(lambda pair: Window(min(pair), max(pair)))
calendars = st.builds(
    Calendar, st.lists(windows, min_size=7, max_size=7).map(tuple),
    st.sampled_from([(SHANGHAI,), (SHANGHAI, ZoneInfo("Asia/Urumqi")), (ZoneInfo("America/New_York"),)]),
    st.sets(st.dates(date(2026, 11, 22), date(2026, 11, 26)), max_size=2).map(frozenset),
    st.lists(windows, max_size=2).map(tuple),
)  # fmt: skip
MINUTES = 3 * 24 * 60
moments = st.integers(0, MINUTES * 60).map(
    lambda seconds: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=seconds)
)
calls = st.lists(st.builds(Tried, moments, st.booleans(), st.booleans()), max_size=8)
tables = st.dictionaries(
    st.tuples(st.integers(0, 6), st.integers(0, 23)),
    st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=30,
)  # fmt: skip


@given(moments, calendars, calls, tables)
def test_the_best_time_is_never_outside_the_calendar_and_always_the_same(
    now, calendar, tried, hours
):
    found = best_moment(now, calendar, RING, tried, hours)
    assert found == best_moment(now, calendar, RING, tried, hours)
    if found is None:
        assert calendar.fault(now, RING)
        opens = calendar.next_open(now, RING)
        assert opens is None or opens > now + HORIZON
    else:
        assert not calendar.fault(found, RING)
        assert now <= found <= now + HORIZON
    for weekday in range(7):
        assert 0 < chance(hours, weekday, 12) < 1


@given(tables)
def test_hours_come_back_from_the_store(hours):
    assert from_store(as_stored(hours)) == hours


@pytest.mark.parametrize(
    ("now", "past", "most", "expected"),
    [(local(23, 10), [], 1, None), (local(23, 10), [local(23, 8)], 1, local(23, 12)),
     (local(23, 10), [local(23, 8)], 2, None), (local(23, 13), [local(23, 8), local(23, 12)], 1, local(23, 18)),
     (local(23, 20), [local(23, 18)], 1, local(24, 0)), (local(23, 20), [local(22, 20)], 1, None),
     (local(23, 10), [local(23, 8), local(23, 9)], 2, local(23, 12))],
)  # fmt: skip
def test_attempts_are_spread_over_the_day(now, past, most, expected):
    assert next_part(now, past, SHANGHAI, most) == expected


@given(moments, st.lists(moments, max_size=6), st.integers(1, 3))
def test_the_next_part_lies_ahead_and_is_another_part(now, past, most):
    found = next_part(now, past, SHANGHAI, most)
    if found is not None:
        here, there = now.astimezone(SHANGHAI), found.astimezone(SHANGHAI)
        assert found > now
        assert (there.date(), daypart(there)) != (here.date(), daypart(here))
        assert next_part(found, past, SHANGHAI, 99) is None


NOTHING = Left(*[False] * 7)


def left(**fields: bool) -> Left:
    return Left(**{name: fields.get(name, False) for name in Left.__dataclass_fields__})


@pytest.mark.parametrize(
    ("what", "then", "rounds", "action", "reason"),
    [(left(), Then.WAIT, 0, "finish", "all_done"), (left(busy=True), Then.FINISH, 0, "", ""),
     (left(due=True), Then.FINISH, 0, "", ""), (left(waiting=True), Then.WAIT, 0, "", ""),
     (left(promises=True), Then.WAIT, 0, "", ""), (left(uncontacted=True), Then.WAIT, 0, "finish", "all_done"),
     (left(waiting=True), Then.FINISH, 0, "finish", "list_end"),
     (left(waiting=True, untried=True), Then.FINISH, 0, "", ""),
     (left(waiting=True, callbacks=True), Then.FINISH, 0, "", ""),
     (left(), Then.FINISH, 0, "finish", "all_done"),
     (left(uncontacted=True), Then.AGAIN, 0, "again", "again"), (left(waiting=True, uncontacted=True), Then.AGAIN, 0, "", ""),
     (left(uncontacted=True, promises=True), Then.AGAIN, 0, "again", "again"),
     (left(uncontacted=True), Then.AGAIN, 1, "finish", "rounds_done"), (left(), Then.AGAIN, 0, "finish", "all_done"),
     (left(uncontacted=True, promises=True), Then.AGAIN, 1, "", "")],
)  # fmt: skip
def test_the_end_of_a_list(what, then, rounds, action, reason):
    found = ending(what, EndRule(then), rounds)
    assert (found.action, found.reason) == (action, reason)


@given(
    st.builds(Left, *(st.booleans() for _ in range(7))),
    st.sampled_from(Then),
    st.integers(0, 12),
    st.integers(1, 10),
)
def test_nothing_that_is_agreed_or_at_work_is_dropped_and_nothing_goes_on_for_ever(
    what, then, rounds, times
):
    found = ending(what, EndRule(then, 24, times), rounds)
    if what.busy or what.due or (what.callbacks and what.waiting):
        assert found.action == ""
    if rounds >= times:
        assert found.action != "again"
    if (
        not (what.busy or what.due or what.waiting or what.promises)
        and not what.untried
        and not what.callbacks
    ):
        assert found.action == (
            "again" if then is Then.AGAIN and what.uncontacted and rounds < times else "finish"
        )


def test_whom_to_start_over_with():
    assert {"NO_ANSWER", "BUSY", "POWER_OFF", "REJECTED", "AM_AGENT"} <= set(UNCONTACTED)
    assert not {"PTP", "CEASE", "DNC", "WRONG_NUMBER", "INVALID", "ABANDONED", "UNKNOWN"} & set(
        UNCONTACTED
    )
