"""Reports on worked examples: every figure is counted by hand here, and the steps add up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.cases import recall_placement
from dialer.actions.stops import stop_contact
from dialer.reports.agents import by_agent
from dialer.reports.close_out import close_out
from dialer.reports.creditor import creditor_report
from dialer.reports.kpis import by_campaign, by_number, campaign_figures
from dialer.reports.period import Period
from dialer.reports.waterfall import outlook, waterfall
from dialer.store.session import read, write
from dialer.store.tables import Entry, Placement, Promise
from tests.factories import MORNING
from tests.report_day import CN, DAY, TODAY, make_day

pytestmark = pytest.mark.store


@pytest.fixture
def day(sessions, tmp_path):
    return make_day(sessions, tmp_path)


def test_the_funnel_by_hand(sessions, day):
    campaign, _, _ = day
    with read(sessions) as session:
        f = campaign_figures(session, [campaign], DAY)
        tomorrow = Period(TODAY + timedelta(days=1), TODAY + timedelta(days=1))
        assert campaign_figures(session, [campaign], tomorrow)["dials"] == 0
    expected = {
        "dials": 10, "answered": 6, "handled": 3, "abandoned": 1, "silent": 0, "machines": 1, "quick_hangups": 1,
        "right_party": 2, "accounts_worked": 10, "accounts_loaded": 12, "promises": 1, "promised_minor": 100_000,
        "answer_rate": 0.6, "live_contact_rate": 0.4, "rpc_per_dial": 0.2, "rpc_per_contact": 0.666667,
        "rpc_per_account": 0.2, "ptp_rate": 0.5, "promised_per_rpc_minor": 50_000, "abandonment": 0.25,
        "penetration": 0.833333, "intensity": 1.0, "talk_ms": 115_000, "promises_due": 0, "kept_rate_count": None,
    }  # fmt: skip
    assert {name: f[name] for name in expected} == expected


def test_kept_rates_look_at_matured_promises_only(sessions, day):
    campaign, _, _ = day
    with write(sessions) as session:
        account = session.scalars(select(Promise.account_id)).one()
        for state, amount, paid in (
            ("kept", 1000, 1200),
            ("partially_kept", 1000, 400),
            ("broken", 2000, 0),
        ):
            session.add(Promise(
                account_id=account, campaign_id=campaign, amount_minor=amount, paid_minor=paid, currency="CNY",
                due_on=TODAY, made_on=TODAY - timedelta(days=3), state=state, at=MORNING - timedelta(days=3),
            ))  # fmt: skip
    with read(sessions) as session:
        f = campaign_figures(session, [campaign], DAY)
    assert (f["promises_due"], f["kept_rate_count"], f["kept_rate_amount"]) == (3, 0.333333, 0.35)


def test_agents_and_numbers(sessions, day):
    with read(sessions) as session:
        agent = by_agent(session, DAY)[0]
        number = by_number(session, DAY)[0]
        assert by_campaign(session, DAY)[0]["dials"] == 10
    assert (agent["calls"], agent["right_party"], agent["promises"]) == (4, 2, 1)
    # 115 s of talk and 25 s of wrap-up, 60 s of waiting, 40 s of pause; three people, one machine
    assert (agent["occupancy"], agent["aht_s"]) == (0.7, 46.666667)
    assert agent["utilisation"] == 0.833333  # 200 of 240 seconds signed in
    assert (agent["calls_per_hour"], agent["rpc_per_hour"], agent["promises_per_hour"]) == (
        45.0, 30.0, 15.0,
    )  # fmt: skip
    assert agent["talk_min_per_hour"] == 28.75
    assert number["short_share"] == 0.166667
    assert (number["number"], number["dials"], number["answers"], number["short_calls"]) == (
        "95035100",
        10,
        6,
        1,
    )


def test_the_creditor_s_report(sessions, day):
    _, creditor, placed = day
    with read(sessions) as session:
        report = creditor_report(session, creditor, DAY, CN)
        assert creditor_report(session, 99, DAY, CN) is None
    batch = report["batches"][0]
    assert (batch["cases"], batch["placed_minor"], batch["collected_minor"]) == (12, placed, 25_000)
    assert batch["recovery_rate"] == round(25_000 / placed, 6)
    assert report["figures"]["collected_minor"] == 25_000
    assert sum(b["accounts"] for b in report["buckets"]) == 12
    assert sum(b["balance_minor"] for b in report["buckets"]) == placed - 25_000
    assert report["outcomes"]["NO_ANSWER"] == 2


def test_the_close_out_of_a_batch(sessions, day):
    with read(sessions) as session:
        placement = session.scalars(select(Placement.id)).one()
    recall_placement(sessions, SETUP, placement, "expiry", MORNING)
    with read(sessions) as session:
        end = close_out(session, placement)
    line = end["by_reason"][0]
    assert (line["state"], line["cases"], end["recall_reason"]) == ("recalled", 12, "expiry")
    assert end["accounts"] == 12


def test_the_waterfall_adds_up_and_names_every_reason(sessions, day):
    campaign, _, _ = day
    with read(sessions) as session:
        people = session.scalars(select(Entry.debtor_id).order_by(Entry.id)).all()
    stop_contact(sessions, SETUP, people[10], "dispute", "x", MORNING)
    with read(sessions) as session:
        now = waterfall(session, campaign, CN, MORNING)
    with read(sessions) as session:
        later = waterfall(session, campaign, CN, MORNING + timedelta(hours=4))
    with read(sessions) as session:
        night = waterfall(session, campaign, CN, MORNING + timedelta(hours=14))
    for view in (now, later, night):
        assert sum(step["count"] for step in view["steps"]) == view["total"] == 12
    steps = {step["step"]: step["count"] for step in now["steps"]}
    assert steps["dialable"] == 1
    assert steps["blocked.DISPUTE_OPEN"] == 1
    assert steps["later.NO_ANSWER"] == 2
    assert {s["step"]: s["count"] for s in later["steps"]}["blocked.PTP_PENDING"] == 1
    assert night["dialable"] == 0
    assert night["opens"] == "2026-11-24T00:00:00+00:00"  # 08:00 in Shanghai


def test_the_outlook_of_one_case(sessions, day):
    with read(sessions) as session:
        account = session.scalars(select(Entry.account_id).order_by(Entry.id)).first()
        view = outlook(session, account, CN, MORNING + timedelta(hours=4))
        assert outlook(session, 10**6, CN, MORNING) is None
    assert view["attempts"][0]["outcome"] == "PTP"
    assert view["promises"][0]["state"] == "open"
    assert view["next"]["numbers"][0]["code"] == "PTP_PENDING"
    assert "*" in view["next"]["numbers"][0]["number"]
