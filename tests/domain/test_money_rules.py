"""Promises settled by payments, plans, buckets, allocation, number health, forecasts, recycle rules."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.buckets import DEFAULT, Bucket, bucket_of, fault
from dialer.domain.forecast import Figures, forecast
from dialer.domain.number_health import Health, observe, rested
from dialer.domain.payments import PARTS, allocate
from dialer.domain.promises import (
    Posting,
    PromiseAsk,
    PromiseState,
    Terms,
    instalments,
    plan_is_in_default,
    reminder_days,
    settle,
)
from dialer.domain.retries import Recycle, next_attempt_at

pytestmark = pytest.mark.unit
MADE, DUE = date(2026, 11, 20), date(2026, 11, 25)
ASK = PromiseAsk(100_000, DUE)
TERMS = Terms()
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def day(n: int) -> date:
    return date(2026, 11, n)


@pytest.mark.parametrize(
    ("postings", "today", "state", "paid"),
    [([], 25, PromiseState.OPEN, 0), ([], 26, PromiseState.OPEN, 0), ([], 27, PromiseState.BROKEN, 0),
     ([(21, 100_000)], 21, PromiseState.KEPT, 100_000),  # early and in full: kept at once
     ([(26, 95_000)], 26, PromiseState.KEPT, 95_000),  # within 5 % and the day of grace
     ([(26, 94_999)], 27, PromiseState.PARTIALLY_KEPT, 94_999),
     ([(27, 100_000)], 28, PromiseState.BROKEN, 0),  # after the grace
     ([(19, 100_000)], 27, PromiseState.BROKEN, 0),  # paid before it was promised
     ([(24, 100_000), (25, -100_000)], 27, PromiseState.BROKEN, 0),  # taken back
     ([(24, 60_000), (25, 50_000), (25, -20_000)], 27, PromiseState.PARTIALLY_KEPT, 90_000)],
)  # fmt: skip
def test_only_payments_settle_a_promise(postings, today, state, paid):
    rows = [Posting(day(d), amount) for d, amount in postings]
    settled = settle(ASK, MADE, rows, day(today), TERMS)
    assert (settled.state, settled.paid_minor) == (state, paid)


@given(
    st.lists(st.tuples(st.integers(15, 30), st.integers(-50_000, 120_000)), max_size=6),
    st.integers(27, 30),
)
def test_a_decided_promise_is_decided_by_what_was_paid_in_time(postings, today):
    rows = [Posting(day(d), amount) for d, amount in postings]
    settled = settle(ASK, MADE, rows, day(today), TERMS)
    paid = sum(p.amount_minor for p in rows if MADE <= p.value_on <= day(26))
    assert settled.state is not PromiseState.OPEN
    assert (settled.state is PromiseState.KEPT) == (paid >= 95_000)
    assert (settled.state is PromiseState.BROKEN) == (paid <= 0)


def test_reminders_on_the_day_before_and_on_the_day():
    assert reminder_days(DUE) == (day(24), DUE)


@given(st.integers(1, 10**9), st.integers(1, 60))
def test_instalments_add_up_to_the_fen(total, periods):
    if total < periods:
        return
    plan = instalments(total, periods, DUE)
    assert sum(part.amount_minor for part in plan) == total
    assert max(p.amount_minor for p in plan) - min(p.amount_minor for p in plan) <= 1
    assert [p.due_on for p in plan] == [DUE + timedelta(days=30 * n) for n in range(periods)]


@pytest.mark.parametrize(("total", "periods"), [(100, 0), (100, 61), (3, 5)])
def test_what_is_no_plan(total, periods):
    with pytest.raises(ValueError, match="plan_form"):
        instalments(total, periods, DUE)


def test_a_plan_is_in_default_after_two_or_ten_days():
    assert [plan_is_in_default(*x) for x in ((1, 10), (2, 0), (0, 11))] == [False, True, True]


@pytest.mark.parametrize(
    ("dpd", "name"),
    [
        (-5, "M0"),
        (0, "M0"),
        (1, "M1"),
        (30, "M1"),
        (31, "M2"),
        (180, "M6"),
        (181, "M6+"),
        (9999, "M6+"),
    ],
)
def test_default_buckets(dpd, name):
    assert bucket_of(dpd) == name


@pytest.mark.parametrize(
    ("table", "code"),
    [(DEFAULT, ""), ((), "buckets_empty"), ((Bucket("A", 0, 5), Bucket("A", 6, None)), "buckets_name"),
     ((Bucket("A", 0, 5), Bucket("B", 5, None)), "buckets_overlap"),
     ((Bucket("A", 0, 5), Bucket("B", 7, None)), "buckets_gap"), ((Bucket("A", 0, 5),), "buckets_gap"),
     ((Bucket("A", 0, None), Bucket("B", 7, None)), "buckets_overlap")],
)  # fmt: skip
def test_a_creditor_s_own_table_has_neither_gap_nor_overlap(table, code):
    assert fault(table) == code


@given(st.integers(-(10**6), 10**6), st.dictionaries(st.sampled_from(PARTS), st.integers(0, 10**5)))
def test_an_allocation_spends_all_and_no_part_too_much(paid, owed):
    spread = allocate(paid, owed)
    assert sum(spread.values()) == paid
    for part, amount in spread.items():
        if part != "surplus":
            assert abs(amount) <= owed[part]


def test_fees_first_principal_last():
    assert allocate(150, {"fee": 100, "principal": 500}) == {"fee": 100, "principal": 50}
    assert allocate(-150, {"fee": 100, "principal": 500}) == {"principal": -150}


def test_a_number_that_is_answered_half_as_often_is_found_and_a_healthy_one_is_left():
    found = []
    for seed in range(30):
        chance, health = Random(seed), Health()
        while not health.suspect and health.dials < 3000:
            health = observe(health, chance.random() < 0.12, 0.25)
        found.append(health.dials)
    assert sorted(found)[15] < 200
    false = 0
    for seed in range(30):
        chance, health = Random(1000 + seed), Health()
        for _ in range(1000):
            health = observe(health, chance.random() < 0.25, 0.25)
        false += health.suspect
    assert false <= 2
    assert rested(Health(9.0, 500, 40, True)) == Health(0.0, 500, 40, False, on_trial=True)


def test_a_forecast_is_its_formula():
    result = forecast(1000, 10, Figures(0.3, 60, 10, 2.0, 0.5))
    assert (result.attempts, result.conversations, result.agent_minutes) == (2000, 600, 700)
    assert result.working_time == timedelta(seconds=8400)
    assert forecast(1000, 0, Figures()).working_time is None


def test_recycle_rules_of_a_campaign():
    rules = Recycle(attempts_max=2, minutes={"BUSY": 5})
    assert next_attempt_at("BUSY", 1, NOW, rules) == NOW + timedelta(minutes=5)
    assert next_attempt_at("BUSY", 2, NOW, rules) is None
