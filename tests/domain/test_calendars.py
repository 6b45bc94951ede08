"""Days off: what the packs know of each place, what the operator adds, and what closes on them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dialer.domain.compliance import Allowed, may_contact
from dialer.domain.compliance.pack import narrowed
from dialer.packs import PACKS, calendar_is_old, load_pack, narrowing_of
from dialer.packs.calendars import ExtraDays, days_off
from dialer.settings import load
from telephony.config_file import ConfigError
from tests.domain.asks import CN, UK, US, ask, code

pytestmark = pytest.mark.unit

CLOSED = {"closed_on_holidays": True}
WORKING = {"working_days_only": True}


def at(day: date, hour_utc: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour_utc, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pack", "zone", "hour", "day", "is_off"),
    [  # cn 2026 as announced by 国务院; us 5 USC 6103; uk England
        (CN, "Asia/Shanghai", 2, date(2026, 10, 1), True),
        (CN, "Asia/Shanghai", 2, date(2026, 2, 23), True),  # a Monday, swapped for 28 February
        (CN, "Asia/Shanghai", 2, date(2026, 2, 24), False),
        (US, "America/New_York", 16, date(2026, 11, 26), True),  # Thanksgiving
        (US, "America/New_York", 16, date(2026, 7, 3), True),  # the 4th is a Saturday
        (US, "America/New_York", 16, date(2026, 11, 27), False),
        (UK, "Europe/London", 10, date(2026, 12, 28), True),  # Boxing Day, observed
        (UK, "Europe/London", 10, date(2026, 8, 31), True),
        (UK, "Europe/London", 10, date(2026, 11, 30), False),  # St Andrew's: not in England
    ],
)
def test_closed_on_holidays_bites_on_the_days_of_the_place(pack, zone, hour, day, is_off):
    question = ask(now=at(day, hour), timezone=zone)
    assert code(may_contact(question, pack)) == ""  # the law closes nothing, an agreement may
    closed = narrowed(pack, narrowing_of(CLOSED))
    assert code(may_contact(question, closed)) == ("HOLIDAY" if is_off else "")


def test_working_days_only_knows_the_make_up_days():
    """调休: Saturday 28 February 2026 is worked, Saturday 7 March is not."""
    tight = narrowed(CN, narrowing_of(WORKING))
    for day, off in ((date(2026, 2, 28), False), (date(2026, 3, 7), True), (date(2026, 3, 6), False),
                     (date(2026, 10, 10), False), (date(2026, 10, 1), True)):  # fmt: skip
        assert code(may_contact(ask(now=at(day, 2)), tight)) == ("HOLIDAY" if off else "")
    monday = may_contact(ask(now=at(date(2026, 3, 7), 2)), tight).until
    assert monday == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)  # Monday 08:00 in Shanghai


def test_the_longest_holiday_has_an_end():
    closed = narrowed(CN, narrowing_of(CLOSED))
    eve = may_contact(ask(now=at(date(2026, 2, 16), 2)), closed)
    assert code(eve) == "HOLIDAY"
    assert code(may_contact(ask(now=eve.until), closed)) == ""


def test_a_day_off_is_the_debtors_day():
    """23:30 UTC on 30 September is 1 October in Shanghai; the first of January comes to Honolulu last."""
    closed = narrowed(US, narrowing_of(CLOSED))
    moment = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)  # 17:00 on 1 January in Honolulu
    assert code(may_contact(ask(now=moment, timezone="Pacific/Honolulu"), closed)) == "HOLIDAY"
    assert code(may_contact(ask(now=moment, timezone="Pacific/Honolulu"), US)) == ""
    china = narrowed(CN, narrowing_of(CLOSED))
    assert code(may_contact(ask(now=datetime(2026, 10, 1, 0, 30, tzinfo=UTC)), china)) == "HOLIDAY"


def test_the_operator_adds_days_off_and_days_worked():
    day, national = date(2026, 11, 23), date(2026, 10, 1)
    extra = ExtraDays(frozenset({day}), frozenset({national, date(2026, 3, 7)}))
    own = narrowed(load_pack("cn", extra), narrowing_of(WORKING))
    assert code(may_contact(ask(now=at(day, 2)), own)) == "HOLIDAY"
    assert code(may_contact(ask(now=at(national, 2)), own)) == ""
    assert code(may_contact(ask(now=at(date(2026, 3, 7), 2)), own)) == ""  # a Saturday


def test_config_toml_names_the_days_and_refuses_what_it_does_not_know(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[dialer.holidays]\nextra = [2026-11-23]\nworking = [2026-10-01]\n")
    pack = load(path).pack()
    assert date(2026, 11, 23) in pack.holidays
    assert date(2026, 10, 1) not in pack.holidays
    path.write_text("[dialer.holidays]\nextras = [2026-11-23]\n")
    with pytest.raises(ConfigError, match=r"dialer\.holidays\.extras"):
        load(path)
    path.write_text('[dialer.holidays]\nextra = ["tomorrow"]\n')
    with pytest.raises(ConfigError, match=r"dialer\.holidays\.extra"):
        load(path)


def test_a_year_that_nobody_announced_is_a_warning():
    pack = replace(CN, calendar_through=2026)
    assert not calendar_is_old(pack, date(2026, 11, 30))
    assert calendar_is_old(pack, date(2026, 12, 1))
    assert days_off("cn", ExtraDays(frozenset({date(2090, 1, 1)}))).known_through == 2090


@pytest.mark.parametrize("name", PACKS)
def test_narrowing_to_days_off_never_opens(name):
    pack = load_pack(name)
    tight = narrowed(pack, narrowing_of({**CLOSED, **WORKING}))
    zone = pack.zones[0]
    for hours in range(0, 24 * 400, 7):
        question = ask(now=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours), timezone=zone)
        if isinstance(may_contact(question, tight), Allowed):
            assert isinstance(may_contact(question, pack), Allowed)


def test_a_card_is_paid_in_sixty_parts_at_most():
    """CN-PLAN: 商业银行信用卡业务监督管理办法 art. 70, five years of individual instalments."""
    pack = replace(CN, plan_periods_max={"card": 60, "信用卡": 60, "": 72})
    assert [pack.periods_max(p) for p in ("Credit Card", "某行信用卡分期", "loan", "")] == [
        60,
        60,
        72,
        72,
    ]
    assert CN.periods_max("信用卡") == 60
