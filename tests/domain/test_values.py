"""Money, phone numbers, promises, retries, seats, abandonment."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.callbacks import is_anyones
from dialer.domain.money import BadAmount, parse_amount
from dialer.domain.outcomes import HOLD_KINDS, NEEDS_IDENTITY, OUTCOMES, Then
from dialer.domain.phone_numbers import BadNumber, masked, normalise
from dialer.domain.promises import PromiseAsk, fault, limits
from dialer.domain.retries import DEFAULT, next_attempt_at
from dialer.domain.seat import WORK, SeatFacts, SeatState, SeatStatus, state_of

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@given(st.integers(0, 10**13))
def test_money_with_and_without_separators(minor):
    assert parse_amount(f"¥{minor // 100:,}.{minor % 100:02d}") == minor
    assert parse_amount(f"{minor // 100}.{minor % 100:02d}") == minor


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12,345.67", 1234567), ("¥1200", 120000), ("１２.5元", 1250), (" 0.01 ", 1), ("CNY 3", 300)],
)
def test_amounts_as_people_write_them(text, minor):
    assert parse_amount(text) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "amount_missing"), ("-5", "amount_negative"), ("1.234", "amount_form"),
     ("一千", "amount_form"), ("1,23", "amount_form"), ("1e5", "amount_form"),
     ("9" * 15, "amount_large")],
)  # fmt: skip
def test_what_is_no_amount(text, code):
    with pytest.raises(BadAmount) as caught:
        parse_amount(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "number"),
    [("154 0000 0001", "15400000001"), ("+86-154-0000-0001", "15400000001"),
     ("0086 15400000001", "15400000001"), ("１５４００００００01", "15400000001"),
     ("010-62345678", "01062345678"), ("(0571) 8234 5678", "057182345678")],
)  # fmt: skip
def test_numbers_as_people_write_them(text, number):
    assert normalise(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "12345", "+88212345678", "1900555", "+1 900 555 0100", "0015551234567", "110", "95588",
     "15400000001\r\nX: y", "sip:a@b", "1540000000a"],
)  # fmt: skip
def test_what_may_not_be_dialed(text):
    with pytest.raises(BadNumber):
        normalise(text)


@given(st.text(max_size=30))
def test_only_digits_ever_come_out(text):
    try:
        number = normalise(text)
    except BadNumber:
        return
    assert number.isascii()
    assert number.isdigit()
    assert 10 <= len(number) <= 12


def test_a_masked_number_hides_its_middle():
    assert masked("15412345678") == "154****5678"
    assert masked("1234") == "****"


@pytest.mark.parametrize(
    ("amount", "day", "code"),
    [(0, 24, "promise_amount_low"), (100_001, 24, "promise_amount_high"),
     (100_000, 23, "promise_date"), (1, 1, "promise_date"), (1, 30, ""), (100_000, 24, "")],
)  # fmt: skip
def test_what_may_be_promised(amount, day, code):
    allowed = limits(100_000, date(2026, 11, 23), 7)
    assert fault(PromiseAsk(amount, date(2026, 11, day)), allowed) == code


def test_an_entry_is_tried_again_later_and_not_for_ever():
    for code in OUTCOMES:
        assert next_attempt_at(code, 1, NOW) > NOW
        assert next_attempt_at(code, DEFAULT.attempts_max, NOW) is None


def test_stop_outcomes_hold_the_person():
    assert {code for code, o in OUTCOMES.items() if o.then is Then.HOLD} == set(HOLD_KINDS)
    assert "PTP" in NEEDS_IDENTITY
    assert "CEASE" not in NEEDS_IDENTITY  # who asks us to stop is heard, whoever it is


@given(st.builds(SeatFacts))
def test_a_seat_with_a_customer_talks_and_one_that_owes_wraps_up(facts):
    state = state_of(facts)
    if facts.customer_on_line:
        assert state is SeatState.TALKING
    elif facts.outcome_missing:
        assert state is SeatState.WRAP_UP
    elif state in (SeatState.IDLE, SeatState.PREVIEWING, SeatState.DIALING, SeatState.PAUSED):
        assert facts.leg_up  # without a phone nothing is promised to anybody
        assert facts.status is not SeatStatus.AWAY
    if state is SeatState.DIALING:
        assert facts.dialing
    elif state in (SeatState.IDLE, SeatState.PREVIEWING):
        assert facts.status is SeatStatus.READY  # a pause takes the offer back
        assert not facts.dialing
        assert facts.previewing == (state is SeatState.PREVIEWING)


def test_preview_and_dialing_are_work_and_waiting_is_not():
    assert set(SeatState) - set(WORK) == {
        SeatState.OFFLINE, SeatState.CONNECTING, SeatState.PAUSED, SeatState.IDLE,
    }  # fmt: skip


@given(
    st.timedeltas(-timedelta(hours=2), timedelta(hours=2)),
    st.none() | st.sampled_from(list(SeatState)),
)
def test_a_callback_is_its_agent_s_until_a_quarter_of_an_hour_without_them(late, owner):
    away = owner is None or owner in (
        SeatState.OFFLINE, SeatState.CONNECTING, SeatState.PAUSED
    )  # fmt: skip
    assert is_anyones(NOW, NOW + late, owner) == (away and late > timedelta(minutes=15))
