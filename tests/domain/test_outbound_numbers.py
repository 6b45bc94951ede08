"""Which outbound number is shown: never one that may not be; the shortage names who comes back first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.caller_numbers import (
    ANYWHERE,
    BLOCKS,
    NO_LIMIT,
    ONE_CALL,
    TRIAL_PER_HOUR,
    Caps,
    Pool,
    PoolNumber,
    Shown,
    Use,
    Wanted,
    block_code,
    choose,
    midnight_after,
    room,
    shortage,
    why_not,
)
from dialer.domain.number_health import REST, REST_MAX, Health, observe, rest_of, rested

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
HOUR = timedelta(hours=1)


def alone(*numbers: PoolNumber) -> Shown:
    return Shown(numbers)


def test_a_debtor_sees_the_same_number_again_else_the_rested_one():
    pool = alone(PoolNumber("95035100", NOW), PoolNumber("95035101", NOW - HOUR))
    assert choose(pool, Wanted(1, "", "95035100", NOW)).number == "95035100"
    assert choose(pool, Wanted(1, "", "", NOW)).number == "95035101"
    assert choose(pool, Wanted(1, "", "95599", NOW)).number == "95035101"  # no longer ours
    assert choose(Shown(), Wanted(1, "", "95035100", NOW)) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"creditor_id": 2}, "other_creditor"), ({"region": "浙江"}, "other_region"),
     ({"licence_until": date(2026, 11, 22)}, "licence_expired"), ({"licence_until": date(2026, 11, 23)}, ""),
     ({"resting_until": NOW + HOUR}, "resting"), ({"suspect": True}, "suspect"),
     ({"active": False}, "switched_off"), ({"owned": False}, "not_owned"),
     ({"caps": Caps(concurrent=2), "use": Use(in_air=2)}, "cap_concurrent"),
     ({"caps": Caps(per_hour=9), "use": Use(last_hour=9)}, "cap_hour"),
     ({"caps": Caps(per_second=1), "use": Use(last_second=1)}, "cap_second"),
     ({"caps": Caps(per_day=1), "use": Use(today=1)}, "cap_day"),
     ({"on_trial": True, "use": Use(in_air=1)}, "cap_concurrent"),
     ({"on_trial": True, "use": Use(last_hour=TRIAL_PER_HOUR)}, "cap_hour"),
     ({"creditor_id": 1, "region": "上海"}, "")],
)  # fmt: skip
def test_only_numbers_that_may_be_shown_are_shown(fields, reason):
    number = PoolNumber("95035100", None, **fields)
    wanted = Wanted(1, "上海", "95035100", NOW)
    assert why_not(number, wanted) == reason
    assert choose(alone(number), wanted) == (None if reason else number)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({}, ""), ({"active": False}, "switched_off"), ({"creditor_ids": frozenset({2})}, "other_creditor"),
     ({"creditor_ids": frozenset({1, 2})}, ""), ({"region": "浙江"}, "other_region"),
     ({"licence_until": date(2026, 11, 22)}, "licence_expired"),
     ({"caps": Caps(per_second=5), "use": Use(last_second=5)}, "pool_cap_second"),
     ({"caps": Caps(concurrent=5), "use": Use(in_air=5)}, "pool_cap_concurrent"),
     ({"caps": Caps(per_hour=5), "use": Use(last_hour=6)}, "pool_cap_hour"),
     ({"caps": Caps(per_day=5), "use": Use(today=5)}, "pool_cap_day"),
     ({"caps": Caps(per_day=5), "use": Use(today=4)}, "")],
)  # fmt: skip
def test_a_pool_binds_all_its_numbers(fields, reason):
    pool = replace(Pool(7, date(2026, 12, 31)), **fields)
    number = PoolNumber("95035100", None, pool_id=7)
    assert why_not(number, Wanted(1, "上海", "", NOW), pool) == reason


def test_a_campaign_with_a_pool_shows_no_other_number():
    mine, other = PoolNumber("95035100", NOW, pool_id=7), PoolNumber("95035200", None)
    shown = Shown((mine, other), {7: Pool(7, date(2027, 1, 1))})
    assert choose(shown, Wanted(1, "", "", NOW, pool_id=7)) == mine
    assert choose(shown, Wanted(1, "", "", NOW)) == other  # it rested longer


def test_an_expired_licence_blocks_from_the_local_midnight_on():
    pool = Pool(7, date(2026, 11, 23))
    number = PoolNumber("95035100", None, pool_id=7)
    before, after = (datetime(2026, 11, 23, h, 59, tzinfo=UTC) for h in (15, 16))  # 23:59, 00:59
    assert why_not(number, Wanted(1, "", "", before), pool) == ""
    assert why_not(number, Wanted(1, "", "", after), pool) == "licence_expired"


caps = st.builds(Caps, *(st.none() | st.integers(1, 4) for _ in range(4)))
uses = st.builds(Use, *(st.integers(0, 5) for _ in range(4)))
numbers = st.builds(
    PoolNumber, st.sampled_from([f"9503510{n}" for n in range(6)]), st.none() | st.just(NOW),
    st.none() | st.integers(1, 2), st.sampled_from(["", "上海"]),
    st.none() | st.sampled_from([date(2026, 11, 22), date(2027, 1, 1)]),
    st.none() | st.sampled_from([NOW - HOUR, NOW + HOUR]), st.booleans(), st.booleans(), st.booleans(),
    caps, uses, st.none() | st.just(7), st.booleans(),
)  # fmt: skip
pools = st.builds(
    Pool, st.just(7), st.sampled_from([date(2026, 11, 22), date(2027, 1, 1)]),
    st.sampled_from([frozenset(), frozenset({1})]), st.sampled_from(["", "浙江"]), st.booleans(),
    st.just("Asia/Shanghai"), st.just(""), caps, uses,
)  # fmt: skip


@given(st.lists(numbers, max_size=6, unique_by=lambda n: n.number), pools)
def test_rotation_never_shows_what_is_capped_expired_or_resting(rows, pool):
    """Dial as long as a number is found: `room` foretold how often, and every pick was allowed."""
    shown, wanted = Shown(tuple(rows), {7: pool}), Wanted(1, ANYWHERE, "95035103", NOW)
    free = room(shown, wanted)
    dialed = 0
    while dialed < 60 and (picked := choose(shown, wanted)) is not None:
        there = shown.pools[7]
        assert picked.active
        assert picked.owned
        assert not picked.suspect
        assert picked.resting_until is None or picked.resting_until <= NOW
        assert picked.licence_until is None or picked.licence_until >= date(2026, 11, 23)
        if picked.pool_id:
            assert there.active
            assert there.licence_until >= date(2026, 11, 23)
            assert there.caps.per_day is None or there.use.today < there.caps.per_day
            there = replace(there, use=there.use.plus(ONE_CALL))
        assert picked.caps.per_second is None or picked.use.last_second < picked.caps.per_second
        used = replace(picked, last_used_at=NOW, use=picked.use.plus(ONE_CALL))
        shown = Shown(
            tuple(used if n.number == picked.number else n for n in shown.numbers), {7: there}
        )
        dialed += 1
    assert dialed == min(free, 60)
    if dialed < 60:
        lack = shortage(shown, wanted)
        assert lack.until > NOW
        assert block_code(lack.why) in {*BLOCKS.values(), "CLI_NONE"}


def test_room_is_what_numbers_and_pool_leave():
    pool = Pool(7, date(2027, 1, 1), caps=Caps(per_second=3), use=Use(last_second=1))
    rows = tuple(
        PoolNumber(f"9503510{n}", None, pool_id=7, caps=Caps(concurrent=1)) for n in range(5)
    )
    assert room(Shown(rows, {7: pool}), Wanted(1, ANYWHERE, "", NOW)) == 2
    assert room(alone(PoolNumber("1", None)), Wanted(1, ANYWHERE, "", NOW)) == NO_LIMIT
    assert room(Shown(), Wanted(1, ANYWHERE, "", NOW)) == 0


@pytest.mark.parametrize(
    ("fields", "code", "until"),
    [({"caps": Caps(per_second=1), "use": Use(last_second=1)}, "CLI_CAP", NOW + timedelta(seconds=1)),
     ({"caps": Caps(per_day=1), "use": Use(today=1)}, "CLI_CAP", datetime(2026, 11, 23, 16, tzinfo=UTC)),
     ({"resting_until": NOW + HOUR}, "CLI_RESTING", NOW + HOUR),
     ({"licence_until": date(2026, 1, 1)}, "CLI_LICENCE", NOW + timedelta(minutes=5)),
     ({"owned": False}, "CLI_NOT_OWNED", NOW + timedelta(minutes=5)),
     ({"creditor_id": 2}, "CLI_NONE", NOW + timedelta(minutes=5))],
)  # fmt: skip
def test_a_shortage_says_why_and_until_when(fields, code, until):
    lack = shortage(alone(PoolNumber("95035100", None, **fields)), Wanted(1, "", "", NOW))
    assert (block_code(lack.why), lack.until) == (code, until)


def test_the_day_of_a_pool_ends_at_its_own_midnight():
    assert midnight_after(NOW, "Asia/Shanghai") == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert midnight_after(NOW, "Europe/London") == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def on_trial(rate: float, seed: int) -> Health:
    chance, health = Random(seed), rested(Health(9.0, 500, 40, True, rests=1))
    while health.on_trial and health.dials < 3000:
        health = observe(health, chance.random() < rate, 0.25)
    return health


def test_after_its_rest_a_number_is_judged_within_a_hundred_dials_or_so():
    healed, sick = ([on_trial(rate, seed) for seed in range(200)] for rate in (0.25, 0.12))
    assert sum(h.suspect for h in healed) <= 16  # 5 % error by design
    assert sum(not h.suspect for h in sick) <= 16
    assert sorted(h.dials for h in (*healed, *sick))[200] < 560  # 500 of them before the trial
    assert all(h.rests == 0 for h in healed if not h.suspect)
    assert all(h.rests == 2 for h in sick if h.suspect)


def test_who_fails_again_rests_twice_as_long_and_at_most_a_week():
    assert [rest_of(Health(rests=n)) for n in (1, 2, 3)] == [REST, 2 * REST, 4 * REST]
    assert rest_of(Health(rests=50)) == REST_MAX
