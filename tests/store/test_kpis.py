"""KPIs that need more than one day's calls: money over time, ageing, pressure, time; all by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.cases import add_complaint
from dialer.actions.costs import add_cost
from dialer.actions.nightly import keep_balances
from dialer.actions.payments import as_row, post_payment
from dialer.actions.refusals import Refused
from dialer.domain.abandonment import Tally
from dialer.reports.agents import idle_gap, times
from dialer.reports.close_out import close_out
from dialer.reports.compliance import abandonment_sheets, blocks, detection
from dialer.reports.day_shape import over_time
from dialer.reports.kpis import abandonment_figures
from dialer.reports.movement import ageing, nights, roll
from dialer.reports.period import HOME, Period
from dialer.reports.pressure import complaint_rate, first_attempt_hours, pressure
from dialer.reports.recovery import cost_to_collect, curve, recovery, vintage
from dialer.store.session import read, write
from dialer.store.tables import Account, Attempt, BalanceDay, Case, Entry, Placement
from tests.factories import MORNING
from tests.report_day import CN, DAY, TODAY, make_day

pytestmark = pytest.mark.store
NIGHT = datetime(2026, 11, 24, 0, 5, tzinfo=HOME)


@pytest.fixture
def day(sessions, tmp_path):
    return make_day(sessions, tmp_path)


def accounts(session):
    return session.scalars(select(Account).order_by(Account.id)).all()


def test_abandonment_in_three_forms():
    # 29 dropped, 9 people and 7 machines met an agent; the example of a well-known dialer's manual
    f = abandonment_figures(Tally(handled=9, abandoned=29, silent=3, machine_agent=7))
    assert f["abandonment"] == round(29 / 38, 6)
    assert f["abandonment_ofcom_amd_off"] == 0.644444  # 29 x 9/16 = 16.3125; / (16.3125 + 9)
    assert f["abandonment_ofcom_amd_on"] == round(29 / 38, 6)  # nobody was hung up on: K = 0
    assert f["silent_share"] == round(3 / 29, 6)


def test_idle_gap_counts_what_no_pause_interrupted():
    at = [MORNING + timedelta(seconds=n) for n in range(0, 200, 10)]
    spans = [
        ("talking", at[0], at[2]), ("wrap_up", at[2], at[3]), ("idle", at[3], at[5]),
        ("talking", at[5], at[6]), ("wrap_up", at[6], at[7]), ("paused", at[7], at[9]),
        ("idle", at[9], at[10]), ("talking", at[10], at[11]), ("wrap_up", at[11], at[12]),
        ("idle", at[12], at[13]), ("connecting", at[13], at[14]), ("talking", at[14], at[15]),
    ]  # fmt: skip
    assert idle_gap(spans) == 20.0  # 20 s and 20 s; the one with the pause is none
    assert idle_gap(spans[:3]) is None
    assert times([], 0, 0, 0, 0)["occupancy"] is None


def test_pressure_counts_a_person_s_day(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        rows = session.scalars(select(Attempt).order_by(Attempt.id)).all()
        for row in rows[1:4]:  # RPC_REFUSE, AM_AGENT, WRONG_NUMBER become calls to one person
            row.debtor_id = rows[0].debtor_id
    with read(sessions) as session:
        view = pressure(session, creditor, DAY, CN)
    # that person: 4 attempts, 2 effective (PTP, RPC_REFUSE); six others with one attempt each, of which
    # the abandoned and the one gone at once are effective and the trunk's failure never rang
    assert view["debtor_days"] == 7
    assert view["attempts"]["distribution"] == [
        {"n": 0, "debtor_days": 1}, {"n": 1, "debtor_days": 5}, {"n": 4, "debtor_days": 1},
    ]  # fmt: skip
    assert view["effective"]["distribution"] == [
        {"n": 0, "debtor_days": 4}, {"n": 1, "debtor_days": 2}, {"n": 2, "debtor_days": 1},
    ]  # fmt: skip
    assert (view["effective"]["max"], view["effective"]["limit"], view["effective"]["above"]) == (
        2, 3, 0,
    )  # fmt: skip


def test_complaints_per_ten_thousand_calls(sessions, day):
    _, creditor, _ = day
    with read(sessions) as session:
        person = accounts(session)[0].debtor_id
    add_complaint(sessions, SETUP, person, "phone", "x", MORNING)
    with read(sessions) as session:
        rate = complaint_rate(session, creditor, DAY)
    assert (rate["complaints"], rate["per_10000_calls"], rate["per_1000_accounts"]) == (
        1,
        1000,
        100,
    )


def test_time_to_first_attempt_is_a_median(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        for n, case in enumerate(session.scalars(select(Case).order_by(Case.id))):
            case.opened_at = MORNING - timedelta(hours=n)  # 0 to 11 h; ten of them were called
    with read(sessions) as session:
        assert first_attempt_hours(session, creditor, DAY) == 4.5
        later = Period(TODAY + timedelta(days=1), TODAY + timedelta(days=1))
        assert first_attempt_hours(session, creditor, later) is None


def test_recovery_curve_and_vintage(sessions, day):
    _, creditor, placed = day
    with write(sessions) as session:
        placement = session.scalars(select(Placement)).one()
        placement.target_rate = 0.5
        placement.placed_on = TODAY
        contracts = [account.contract_no for account in accounts(session)]
    for n, (contract, amount, days) in enumerate(
        [(contracts[1], 10_000, 2), (contracts[1], -4_000, 5), (contracts[2], 3_000, 40)]
    ):
        row = as_row(f"P{n}", contract, amount, TODAY + timedelta(days=days))
        post_payment(sessions, SETUP, creditor, row, MORNING)
    with read(sessions) as session:
        placement = session.scalars(select(Placement)).one()
        money = recovery(session, placement, TODAY + timedelta(days=10))
        line = curve(session, placement, TODAY + timedelta(days=10))
        months = vintage(session, creditor)
    # 250 yuan on day 0 (the fixture), 100 on day 2, 40 taken back on day 5
    assert (money["collected_minor"], money["accounts_paid"]) == (31_000, 2)
    assert money["recovery_rate"] == round(31_000 / placed, 6)
    assert money["accounts_paid_share"] == round(2 / 12, 6)
    assert money["against_target"] == round(money["recovery_rate"] / 0.5, 6)
    assert [(p["day"], p["collected_minor"]) for p in line] == [
        (0, 25_000), (2, 35_000), (5, 31_000), (10, 31_000),
    ]  # fmt: skip
    assert [(m["cohort"], m["months"], m["collected_minor"]) for m in months] == [
        ("2026-11", 0, 31_000), ("2026-11", 2, 34_000),
    ]  # fmt: skip


def test_an_account_placed_again_pays_to_the_later_batch(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        first = session.scalars(select(Placement)).one()
        first.placed_on = TODAY - timedelta(days=30)
        account = accounts(session)[0]
        session.scalars(select(Case).where(Case.account_id == account.id)).one().state = "closed"
        again = Placement(
            creditor_id=creditor, batch_no="again", placed_on=TODAY, created_at=MORNING
        )
        session.add(again)
        session.flush()
        session.add(Case(placement_id=again.id, account_id=account.id, placed_minor=50_000,
                         opened_at=MORNING))  # fmt: skip
    with read(sessions) as session:
        one, two = session.scalars(select(Placement).order_by(Placement.id)).all()
        assert recovery(session, one, TODAY)["collected_minor"] == 0
        assert recovery(session, two, TODAY)["collected_minor"] == 25_000
        assert recovery(session, two, TODAY)["recovery_rate"] == 0.5


def test_cost_to_collect_counts_days_inside_the_period(sessions, day):
    _, creditor, _ = day
    ten_days = {"first": TODAY - timedelta(days=9), "last": TODAY}
    for kind, amount in (("labour", 50_000), ("telecom", 10_000)):
        add_cost(sessions, SETUP, creditor_id=creditor, kind=kind, amount_minor=amount, now=MORNING,
                 **ten_days)  # fmt: skip
    with read(sessions) as session:
        today = cost_to_collect(session, creditor, DAY)
        before = cost_to_collect(session, creditor, Period(date(2026, 1, 1), date(2026, 1, 2)))
    assert today["by_kind"] == {"labour": 5_000, "telecom": 1_000}
    assert today["cost_to_collect"] == 0.24  # 60 yuan of a tenth of the cost, 250 collected
    assert before["cost_to_collect"] is None
    for wrong in ({"kind": "coffee"}, {"amount_minor": 0}, {"first": TODAY + timedelta(days=1)}):
        with pytest.raises(Refused):
            add_cost(sessions, SETUP, **{"creditor_id": creditor, "kind": "labour", "now": MORNING,
                                         "amount_minor": 1, **ten_days, **wrong})  # fmt: skip


def test_ageing_roll_and_cure(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        for n, account in enumerate(accounts(session)):
            account.overdue_days, account.as_of, account.balance_minor = 25, TODAY, 1_000
            if n >= 6:
                account.overdue_days = 45
    assert keep_balances(sessions, NIGHT) == 12
    assert keep_balances(sessions, NIGHT + timedelta(hours=3)) == 0  # once a night
    with write(sessions) as session:
        rows = accounts(session)
        rows[0].balance_minor = 400  # paid a part: stays in M1 by the calendar or rolls
        rows[6].overdue_days = 10  # cured from M2 to M1
        paid = session.scalars(select(Case).where(Case.account_id == rows[1].id)).one()
        paid.state, paid.reason = "closed", "paid"
        gone = session.scalars(select(Case).where(Case.account_id == rows[2].id)).one()
        gone.state, gone.reason = "recalled", "creditor"
    assert keep_balances(sessions, NIGHT + timedelta(days=6)) == 10
    with read(sessions) as session:
        period = Period(TODAY, TODAY + timedelta(days=7))
        first, last = nights(session, creditor, period)
        table = {row["bucket"]: row for row in roll(session, creditor, first, last)}
        now = {row["bucket"]: row for row in ageing(session, creditor, last)}
        assert session.query(BalanceDay).count() == 22
        assert nights(session, creditor, Period(TODAY, TODAY)) is None
    assert (first, last) == (TODAY, TODAY + timedelta(days=6))
    # M1 held six accounts of 10 yuan: after six days four are 31 days past due, one paid, one recalled
    m1 = table["M1"]
    assert m1["balance_minor"] == 6_000
    assert (m1["roll_rate"], m1["cure_rate"], m1["gone_rate"]) == (0.666667, 0.166667, 0.166667)
    assert (table["M2"]["stay_rate"], table["M2"]["cure_rate"]) == (0.833333, 0.166667)
    assert now["M2"]["accounts"] == 9
    assert now["M2"]["balance_share"] == round(8_400 / 9_400, 6)


def test_blocks_and_sheets_and_detection(sessions, day):
    campaign, creditor, _ = day
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        entries[0].block_reason = entries[1].block_reason = "CAP_INTERVAL"
        entries[2].block_reason, entries[2].state = "OUT_OF_HOURS", "done"
        for row in session.scalars(select(Attempt).where(Attempt.connected_at.is_not(None))):
            row.answer_kind = "machine" if row.id.endswith(("2", "3")) else "person"
    with read(sessions) as session:
        assert blocks(session, creditor) == [{"reason": "CAP_INTERVAL", "entries": 2}]
        sheet = abandonment_sheets(session, creditor, DAY)[0]
        found = detection(session, creditor, DAY)
        line = over_time(session, [campaign], DAY)
    assert (sheet["handled"], sheet["abandoned"], sheet["machines"], sheet["abandonment"]) == (
        3, 1, 1, 0.25,
    )  # fmt: skip
    # taken for a machine: the machine and the wrong number, where a person spoke
    assert (found["taken_for_machine"], found["false_positive"]) == (2, 0.5)
    assert (found["taken_for_person"], found["false_negative"]) == (2, 0.0)
    assert line == [
        {"at": "2026-11-23T10:00:00+08:00", "dials": 10, "answer_rate": 0.6, "abandonment": 0.25}
    ]


def test_the_close_out_reconciles_and_says_why(sessions, day):
    _, _, placed = day
    with read(sessions) as session:
        end = close_out(session, session.scalars(select(Placement.id)).one())
        assert close_out(session, 99) is None
    money = end["reconciliation"]
    assert (money["placed_minor"], money["paid_minor"], money["balance_minor"]) == (
        placed, 25_000, placed - 25_000,
    )  # fmt: skip
    assert money["difference_minor"] == 0
    why = {row["why"]: row["cases"] for row in end["unresolved"]}
    assert sum(why.values()) == 12
    # promise open: 1, refused: 1, not called: 2; the rest was called and not reached
    assert (why["promise_open"], why["refused"], why["not_called"]) == (1, 1, 2)
    assert end["lessons"] == [
        {"nth_attempt": 1, "dials": 10, "right_party": 2, "promises": 1, "rpc_per_dial": 0.2}
    ]
    assert end["promises"][0]["state"] == "open"
