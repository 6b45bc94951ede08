"""Payments, recalls and agreements reach the dialing within a turn; caps hold over all lists."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.agreements import add_agreement, set_campaign_rules
from dialer.actions.cases import recall_placement
from dialer.actions.payments import as_row, post_payment
from dialer.engine.place import Placing, place
from dialer.packs import load_pack
from dialer.reports.waterfall import waterfall
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Creditor,
    Entry,
    OutboundNumber,
    Outcome,
    Phone,
    Placement,
)
from telephony.fake import Behaviour
from telephony.protocol import Verdict
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine
CN = load_pack("cn")
RINGS_LONG = Behaviour(rings=30)


def count_outcomes(sessions) -> int:
    with read(sessions) as session:
        return session.scalar(select(func.count()).select_from(Outcome))


def test_a_payment_in_full_cancels_the_ringing_call_within_a_second(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    with read(sessions) as session:
        attempt = session.scalars(select(Attempt)).first()
        account = session.get_one(Account, attempt.account_id)
    row = as_row("T1", account.contract_no, account.balance_minor, now().date())
    began = time.monotonic()
    post_payment(sessions, SETUP, account.creditor_id, row, now())
    floor.run(lambda: count_outcomes(sessions) == 1)
    assert time.monotonic() - began < 1.0
    with read(sessions) as session:
        assert session.get_one(Outcome, attempt.id).code == "CANCELLED"
        assert session.get_one(Entry, attempt.entry_id).state == "done"
    for _ in range(10):
        floor.turn()
    assert count_outcomes(sessions) == 1


def test_a_recalled_batch_stops_ringing_and_is_never_dialed_again(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 5, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    with read(sessions) as session:
        placement = session.scalars(select(Placement.id)).one()
    recall_placement(sessions, SETUP, placement, "creditor", now())
    floor.run(lambda: count_outcomes(sessions) == 2)
    with write(sessions) as session:
        for entry in session.scalars(select(Entry)):
            entry.state, entry.next_at = "ready", now()  # even if somebody puts them back
    for _ in range(15):
        floor.turn()
    assert len(floor.nodes.originated) == 2
    with read(sessions) as session:
        assert "RECALLED" in set(session.scalars(select(Entry.block_reason)))


def test_an_agreement_without_calls_and_one_that_is_over(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: Behaviour(), 2)
    with read(sessions) as session:
        creditor = session.scalars(select(Creditor.id)).one()
    base = {"creditor_id": creditor, "narrowing": {}, "waive_share_max": 0.0, "now": now()}
    yesterday = now().date() - timedelta(days=1)
    for name, ends_on, channels, code in (
        ("old", yesterday, ["voice"], "PLACEMENT_INACTIVE"), ("letters", None, ["letter"], "CHANNEL_NOT_PERMITTED"),
    ):  # fmt: skip
        add_agreement(
            sessions,
            SETUP,
            CN,
            name=name,
            starts_on=yesterday,
            ends_on=ends_on,
            channels=channels,
            **base,
        )
        with write(sessions) as session:
            for entry in session.scalars(select(Entry)):
                entry.state, entry.next_at, entry.block_reason = "ready", now(), ""
        for _ in range(10):
            floor.turn()
        with read(sessions) as session:
            assert set(session.scalars(select(Entry.block_reason))) == {code}
    assert floor.nodes.originated == []


def test_a_campaign_s_own_cap_and_retry_rule(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    set_campaign_rules(
        sessions, SETUP, CN, campaign, narrowing={"caps": {"CAP_NUMBER": 1}},
        recycle={"minutes": {"BUSY": 1}}, now=now(),
    )  # fmt: skip
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 1)
    floor.run(lambda: count_outcomes(sessions) == 1)
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        assert entry.next_at - session.scalars(select(Outcome.at)).one() == timedelta(minutes=1)
        entry.next_at = now()
        attempt = session.scalars(select(Attempt)).one()
        attempt.created_at = now() - timedelta(minutes=90)  # the number has rested
    for _ in range(15):
        floor.turn()
    assert len(floor.nodes.originated) == 1
    with read(sessions) as session:
        assert session.scalars(select(Entry.block_reason)).one() == "CAP_NUMBER"


def test_rules_that_would_widen_the_pack_stop_the_campaign(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    with write(sessions) as session:  # nobody can save this; a hand in the database can
        session.get_one(Campaign, campaign).narrowing = {"caps": {"CAP_NUMBER": 50}}
    floor = open_floor(lambda _: Behaviour(), 1)
    for _ in range(15):
        floor.turn()
    assert floor.nodes.originated == []


def test_the_next_number_of_a_person_is_tried_after_the_first(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        session.add(Phone(debtor_id=entry.debtor_id, number="15499999999", rank=1))
    floor = open_floor(lambda _: Behaviour(Verdict.NO_ANSWER), 1)
    floor.run(lambda: count_outcomes(sessions) == 1)
    with write(sessions) as session:
        session.scalars(select(Entry)).one().next_at = now()
    floor.run(lambda: len(floor.nodes.originated) == 2)
    assert floor.nodes.originated[1].number == "15499999999"


def test_a_number_at_its_cap_is_not_shown(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 4, now())
    with write(sessions) as session:
        for row in session.scalars(select(OutboundNumber)):
            row.day_max = 1
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 1)
    floor.run(lambda: count_outcomes(sessions) == 2)
    for _ in range(15):
        floor.turn()
    assert sorted(o.outbound_number for o in floor.nodes.originated) == ["95035100", "95035101"]
    with read(sessions) as session:
        view = waterfall(session, campaign, load_pack("cn"), now())
        assert {"step": "blocked.CLI_CAP", "count": 2} in view["steps"]
    assert floor.engine.floor.short_of_numbers == {campaign: "CLI_CAP"}


def test_campaigns_take_turns_at_a_single_agent(open_floor, sessions, tmp_path):
    first, second, third = (make_campaign(sessions, tmp_path, 8, now(), seed=n) for n in (1, 2, 3))
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 1)
    floor.run(lambda: count_outcomes(sessions) >= 12)
    order = [int(o.campaign) for o in floor.nodes.originated[:12]]
    assert {order.count(c) for c in (first, second, third)} == {4}


def test_one_line_more_than_agents_needs_budget(open_floor, sessions, tmp_path):
    """Whatever a pacer asks for: without handled calls there is no room for an abandoned one."""
    campaign = make_campaign(sessions, tmp_path, 5, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    placing = Placing(campaign, "fake", 3, floor.engine.epoch, CN, time.monotonic)
    with write(sessions) as session:
        assert place(session, floor.engine.floor, placing, now()).count == 0
    with read(sessions) as session:
        assert "ABANDON_BUDGET" in set(session.scalars(select(Entry.block_reason)))
