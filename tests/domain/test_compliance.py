"""The gate: closed at night, over a cap, under a hold; and it says which rule and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.compliance import Allowed, Ask, Blocked, Counters, may_contact
from dialer.packs import load_pack

pytestmark = pytest.mark.unit

PACK = load_pack("cn")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NONE = Counters(0, 0, 0, None, False)
TIMES = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


def ask(**fields) -> Ask:
    base = Ask(
        now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), timezone="Asia/Shanghai", ring_seconds=30,
        case_closed=False, holds=(), suppressed=False, number_state="valid",
        promise_pending=False, counters=NONE,
    )  # fmt: skip
    return replace(base, **fields)


def test_allowed_and_it_says_why():
    verdict = may_contact(ask(), PACK)
    assert isinstance(verdict, Allowed)
    assert verdict.licence.local_times == ("2026-11-23 10:00 Asia/Shanghai",)
    assert "OUT_OF_HOURS" in verdict.licence.rules
    assert verdict.licence.as_json()["counters"]["effective"] == 0


@given(TIMES, st.integers(15, 45))
def test_nobody_is_called_at_night(now, ring):
    verdict = may_contact(ask(now=now, ring_seconds=ring), PACK)
    start, end = now.astimezone(SHANGHAI), (now + timedelta(seconds=ring)).astimezone(SHANGHAI)
    open_ = 8 <= start.hour < 22 and end.hour < 22 and end.date() == start.date()
    assert isinstance(verdict, Allowed) == open_
    if not open_:
        assert verdict.code == "OUT_OF_HOURS"
        again = may_contact(ask(now=verdict.until, ring_seconds=ring), PACK)
        assert isinstance(again, Allowed)
        assert verdict.until > now


@given(TIMES)
def test_an_unknown_zone_takes_the_strictest_of_all(now):
    if isinstance(may_contact(ask(now=now, timezone="nowhere"), PACK), Allowed):
        for zone in PACK.zones:
            assert isinstance(may_contact(ask(now=now, timezone=zone), PACK), Allowed)


@pytest.mark.parametrize(
    ("fields", "code", "waits"),
    [
        ({"case_closed": True}, "CASE_CLOSED", False),
        ({"holds": ("dispute",)}, "DISPUTE_OPEN", False),
        ({"holds": ("cease",)}, "CEASE", False),
        ({"holds": ("something",)}, "MANUAL_HOLD", False),
        ({"suppressed": True}, "DNC_NUMBER", False),
        ({"number_state": "wrong"}, "WRONG_NUMBER", False),
        ({"number_state": "invalid"}, "INVALID_NUMBER", False),
        ({"promise_pending": True}, "PTP_PENDING", False),
        ({"counters": None}, "COUNTERS_UNKNOWN", True),
        ({"counters": replace(NONE, in_flight=True)}, "IN_FLIGHT", True),
        ({"counters": replace(NONE, effective=3)}, "CAP_DAY_EFFECTIVE", True),
        ({"counters": replace(NONE, attempts=6)}, "CAP_DAY_ATTEMPT", True),
        ({"counters": replace(NONE, number_attempts=2)}, "CAP_NUMBER", True),
    ],
)
def test_each_rule_says_no_by_its_name(fields, code, waits):
    verdict = may_contact(ask(**fields), PACK)
    assert isinstance(verdict, Blocked)
    assert verdict.code == code
    assert (verdict.until is not None) == waits


def test_caps_open_again_the_next_morning():
    verdict = may_contact(ask(counters=replace(NONE, effective=3)), PACK)
    assert verdict.until == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


def test_a_number_rests_between_attempts():
    last = ask().now - timedelta(minutes=59)
    counters = replace(NONE, attempts=1, number_attempts=1, number_last_at=last)
    verdict = may_contact(ask(counters=counters), PACK)
    assert verdict == Blocked("CAP_INTERVAL", last + PACK.number_interval)
    assert isinstance(may_contact(ask(now=verdict.until, counters=counters), PACK), Allowed)


@given(st.integers(0, 5), st.integers(0, 9), st.integers(0, 4), TIMES, st.booleans(), st.booleans())
def test_one_more_never_helps(effective, attempts, to_number, now, suppressed, flight):
    """Monotone: what is blocked stays blocked when counters grow."""
    less = Counters(effective, attempts, to_number, None, flight)
    more = Counters(effective + 1, attempts + 1, to_number + 1, None, True)
    if isinstance(may_contact(ask(now=now, suppressed=suppressed, counters=less), PACK), Blocked):
        verdict = may_contact(ask(now=now, suppressed=suppressed, counters=more), PACK)
        assert isinstance(verdict, Blocked)
