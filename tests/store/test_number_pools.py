"""Number pools: a range at once, licence, caps by the local day, health and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import start_campaign
from dialer.actions.number_pools import (
    PoolTerms,
    add_pool,
    assign_pool,
    change_number,
    change_pool,
    rest_number,
)
from dialer.actions.numbers import add_outbound_numbers
from dialer.actions.refusals import Refused
from dialer.engine.floor import Floor
from dialer.engine.number_pool import Numbers, end_rests, note_dial
from dialer.engine.number_use import NumberUse
from dialer.reports.number_pools import pools_and_numbers
from dialer.store.number_pools import stored_use
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    Campaign,
    Debtor,
    Entry,
    FactRow,
    NumberPool,
    OutboundNumber,
)
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store
TERMS = PoolTerms(
    name="消费金融外呼", ranges=("95035000-95035099",), licence_no="B2-00000001", certificate_no="号〔0001〕",
    undertaking_on=date(2026, 1, 5), licence_until=date(2026, 12, 31),
)  # fmt: skip
DAY = timedelta(days=1)


def refusal(act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code


def test_a_range_is_added_at_once_and_takes_in_what_stood_alone(sessions):
    add_outbound_numbers(sessions, SETUP, ["95035007", "95039000"], MORNING)
    added = add_pool(sessions, SETUP, TERMS, MORNING)
    assert added["numbers"] == 100
    with read(sessions) as session:
        view = pools_and_numbers(session, MORNING)
    (pool,) = view["pools"]
    assert len(pool["numbers"]) == 100
    assert (pool["licence"], pool["licence_days_left"]) == ("valid", 38)
    assert [n["number"] for n in view["alone"]] == ["95039000"]
    more = replace(TERMS, name="二", ranges=("95035099", "95036xx"))
    assert refusal(add_pool, sessions, SETUP, more, MORNING) == "number_in_other_pool"
    with read(sessions) as session:
        assert len(session.scalars(select(OutboundNumber)).all()) == 101


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"ranges": ("boss",)}, "pool_range"), ({"ranges": ("95035099-95035000",)}, "pool_range"),
     ({"ranges": ()}, "pool_range"), ({"licence_no": " "}, "pool_licence_missing"),
     ({"certificate_no": ""}, "pool_licence_missing"), ({"licence_until": date(2026, 11, 22)}, "pool_licence_expired"),
     ({"undertaking_on": date(2026, 11, 24)}, "pool_undertaking"), ({"timezone": "Asia/Nowhere"}, "pool_zone"),
     ({"day_max": 0}, "pool_cap"), ({"creditor_ids": (99,)}, "creditor_unknown")],
)  # fmt: skip
def test_a_pool_without_licence_or_sense_is_refused(sessions, changes, code):
    assert refusal(add_pool, sessions, SETUP, replace(TERMS, **changes), MORNING) == code
    with read(sessions) as session:
        assert session.scalars(select(NumberPool)).all() == []


def test_a_pool_is_changed_and_a_campaign_bound_to_it(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1)
    pool = add_pool(sessions, SETUP, TERMS, MORNING)["id"]
    assert refusal(add_pool, sessions, SETUP, TERMS, MORNING) == "pool_name_taken"
    change_pool(sessions, SETUP, pool, {"day_max": 7, "ranges": ("95035xxx",)}, MORNING)
    assert refusal(change_pool, sessions, SETUP, 99, {}, MORNING) == "pool_unknown"
    assign_pool(sessions, SETUP, campaign, pool, MORNING)
    with write(sessions) as session:
        assert session.get_one(NumberPool, pool).day_max == 7
        floor, row = Floor(), session.get_one(Campaign, campaign)
        picked = Numbers(session, floor, row, MORNING).pick(session.scalars(select(Debtor)).first())
        assert picked.pool_id == pool
        session.get_one(NumberPool, pool).creditor_ids = [99]
    assert refusal(assign_pool, sessions, SETUP, campaign, pool, MORNING) == "pool_other_creditor"


def test_an_expired_licence_stops_the_start_and_every_pick(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1)
    pool = add_pool(sessions, SETUP, TERMS, MORNING)["id"]
    assign_pool(sessions, SETUP, campaign, pool, MORNING)
    later = datetime.fromisoformat("2026-12-31T16:30:00+00:00")  # 00:30 on the first day after
    with read(sessions) as session:
        numbers = Numbers(session, Floor(), session.get_one(Campaign, campaign), later)
        assert numbers.room() == 0
        assert numbers.why_none().why == "licence_expired"
    assert refusal(start_campaign, sessions, SETUP, campaign, later) == "licence_expired"
    change_pool(sessions, SETUP, pool, {"active": False}, MORNING)
    assert refusal(start_campaign, sessions, SETUP, campaign, MORNING) == "no_outbound_number"


def attempt_at(session, number: str, at: datetime, n: int, **fields) -> Attempt:
    entry = session.scalars(select(Entry)).first()
    attempt = Attempt(
        id=f"{n:032x}", entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
        account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"154{n:08d}",
        outbound_number=number, local_day=at.date(), licence={}, engine_epoch=1, node="n",
        created_at=at, **fields,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    return attempt


def test_the_day_is_counted_in_the_zone_of_the_pool_by_memory_and_by_store(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1)
    add_pool(sessions, SETUP, replace(TERMS, timezone="Europe/London"), MORNING)
    yesterday_utc = datetime.fromisoformat(
        "2026-11-22T17:00:00+00:00"
    )  # 01:00 of the 23rd in Shanghai
    with write(sessions) as session:
        for n, number in enumerate(("95035100", "95035000"), start=1):
            attempt_at(session, number, yesterday_utc, n, ended_at=yesterday_utc)
            attempt_at(session, number, MORNING - timedelta(minutes=5), n + 10)
            attempt_at(session, number, MORNING, n + 20, ended_at=MORNING)
    with read(sessions) as session:
        stored = stored_use(session, MORNING)
        memory = NumberUse()
        memory.load(session, MORNING)
        for number, zone, today in (
            ("95035100", "Asia/Shanghai", 3),
            ("95035000", "Europe/London", 2),
        ):
            use = stored(number, zone)
            assert (use.in_air, use.last_second, use.last_hour, use.today) == (1, 1, 2, today)
            assert memory.of(number, zone, MORNING, 1) == use
    memory.note("95035000", "Europe/London", MORNING)
    assert memory.of("95035000", "Europe/London", MORNING, 1).today == 3
    assert memory.of("95035000", "Europe/London", MORNING + DAY, 0).today == 0
    assert memory.of("95035000", "Europe/London", MORNING + timedelta(hours=2), 0).last_hour == 0


def test_caps_of_number_and_pool_hold_within_one_round(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1)
    pool = add_pool(sessions, SETUP, replace(TERMS, second_max=3), MORNING)["id"]
    assign_pool(sessions, SETUP, campaign, pool, MORNING)
    with write(sessions) as session:
        ids = session.scalars(select(OutboundNumber.id).where(OutboundNumber.pool_id == pool)).all()
    for number_id in ids[2:]:
        change_number(sessions, SETUP, number_id, {"active": False}, MORNING)
    change_number(sessions, SETUP, ids[0], {"second_max": 1}, MORNING)
    assert refusal(change_number, sessions, SETUP, ids[0], {"hour_max": 0}, MORNING) == "pool_cap"
    with write(sessions) as session:
        floor, row = Floor(), session.get_one(Campaign, campaign)
        debtor = session.scalars(select(Debtor)).first()
        numbers = Numbers(session, floor, row, MORNING)
        assert numbers.room() == 3
        shown = []
        while numbers.room():
            picked = numbers.pick(debtor)
            numbers.use(picked)
            shown.append(picked.number)
        assert sorted(shown) == ["95035000", "95035001", "95035001"]
        assert numbers.pick(debtor).why == "pool_cap_second"
        later = Numbers(session, floor, row, MORNING + timedelta(seconds=1))
        assert later.room() == 3  # a second later, from what the floor remembers


def test_a_number_that_fell_behind_rests_is_tried_and_comes_back(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1)
    with write(sessions) as session:
        other = session.scalars(select(OutboundNumber)).all()[1]
        other.dials, other.answers = 1000, 250
        number = session.scalars(select(OutboundNumber)).first()
        attempt = attempt_at(
            session, number.number, MORNING, 1, ended_at=MORNING, verdict="no_answer"
        )
        dials = 0
        while not number.suspect:
            note_dial(session, attempt, MORNING)
            dials += 1
        assert 40 < dials < 70  # not one answer
        assert number.resting_until == MORNING + DAY
        assert end_rests(session, MORNING) == 0
        assert end_rests(session, MORNING + DAY) == 1
        assert (number.suspect, number.on_trial) == (False, True)
        attempt.answered_at, attempt.verdict = MORNING, "answered"
        while number.on_trial:
            note_dial(session, attempt, MORNING)
        assert (number.suspect, number.rests) == (False, 0)
        states = [row.body["state"] for row in session.scalars(
            select(FactRow).where(FactRow.name == "NumberMoved").order_by(FactRow.id)
        )]  # fmt: skip
    assert states == ["resting", "on_trial", "healthy"]


def test_a_person_rests_a_number_and_ends_its_rest(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1)
    with read(sessions) as session:
        number = session.scalars(select(OutboundNumber.id)).first()
    rest_number(sessions, SETUP, number, True, MORNING)
    with read(sessions) as session:
        (row, _) = pools_and_numbers(session, MORNING)["alone"]
    assert (row["state"], row["why_not"]) == ("resting", "resting")
    rest_number(sessions, SETUP, number, False, MORNING)
    with read(sessions) as session:
        (row, _) = pools_and_numbers(session, MORNING)["alone"]
    assert (row["state"], row["why_not"]) == ("on_trial", "")
    assert refusal(rest_number, sessions, SETUP, 999, True, MORNING) == "number_unknown"


def test_the_view_tells_answers_short_calls_and_rejections(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1)
    with write(sessions) as session:
        for n, (verdict, talk) in enumerate(
            [("answered", 3000), ("answered", 60_000), ("rejected", 0), ("busy", 0), ("not_sent", 0)]
        ):  # fmt: skip
            answered = MORNING if verdict == "answered" else None
            attempt_at(session, "95035100", MORNING, n + 1, ended_at=MORNING, verdict=verdict,
                       talk_ms=talk, answered_at=answered)  # fmt: skip
    with read(sessions) as session:
        row = pools_and_numbers(session, MORNING)["alone"][0]
    assert (row["dials"], row["answer_rate"], row["short_share"]) == (4, 0.5, 0.5)
    assert row["rejected_share"] == 0.25
