"""What holds for every question: fail-closed, monotone, ordered, counted right, waived by the list."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dialer.packs
from dialer.domain.compliance import (
    Allowed,
    Blocked,
    CaseFacts,
    Channel,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
    Window,
    may_contact,
)
from dialer.domain.compliance import checks as gate_checks
from dialer.domain.compliance import gate as gate_module
from dialer.domain.compliance.codes import CODES, GROUPS, HOLD_CODES, NOT_OVERRIDABLE, OVERRIDABLE
from dialer.domain.compliance.hours import WORST_FIRST
from dialer.domain.compliance.pack import narrowed
from dialer.packs import narrowing_of
from tests.domain.asks import CN, NOW, NUMBER, US, ask, code, past
from tests.domain.gate_examples import BREAKS, EXAMPLES, PACKS_AND_PLACES

pytestmark = pytest.mark.unit

DAYTIMES = st.datetimes(
    datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
CHANNELS = st.sampled_from(list(Channel))
FLAGS = ("effective", "conversation", "rang", "connected", "with_consent", "abandoned", "machine",
         "third_party")  # fmt: skip


@st.composite
def contacts(draw, now: datetime, zone: str) -> Past:
    """Any contact of the last ten days, or of the next hours (a clock was set back)."""
    at = now - timedelta(minutes=draw(st.integers(-600, 14_400)))
    flags = {flag: draw(st.booleans()) for flag in FLAGS}
    return Past(
        at=at, day=at.astimezone(ZoneInfo(zone)).date(), number=draw(st.sampled_from([NUMBER, "2"])),
        account_id=draw(st.integers(1, 2)), own=draw(st.booleans()), channel=draw(CHANNELS),
        in_flight=draw(st.integers(0, 9)) == 0, **flags,
    )  # fmt: skip


@st.composite
def questions(draw):
    """Any question to one of the packs, mostly in the open hours so that counters decide."""
    pack, zone = draw(st.sampled_from(PACKS_AND_PLACES))
    local = datetime.combine(
        date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 1095))),
        time(draw(st.integers(7, 22)), draw(st.integers(0, 59))), ZoneInfo(zone),
    )  # fmt: skip
    now = local.astimezone(UTC)
    history = tuple(draw(contacts(now, zone)) for _ in range(draw(st.integers(0, 9))))
    question = ask(
        now=now, timezone=draw(st.sampled_from([zone, zone, "nowhere"])), history=history,
        channel=draw(CHANNELS), consent=draw(st.booleans()), message_allowed=draw(st.booleans()),
        role=draw(st.sampled_from(["debtor", "debtor", "contact"])), ground=draw(
            st.sampled_from(["", "unreachable"])),
        holds=tuple(draw(st.lists(st.sampled_from([*HOLD_CODES, "other"]), max_size=1))),
        guaranteed_agent=draw(st.booleans()), budget_left=draw(st.booleans()),
    )  # fmt: skip
    return question, pack, zone


# --- fail-closed ---------------------------------------------------------------------------------

PARTS = {"case": CaseFacts, "person": PersonFacts, "number": NumberFacts,
         "infrastructure": Infrastructure}  # fmt: skip
PLACES = [("", field.name) for field in fields(ask()) if field.name != "history"] + [
    (part, field.name) for part, kind in PARTS.items() for field in fields(kind)
]  # fmt: skip


@pytest.mark.parametrize(("part", "field"), PLACES)
def test_what_nobody_knows_is_a_no(part, field):
    base = ask()
    assert isinstance(may_contact(base, CN), Allowed)
    if part:
        changed = replace(base, **{part: replace(getattr(base, part), **{field: None})})
    else:
        changed = replace(base, **{field: None})
    assert may_contact(changed, CN) == Blocked("FACTS_UNKNOWN")


@pytest.mark.parametrize(
    ("fields_", "expected"),
    [({"case": CaseFacts("paused")}, "CASE_CLOSED"), ({"channel": "pigeon"}, "CHANNEL_NOT_PERMITTED"),
     ({"channel": "pigeon", "case": CaseFacts(channels=frozenset({"pigeon"}))}, "CHANNEL_NOT_PERMITTED"),
     ({"holds": ("new kind",)}, "MANUAL_HOLD"), ({"state": "odd"}, "INVALID_NUMBER"),
     ({"role": "neighbour", "ground": "unreachable"}, "THIRD_PARTY_NO_GROUND"),
     ({"history": None}, "COUNTERS_UNKNOWN")],
)  # fmt: skip
def test_a_word_that_nobody_knows_is_a_no(fields_, expected):
    assert code(may_contact(ask(**fields_), CN)) == expected


# --- every code, its order, its check, and who may waive it --------------------------------------


def test_every_code_has_its_example():
    assert set(EXAMPLES) == set(CODES)
    assert [len(set(group)) for group in GROUPS] == [len(group) for group in GROUPS]
    assert len(CODES) == len(set(CODES))
    assert set(GROUPS[5]) == {*WORST_FIRST, "TZ_UNKNOWN"}


@pytest.mark.parametrize("expected", CODES)
def test_every_code_is_said(expected):
    question, pack = EXAMPLES[expected]
    assert code(may_contact(question, pack)) == expected


@pytest.mark.parametrize("expected", CODES[1:])  # what is unknown is asked before all checks
def test_without_its_check_nobody_would_say_it(expected, monkeypatch):
    """Each check is needed: with it taken out its codes are not said any more."""
    question, pack = EXAMPLES[expected]
    place = next(i for i, group in enumerate(GROUPS) if expected in group) - 1
    rest = gate_checks.CHECKS[:place] + gate_checks.CHECKS[place + 1 :]
    monkeypatch.setattr(gate_module, "CHECKS", rest)
    assert code(may_contact(question, pack)) != expected


@given(st.sets(st.sampled_from(list(BREAKS)), min_size=1))
def test_of_several_reasons_the_first_of_the_list_is_said(broken):
    together: dict[str, object] = {}
    for rule in broken:
        together |= BREAKS[rule]
    assert code(may_contact(ask(**together), CN)) == min(broken, key=CODES.index)


@pytest.mark.parametrize("rule", CODES)
def test_two_people_waive_what_is_on_the_list_and_nothing_else(rule):
    question, pack = EXAMPLES[rule]
    verdict = may_contact(replace(question, overrides=frozenset({rule, "NO_SUCH"})), pack)
    if rule in OVERRIDABLE:
        assert code(verdict) != rule
        alone = may_contact(replace(question, overrides=frozenset(OVERRIDABLE)), pack)
        assert rule in alone.licence.overrides  # the licence says so
    else:
        assert code(verdict) == rule
        everything = replace(question, overrides=frozenset(CODES))
        assert code(may_contact(everything, pack)) == rule


def test_what_nobody_waives():
    """CN-HOURS, CN-TARGET, do-not-call, death, recall: by name, so that nobody moves one by mistake."""
    assert {"OUT_OF_HOURS", "TZ_UNKNOWN", "HOLIDAY", "THIRD_PARTY_NO_GROUND", "THIRD_PARTY_REFUSED",
            "THIRD_PARTY_LIMIT", "DNC_PERSON", "DNC_NUMBER", "CHANNEL_OPT_OUT", "WRONG_NUMBER",
            "INVALID_NUMBER", "DECEASED", "CEASE", "RECALLED", "CASE_CLOSED", "PLACEMENT_INACTIVE",
            "CHANNEL_NOT_PERMITTED", "CAP_DAY_EFFECTIVE", "ABANDON_BUDGET", "IN_FLIGHT",
            "COUNTERS_UNKNOWN", "FACTS_UNKNOWN", "CLI_UNAVAILABLE", "RECORDER_DOWN"} == NOT_OVERRIDABLE  # fmt: skip


# --- monotone ------------------------------------------------------------------------------------


@given(questions(), st.data())
def test_more_history_never_opens(asked, data):
    question, pack, zone = asked
    more = replace(question, history=(*question.history, data.draw(contacts(question.now, zone))))
    if isinstance(may_contact(more, pack), Allowed):
        assert isinstance(may_contact(question, pack), Allowed)


@given(questions(), st.sampled_from([*HOLD_CODES, "other"]))
def test_another_hold_never_opens(asked, hold):
    question, pack, _ = asked
    held = replace(question, person=replace(question.person, holds=(*question.person.holds, hold)))
    assert isinstance(may_contact(held, pack), Blocked)


@given(
    questions(), st.integers(0, 3), st.integers(60, 600), st.booleans(), st.booleans(),
    st.sampled_from(["08:00", "10:00", "15:00"]), st.integers(0, 5),
)  # fmt: skip
def test_a_narrower_pack_never_opens(asked, limit, minutes, holidays, working, opens, lifetime):
    question, pack, _ = asked
    caps = {cap.code: min(limit, cap.limit) for cap in pack.caps}
    tight = narrowed(pack, narrowing_of({
        "caps": {**caps, "CAP_LIFETIME": lifetime}, "number_interval_minutes": minutes,
        "closed_on_holidays": holidays, "working_days_only": working,
        "hours": {"every_day": [opens, "20:00"]},
    }))  # fmt: skip
    if isinstance(may_contact(question, tight), Allowed):
        assert isinstance(may_contact(question, pack), Allowed)
    twice = narrowed(tight, narrowing_of({"caps": {"CAP_LIFETIME": min(lifetime, 1)}}))
    if isinstance(may_contact(question, twice), Allowed):
        assert isinstance(may_contact(question, tight), Allowed)


# --- counters ------------------------------------------------------------------------------------


def recount(question, pack, zone: str) -> dict[str, int]:
    """The counters once more, from the pack's file and in the plainest way."""
    path = Path(dialer.packs.__file__).parent / f"{pack.name}.toml"
    today = question.now.astimezone(ZoneInfo(zone)).date()
    counts = {}
    for name, cap in tomllib.loads(path.read_text(encoding="utf-8"))["caps"].items():
        if cap.get("channel", "voice") != question.channel:
            continue
        n = 0
        for one in question.history:
            if one.channel != question.channel or (today - one.day).days >= cap["days"]:
                continue
            if cap["key"] == "number":
                if one.number != question.number.number:
                    continue
            elif not one.own or (cap["key"] == "person_debt" and one.account_id != 1):
                continue
            if cap.get("not_with_consent") and one.with_consent:
                continue
            n += {
                "attempts": one.rang,
                "connected": one.rang and one.connected,
                "effective": one.effective,
                "conversations": one.conversation,
            }[cap["counts"]]
        counts[name] = n
    return counts


@given(questions())
def test_the_licence_counts_what_a_recount_counts(asked):
    question, pack, zone = asked
    verdict = may_contact(
        replace(question, person=PersonFacts(zone), number=NumberFacts(NUMBER)), pack
    )
    if isinstance(verdict, Allowed):
        assert verdict.licence.counters == recount(question, pack, zone)


# --- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pack", "zone"), [
    *((US, zone) for zone in US.zones), ("uk", "Europe/London"), (CN, "Asia/Urumqi"),
])  # fmt: skip
def test_the_wall_clock_of_the_place_decides_in_spring_and_autumn(pack, zone):
    """Every quarter of an hour round both changes of the clock, 2026 to 2028."""
    pack = dialer.packs.load_pack("uk") if pack == "uk" else pack
    for year in (2026, 2027, 2028):
        for start in (date(year, 3, 7), date(year, 3, 24), date(year, 10, 24), date(year, 10, 30)):
            moment = datetime.combine(start, time(0), UTC)
            for _ in range(9 * 24 * 4):
                local = moment.astimezone(ZoneInfo(zone))
                opens = 9 if pack.name == "uk" and local.weekday() >= 5 else 8
                closes = {"cn": 22, "us": 21, "uk": 20 if local.weekday() >= 5 else 21}[pack.name]
                verdict = code(may_contact(ask(now=moment, timezone=zone), pack))
                assert (verdict == "") == (opens <= local.hour < closes), (moment, zone)
                moment += timedelta(minutes=15)


def test_in_urumqi_and_nowhere():
    """GB/T 45251 counts by the debtor's clock; who lives nobody knows where has the later opening and
    the earlier closing of all zones of the pack."""
    for hour, minute, shanghai, urumqi, nowhere in (
        (0, 0, "", "OUT_OF_HOURS", "TZ_UNKNOWN"), (1, 59, "", "OUT_OF_HOURS", "TZ_UNKNOWN"),
        (2, 0, "", "", ""), (13, 59, "", "", ""), (14, 0, "OUT_OF_HOURS", "", "TZ_UNKNOWN"),
        (16, 0, "OUT_OF_HOURS", "OUT_OF_HOURS", "OUT_OF_HOURS"),
    ):  # fmt: skip
        now = datetime(2026, 11, 23, hour, minute, tzinfo=UTC)
        for zone, expected in (
            ("Asia/Shanghai", shanghai), ("Asia/Urumqi", urumqi), ("?", nowhere), ("", nowhere),
        ):  # fmt: skip
            question = ask(now=now, timezone=zone, ring_seconds=15)
            assert code(may_contact(question, CN)) == expected, (now, zone)


def test_days_are_counted_at_the_debtors_midnight_and_on_29_february():
    leap = datetime(2028, 2, 29, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai
    three = tuple(past(h, now=leap, effective=True, number=f"n{h}") for h in (1, 2, 3))
    verdict = may_contact(ask(now=leap, history=three), CN)
    assert code(verdict) == "CAP_DAY_EFFECTIVE"
    assert verdict.until == datetime(2028, 3, 1, 0, 0, tzinfo=UTC)
    assert code(may_contact(ask(now=verdict.until, history=three), CN)) == ""
    # seven local days with the leap day among them: 23 to 29 February, and no day less
    texts = tuple(past(24 * d, now=leap, channel="sms", number=f"n{d}") for d in (1, 2, 3, 4, 5, 6))
    assert code(may_contact(ask(now=leap, channel="sms", history=texts), CN)) == "CAP_SMS_WEEK"
    assert (
        code(may_contact(ask(now=leap + timedelta(days=1), channel="sms", history=texts), CN)) == ""
    )


@pytest.mark.parametrize("minutes", [1, 90, 8 * 60])
def test_a_clock_that_was_set_back_forgets_nothing(minutes):
    """Attempts "from the future" still count: in the caps, the interval, the guarantee."""
    ahead = -minutes / 60
    assert code(may_contact(ask(history=(past(ahead),)), CN)) == "CAP_INTERVAL"
    three = tuple(past(ahead, effective=True, number=f"n{n}") for n in range(3))
    assert code(may_contact(ask(history=three), CN)) == "CAP_DAY_EFFECTIVE"
    left = ask(history=(past(ahead, abandoned=True, number="n"),))
    assert code(may_contact(left, CN)) == "AGENT_GUARANTEE_REQUIRED"
    tomorrow = tuple(past(-20, effective=True, number=f"n{n}") for n in range(3))
    assert code(may_contact(ask(history=tomorrow), CN)) == "CAP_DAY_EFFECTIVE"


# --- inconvenient times, messages, consent -------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "seconds_before", "blocked"),
    [((time(10), time(11)), 31, False), ((time(10), time(11)), 30, True), ((time(9), time(10)), 0, False),
     ((time(9), time(10)), 1, True), ((time(21), time(9)), 0, False), ((time(21), time(10, 1)), 0, True),
     ((time(9, 59), time(8)), 0, True)],
)  # fmt: skip
def test_ringing_may_not_reach_into_an_inconvenient_time(window, seconds_before, blocked):
    now = NOW - timedelta(seconds=seconds_before)
    verdict = may_contact(ask(now=now, inconvenient=(Window(*window),)), CN)
    assert (code(verdict) == "INCONVENIENT_TIME") == blocked


@pytest.mark.parametrize("channel", list(Channel))
def test_hours_and_holds_bind_every_channel(channel):
    night = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert code(may_contact(ask(channel=channel), CN)) == ""
    assert code(may_contact(ask(channel=channel, now=night), CN)) == "OUT_OF_HOURS"
    assert code(may_contact(ask(channel=channel, holds=("dispute",)), CN)) == "DISPUTE_OPEN"
    assert code(may_contact(ask(channel=channel, role="contact"), CN)) == "THIRD_PARTY_NO_GROUND"
    others = frozenset(Channel) - {channel}
    assert code(may_contact(ask(channel=channel, opted_out=others), CN)) == ""
    permitted = CaseFacts(channels=others)
    assert code(may_contact(ask(channel=channel, case=permitted), CN)) == "CHANNEL_NOT_PERMITTED"


def test_a_message_needs_no_line_and_a_call_does_not_use_up_texts():
    there = Infrastructure(cli_available=False, recorder_ok=False, agent_trained=False)
    calls = tuple(past(h, number=f"n{h}") for h in (1, 2, 3, 4, 5, 6))
    text = ask(channel="sms", infrastructure=there, budget_left=False, history=calls)
    assert code(may_contact(text, CN)) == ""
    assert may_contact(text, CN).licence.counters == {"CAP_SMS_DAY": 0, "CAP_SMS_WEEK": 0}
    stale = replace(text, infrastructure=replace(there, balance_fresh=False))
    assert code(may_contact(stale, CN)) == "BALANCE_STALE"


def test_seven_in_seven_leaves_out_what_the_rule_leaves_out():
    """12 CFR 1006.14(b)(3): calls that do not connect to the dialed number, calls under consent."""
    seven, pack = EXAMPLES["CAP_7IN7"]
    for field in ({"connected": False}, {"with_consent": True}, {"rang": False}):
        first, *others = seven.history
        assert (
            code(may_contact(replace(seven, history=(replace(first, **field), *others)), pack))
            == ""
        )
    assert code(may_contact(replace(seven, consent=True), pack)) == ""
    assert may_contact(replace(seven, consent=True), pack).licence.consent
    talked, pack = EXAMPLES["CAP_CONVERSATION"]
    assert code(may_contact(replace(talked, consent=True), pack)) == ""
    texts, pack = EXAMPLES["CAP_SMS_DAY"]
    assert code(may_contact(replace(texts, consent=True), pack)) == "CAP_SMS_DAY"


def test_whom_no_recording_may_be_played_to_is_called_while_an_agent_waits():
    """47 CFR 64.1200(a)(1): no message without consent, so nobody may be left without an agent."""
    silent = ask(message_allowed=False)
    assert code(may_contact(silent, CN)) == "AGENT_GUARANTEE_REQUIRED"
    waits = Infrastructure(agent_waits=True)
    assert code(may_contact(replace(silent, infrastructure=waits), CN)) == ""
    assert code(may_contact(replace(silent, guaranteed_agent=True), CN)) == ""
    assert code(may_contact(replace(silent, channel="sms"), CN)) == ""
