"""The gate: every rule says no by its name, in the order of docs/rules.md, and says until when."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.compliance import (
    Allowed,
    Blocked,
    CaseFacts,
    Infrastructure,
    Narrowing,
    NumberFacts,
    PersonFacts,
    Window,
    may_contact,
)
from dialer.domain.compliance.codes import HOLD_CODES, NOT_OVERRIDABLE
from dialer.domain.compliance.pack import Widened, narrowed
from dialer.packs import PACKS, is_stale, load_pack, narrowing_of
from tests.domain.asks import CN, NOW, NUMBER, UK, US, ask, code, past

pytestmark = pytest.mark.unit

TIMES = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


def test_allowed_and_it_says_why():
    verdict = may_contact(ask(history=(past(3, effective=True),)), CN)
    assert isinstance(verdict, Allowed)
    licence = verdict.licence.as_json()
    assert licence["local_times"] == ["2026-11-23 10:00 Asia/Shanghai"]
    assert licence["counters"] == {"CAP_DAY_EFFECTIVE": 1, "CAP_DAY_ATTEMPT": 1, "CAP_NUMBER": 1}
    assert licence["rules"][0] == "case"
    assert licence["version"] == CN.version


# --- CN-HOURS, US-HOURS --------------------------------------------------------------------------


@given(TIMES, st.integers(15, 45))
def test_nobody_is_called_at_night(now, ring):
    verdict = may_contact(ask(now=now, ring_seconds=ring), CN)
    zone = ZoneInfo("Asia/Shanghai")
    start, end = now.astimezone(zone), (now + timedelta(seconds=ring)).astimezone(zone)
    open_ = 8 <= start.hour < 22 and end.hour < 22 and end.date() == start.date()
    assert isinstance(verdict, Allowed) == open_
    if not open_:
        assert verdict.code == "OUT_OF_HOURS"
        assert verdict.until > now
        assert isinstance(may_contact(ask(now=verdict.until, ring_seconds=ring), CN), Allowed)


@given(TIMES, st.sampled_from([CN, US, UK]))
def test_an_unknown_zone_takes_the_strictest_of_all(now, pack):
    if isinstance(may_contact(ask(now=now, timezone="nowhere"), pack), Allowed):
        for zone in pack.zones:
            assert isinstance(may_contact(ask(now=now, timezone=zone), pack), Allowed)


@pytest.mark.parametrize(
    ("zone", "moment", "is_open"),
    [  # clocks go forward on 2026-03-08 02:00 and back on 2026-11-01 02:00
        ("America/New_York", datetime(2026, 3, 7, 12, 59, tzinfo=UTC), False),  # 07:59 EST
        ("America/New_York", datetime(2026, 3, 7, 13, 0, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 3, 8, 12, 0, tzinfo=UTC), True),  # 08:00 EDT
        ("America/New_York", datetime(2026, 3, 8, 11, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 1, 12, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2026, 11, 1, 13, 0, tzinfo=UTC), True),
        ("Europe/London", datetime(2026, 3, 29, 8, 0, tzinfo=UTC), True),  # Sunday 09:00 BST
        ("Europe/London", datetime(2026, 3, 29, 7, 59, tzinfo=UTC), False),
        ("Europe/London", datetime(2026, 10, 25, 8, 59, tzinfo=UTC), False),  # Sunday 08:59 GMT
    ],
)
def test_hours_follow_the_clock_of_the_place(zone, moment, is_open):
    pack = US if zone.startswith("America") else UK
    assert (code(may_contact(ask(now=moment, timezone=zone), pack)) == "") == is_open


def test_ringing_may_not_reach_past_closing_time():
    closing = datetime(2026, 11, 23, 13, 59, 40, tzinfo=UTC)  # 21:59:40 in Shanghai
    assert code(may_contact(ask(now=closing, ring_seconds=15), CN)) == ""
    assert code(may_contact(ask(now=closing, ring_seconds=30), CN)) == "OUT_OF_HOURS"


def test_holidays_close_only_where_they_are_agreed():
    day = replace(CN, holidays=frozenset({date(2026, 11, 23)}))
    assert code(may_contact(ask(), day)) == ""
    closed = narrowed(day, Narrowing(closed_on_holidays=True))
    verdict = may_contact(ask(), closed)
    assert code(verdict) == "HOLIDAY"
    assert verdict.until == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_times_the_person_called_inconvenient():
    verdict = may_contact(ask(inconvenient=(Window(time(9), time(11)),)), CN)
    assert code(verdict) == "INCONVENIENT_TIME"
    assert verdict.until == NOW + timedelta(hours=1)


# --- permanent reasons ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"case": CaseFacts("recalled")}, "RECALLED"), ({"case": CaseFacts("closed")}, "CASE_CLOSED"),
     ({"case": CaseFacts(placement_active=False)}, "PLACEMENT_INACTIVE"),
     ({"case": CaseFacts(channels=frozenset({"sms"}))}, "CHANNEL_NOT_PERMITTED"),
     *(({"holds": (kind,)}, code_) for kind, code_ in HOLD_CODES.items()),
     ({"holds": ("anything",)}, "MANUAL_HOLD"),
     ({"state": "wrong"}, "WRONG_NUMBER"), ({"state": "invalid"}, "INVALID_NUMBER"),
     ({"promise_pending": True}, "PTP_PENDING")],
)  # fmt: skip
def test_a_permanent_reason_has_no_time(fields, expected):
    assert may_contact(ask(**fields), CN) == Blocked(expected)


def test_suppressions():
    person = replace(ask(), person=PersonFacts("Asia/Shanghai", suppressed=True))
    assert code(may_contact(person, CN)) == "DNC_PERSON"
    number = replace(ask(), number=NumberFacts(NUMBER, suppressed=True))
    assert code(may_contact(number, CN)) == "DNC_NUMBER"


def test_a_reminder_of_the_promise_itself_may_be_given():
    assert code(may_contact(ask(promise_pending=True, is_reminder=True), CN)) == ""


# --- CN-TARGET, CN-CONTACT, US-3P, UK-CONC -------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "fields", "expected"),
    [(CN, {"role": "contact"}, "THIRD_PARTY_NO_GROUND"),
     (CN, {"role": "contact", "ground": "unreachable"}, ""),
     (CN, {"role": "contact", "ground": "unreachable", "refused": True}, "THIRD_PARTY_REFUSED"),
     (CN, {"role": "guarantor", "ground": "unreachable"}, "THIRD_PARTY_NO_GROUND"),
     (CN, {"role": "guarantor", "ground": "contract"}, ""),
     (UK, {"role": "contact", "ground": "unreachable"}, "THIRD_PARTY_NO_GROUND")],
)  # fmt: skip
def test_others_than_the_debtor_only_on_a_ground(pack, fields, expected):
    zone = "Europe/London" if pack is UK else "Asia/Shanghai"
    now = NOW + timedelta(hours=8)  # 10:00 in London
    moment = now if pack is UK else NOW
    assert code(may_contact(ask(now=moment, timezone=zone, **fields), pack)) == expected


def test_in_the_united_states_another_person_is_asked_once():
    now = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    zone = "America/New_York"
    before = past(72, now=now, zone=zone, third_party=True, effective=True, number="1")
    question = ask(now=now, timezone=zone, role="contact", ground="location")
    assert code(may_contact(question, US)) == ""
    assert code(may_contact(replace(question, history=(before,)), US)) == "THIRD_PARTY_LIMIT"


# --- caps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "expected"),
    [(tuple(past(h, effective=True, number=str(h)) for h in (1, 1.5)), ""),
     (tuple(past(h, effective=True, number=str(h)) for h in (1, 1.2, 1.5)), "CAP_DAY_EFFECTIVE"),
     (tuple(past(h, effective=True, number=str(h)) for h in (11, 12, 13)), ""),  # yesterday, there
     (tuple(past(h / 10, number=str(h)) for h in range(6)), "CAP_DAY_ATTEMPT"),
     (tuple(past(h, own=False) for h in (1.1, 1.5)), "CAP_NUMBER"),
     ((past(0.9),), "CAP_INTERVAL"), ((past(1.0),), ""),
     ((past(0.9, rang=False),), ""), ((past(3, in_flight=True),), "IN_FLIGHT"), (None, "COUNTERS_UNKNOWN")],
)  # fmt: skip
def test_caps_of_china(history, expected):
    assert code(may_contact(ask(history=history), CN)) == expected


def test_caps_open_again_the_next_morning():
    history = tuple(past(h, effective=True, number=str(h)) for h in (1, 1.2, 1.5))
    verdict = may_contact(ask(history=history), CN)
    assert verdict.until == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    assert isinstance(may_contact(ask(now=verdict.until, history=history), CN), Allowed)


def us(hours_ago, **fields):
    now = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # Monday, 11:00 in New York
    history = tuple(
        past(h, now=now, zone="America/New_York", number=f"n{h}", **fields) for h in hours_ago
    )
    return ask(now=now, timezone="America/New_York", history=history)


def test_seven_calls_in_seven_days_for_one_debt():
    """12 CFR 1006.14(b)(2)(i)(A): more than seven within seven consecutive days."""
    assert code(may_contact(us(range(2, 8)), US)) == ""
    seven = us([2, 20, 40, 60, 80, 100, 120])
    verdict = may_contact(seven, US)
    assert code(verdict) == "CAP_7IN7"
    assert code(may_contact(replace(seven, account_id=2), US)) == ""  # another debt
    assert code(may_contact(replace(seven, now=verdict.until), US)) == ""


def test_seven_days_after_a_conversation():
    """12 CFR 1006.14(b)(2)(i)(B): talk on Monday, next call not before the following Monday."""
    talked = us([1], conversation=True, effective=True)
    verdict = may_contact(talked, US)
    assert code(verdict) == "CAP_CONVERSATION"
    assert verdict.until == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)  # Monday 08:00 in New York
    sunday = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
    assert code(may_contact(replace(talked, now=sunday), US)) == "CAP_CONVERSATION"
    assert code(may_contact(replace(talked, now=verdict.until), US)) == ""


@given(st.lists(st.tuples(st.integers(1, 160), st.booleans(), st.booleans()), max_size=8), TIMES)
def test_one_more_contact_never_helps(contacts, now):
    """Monotone: what is blocked stays blocked when history grows."""
    history = tuple(
        past(h, now=now, effective=e, in_flight=f, number=str(h)) for h, e, f in contacts
    )
    for pack in (CN, US, UK):
        base = ask(now=now, history=history)
        more = replace(
            base, history=(*history, past(0.5, now=now, effective=True, conversation=True))
        )
        if isinstance(may_contact(base, pack), Blocked):
            assert isinstance(may_contact(more, pack), Blocked)


# --- agent guarantee, budget, infrastructure -----------------------------------------------------


def test_who_was_abandoned_meets_an_agent_next_time():
    now = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    for pack, hours, blocked in ((UK, 71, True), (UK, 73, False), (CN, 23, True), (CN, 25, False)):
        zone = "Europe/London" if pack is UK else "Asia/Shanghai"
        question = ask(
            now=now, timezone=zone, history=(past(hours, now=now, zone=zone, abandoned=True),)
        )
        verdict = may_contact(question, pack)
        assert (code(verdict) == "AGENT_GUARANTEE_REQUIRED") == blocked
        assert code(may_contact(replace(question, guaranteed_agent=True), pack)) == ""


def test_without_budget_only_with_a_guaranteed_agent():
    assert code(may_contact(ask(budget_left=False), CN)) == "ABANDON_BUDGET"
    assert code(may_contact(ask(budget_left=False, guaranteed_agent=True), CN)) == ""


@pytest.mark.parametrize(
    ("field", "expected"),
    [("cli_available", "CLI_UNAVAILABLE"), ("recorder_ok", "RECORDER_DOWN"),
     ("balance_fresh", "BALANCE_STALE"), ("agent_trained", "AGENT_UNTRAINED")],
)  # fmt: skip
def test_no_proper_means_no_call(field, expected):
    there = replace(Infrastructure(), **{field: False})
    assert code(may_contact(ask(infrastructure=there), CN)) == expected


# --- overrides, narrowing, packs -----------------------------------------------------------------


def test_what_two_people_waived_is_noted_and_nothing_else_is_waived():
    held = ask(holds=("dispute", "hardship"), overrides=frozenset({"DISPUTE_OPEN"}))
    assert code(may_contact(held, CN)) == "VULNERABLE_HOLD"
    one = ask(holds=("dispute",), overrides=frozenset({"DISPUTE_OPEN"}))
    verdict = may_contact(one, CN)
    assert verdict.licence.overrides == ("DISPUTE_OPEN",)


@given(st.sampled_from(sorted(NOT_OVERRIDABLE)))
def test_some_rules_nobody_waives(rule):
    night = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    everything = ask(overrides=frozenset(NOT_OVERRIDABLE), now=night)
    assert code(may_contact(everything, CN)) == "OUT_OF_HOURS"
    assert rule in NOT_OVERRIDABLE


def test_an_agreement_narrows_and_never_widens():
    tight = narrowed(
        CN, narrowing_of({"hours": {"every_day": ["09:00", "23:00"]}, "caps": {"CAP_NUMBER": 1}})
    )
    assert tight.week[0] == Window(time(9), time(22))
    assert code(may_contact(ask(history=(past(2),)), tight)) == "CAP_NUMBER"
    for wide in (
        {"caps": {"CAP_DAY_EFFECTIVE": 4}}, {"caps": {"CAP_UNHEARD_OF": 1}},
        {"number_interval_minutes": 30}, {"hard_abandon": 0.05},
    ):  # fmt: skip
        with pytest.raises(Widened):
            narrowed(CN, narrowing_of(wide))
    with pytest.raises(ValueError, match="colour"):
        narrowing_of({"colour": "red"})


@given(TIMES, st.lists(st.integers(1, 30), max_size=5), st.integers(0, 3), st.integers(60, 600))
def test_a_narrowed_pack_allows_nothing_that_the_pack_forbids(now, hours, cap, minutes):
    history = tuple(past(h, now=now, effective=True, number=str(h % 3)) for h in hours)
    tight = narrowed(
        CN, Narrowing(caps={"CAP_DAY_EFFECTIVE": cap}, number_interval=timedelta(minutes=minutes))
    )
    question = ask(now=now, history=history)
    if isinstance(may_contact(question, tight), Allowed):
        assert isinstance(may_contact(question, CN), Allowed)


@pytest.mark.parametrize("pack", [CN, US, UK], ids=PACKS)
def test_packs_name_their_sources(pack):
    assert all(cap.citation for cap in pack.caps)
    assert all(pack.citations.values())
    assert pack.abandon.target <= pack.abandon.hard == 0.03
    assert not is_stale(pack, pack.verified_on + timedelta(days=180))
    assert is_stale(pack, pack.verified_on + timedelta(days=181))
    with pytest.raises(ValueError, match="no rule pack"):
        load_pack("xx")
