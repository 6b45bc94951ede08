"""Lists beside dialing: their order, their end, the hours learned, and calls that wait for a better time."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from dialer.actions.actor import SETUP
from dialer.actions.agreements import set_campaign_rules
from dialer.actions.campaigns import start_campaign
from dialer.actions.list_rules import check_rules, set_list, set_list_rules
from dialer.actions.list_work import end_lists, learn_hours, order_lists
from dialer.actions.refusals import Refused
from dialer.domain.list_order import Order, level
from dialer.packs import load_pack
from dialer.reports.waterfall import waterfall
from dialer.store.entries import next_ready
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Campaign,
    Case,
    Debtor,
    Entry,
    FactRow,
    Promise,
    Upload,
)
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store
CN = load_pack("cn")
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)


def refusal(act, *arguments, **named) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments, **named)
    return caught.value.code


@pytest.fixture
def campaign(sessions, tmp_path) -> int:
    return make_campaign(sessions, tmp_path, 6)


def lists(sessions, campaign: int, order: str = "oldest", **end) -> None:
    set_list_rules(sessions, SETUP, CN, campaign, order=order, end=end, now=MORNING)


def entries(sessions, **values) -> None:
    with write(sessions) as session:
        session.execute(update(Entry).values(**values))


def row(sessions, campaign: int) -> Campaign:
    with read(sessions) as session:
        return session.get_one(Campaign, campaign)


def steps(sessions, campaign: int, now: datetime = MORNING) -> Counter[str]:
    with read(sessions) as session:
        view = waterfall(session, campaign, CN, now)
    assert view["total"] == 6
    return Counter({step["step"]: step["count"] for step in view["steps"]})


# --- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(Order))
def test_entries_follow_a_new_order_and_what_jumped_the_queue_stays(sessions, campaign, order):
    with write(sessions) as session:
        every = session.scalars(select(Entry).order_by(Entry.id)).all()
        for number, entry in enumerate(every):
            entry.attempts = (number * 5) % 6
            account = session.get_one(Account, entry.account_id)
            account.balance_minor, account.overdue_days = 20_000 << number, 40 * (6 - number)
        every[3].priority = -10
        jumped = every[3].id
    lists(sessions, campaign, order)
    assert order_lists(sessions) == (0 if order is Order.OLDEST else 5)
    assert order_lists(sessions) == 0  # once
    with write(sessions) as session:
        found = next_ready(session, campaign, 6, MORNING)
        assert found[0].id == jumped
        levels = []
        for entry in found[1:]:
            account = session.get_one(Account, entry.account_id)
            assert entry.priority == level(
                order, balance_minor=account.balance_minor, overdue_days=account.overdue_days,
                attempts=entry.attempts,
            )  # fmt: skip
            levels.append(entry.priority)
        assert levels == sorted(levels)
        assert order is Order.OLDEST or len(set(levels)) == 5


def test_lists_are_switched_and_weighed_and_the_waterfall_says_so(sessions, campaign):
    with read(sessions) as session:
        upload = session.scalars(select(Upload.id)).one()
    assert refusal(set_list, sessions, SETUP, upload, {"weight": 0}, MORNING) == "list_weight"
    assert refusal(set_list, sessions, SETUP, upload, {"priority": -1}, MORNING) == "list_priority"
    assert refusal(set_list, sessions, SETUP, 999, {}, MORNING) == "upload_unknown"
    set_list(sessions, SETUP, upload, {"weight": 3, "priority": 2, "active": False}, MORNING)
    assert steps(sessions, campaign) == {"list_off": 6}
    assert [f.code for f in check_rules(sessions, CN, campaign, MORNING)] == ["lists_off"]
    assert end_lists(sessions, MORNING) == []  # switched off is not over
    set_list(sessions, SETUP, upload, {"active": True}, MORNING)
    assert steps(sessions, campaign) == {"dialable": 6}
    with read(sessions) as session:
        assert session.get_one(Upload, upload).weight == 3
        assert session.scalars(select(AuditRow.action)).all()[-2:] == ["list.change"] * 2


@pytest.mark.parametrize(
    ("order", "end", "code"),
    [("alphabet", {}, "list_order"), ("oldest", {"then": "never"}, "end_form"),
     ("oldest", {"colour": 1}, "end_form"), ("oldest", {"then": "again", "times": 0}, "lint_end_for_ever"),
     ("oldest", {"then": "again", "hours": "soon"}, "end_form"),
     ("oldest", {"then": "again", "times": 10}, "lint_end_attempts")],
)  # fmt: skip
def test_rules_of_lists_that_cannot_work(sessions, campaign, order, end, code):
    assert refusal(lists, sessions, campaign, order, **end) == code
    assert (row(sessions, campaign).list_order, row(sessions, campaign).end_rule) == ("oldest", {})


# --- the end -------------------------------------------------------------------------------------


def test_a_campaign_finishes_by_itself_when_nothing_can_ever_be_dialed(sessions, campaign):
    assert end_lists(sessions, MORNING) == []  # entries are due
    entries(sessions, next_at=MORNING + DAY, attempts=1)
    assert end_lists(sessions, MORNING) == []  # retries wait
    entries(sessions, state="done", last_outcome="PTP")
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).first()
        session.add(Promise(
            campaign_id=campaign, account_id=entry.account_id,
            currency="CNY", amount_minor=1, due_on=date(2026, 11, 25), made_on=date(2026, 11, 23),
            state="open", at=MORNING,
        ))  # fmt: skip
    assert end_lists(sessions, MORNING) == []  # a broken promise would bring its entry back
    with write(sessions) as session:
        session.scalars(select(Promise)).one().state = "kept"
    assert end_lists(sessions, MORNING) == [(campaign, "all_done")]
    assert (row(sessions, campaign).state, row(sessions, campaign).end_reason) == (
        "finished",
        "all_done",
    )
    assert end_lists(sessions, MORNING) == []
    with read(sessions) as session:
        told = session.scalars(
            select(FactRow).where(FactRow.name == "CampaignChanged").order_by(FactRow.id.desc())
        ).first()
        assert told.body["state"] == "finished"
        assert (
            session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first().actor == "engine"
        )


def test_after_one_run_when_so_ruled_but_never_without_a_callback(sessions, campaign):
    lists(sessions, campaign, then="finish")
    entries(sessions, next_at=MORNING + DAY)
    assert end_lists(sessions, MORNING) == []  # closed until tomorrow, and never tried
    entries(sessions, attempts=1, last_outcome="RPC_CALLBACK")
    assert end_lists(sessions, MORNING) == []
    entries(sessions, last_outcome="BUSY")
    assert end_lists(sessions, MORNING) == [(campaign, "list_end")]
    start_campaign(sessions, SETUP, campaign, MORNING)  # a person may go on with the retries
    assert (row(sessions, campaign).state, row(sessions, campaign).end_reason) == ("running", "")


def test_those_nobody_reached_start_over_and_not_for_ever(sessions, campaign):
    lists(sessions, campaign, then="again", hours=5, times=2)
    entries(sessions, state="done", last_outcome="NO_ANSWER", attempts=12)
    with write(sessions) as session:
        every = session.scalars(select(Entry).order_by(Entry.id)).all()
        every[0].last_outcome = "PTP"
        session.get_one(Case, every[1].case_id).state = "recalled"
    now = MORNING
    for turn in (1, 2):
        assert end_lists(sessions, now) == [(campaign, "again")]
        with read(sessions) as session:
            ready = session.scalars(select(Entry).where(Entry.state == "ready")).all()
            assert {(e.attempts, e.next_at) for e in ready} == {(0, now + timedelta(hours=5))}
            assert len(ready) == 4
            assert session.get_one(Campaign, campaign).rounds == turn
        assert end_lists(sessions, now) == []
        entries(sessions, state="done")
        now += DAY
    assert end_lists(sessions, now) == [(campaign, "rounds_done")]


def test_nothing_ends_while_a_call_is_in_the_air_or_a_file_comes_in(sessions, campaign):
    entries(sessions, state="done", last_outcome="RPC_REFUSE")
    with write(sessions) as session:
        attempt = attempt_of(session, MORNING, 1)
        attempt.ended_at = None
    assert end_lists(sessions, MORNING) == []
    with write(sessions) as session:
        session.scalars(select(Attempt)).one().ended_at = MORNING
        session.scalars(select(Upload)).one().state = "committing"
    assert end_lists(sessions, MORNING) == []
    with write(sessions) as session:
        session.scalars(select(Upload)).one().state = "committed"
    assert end_lists(sessions, MORNING) == [(campaign, "all_done")]


# --- waiting for a better time -------------------------------------------------------------------


def attempt_of(
    session, at: datetime, n: int, answered: bool = False, entry: Entry | None = None
) -> Attempt:
    entry = entry or session.scalars(select(Entry).order_by(Entry.id)).first()
    attempt = Attempt(
        id=f"{n:032x}", entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
        account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"154{n:08d}",
        outbound_number="95035100", local_day=at.astimezone(ZoneInfo(ZONE)).date(), licence={},
        engine_epoch=1, node="n", created_at=at, ended_at=at, state="ended",
        verdict="answered" if answered else "no_answer", answered_at=at if answered else None,
    )  # fmt: skip
    session.add(attempt)
    session.flush()
    return attempt


def rules(sessions, campaign: int, **recycle) -> None:
    set_campaign_rules(sessions, SETUP, CN, campaign, narrowing={}, recycle=recycle, now=MORNING)


def test_the_hours_of_a_campaign_are_learned_where_the_person_is(sessions, campaign):
    with write(sessions) as session:
        for n in range(4):
            attempt_of(session, MORNING - n * DAY - timedelta(days=7), n + 1, answered=n == 0)
        session.scalars(select(Debtor)).first()
    assert learn_hours(sessions, ZONE, MORNING) == 0  # it does not ask for the best time
    rules(sessions, campaign, best_time=True)
    assert learn_hours(sessions, ZONE, MORNING) == 1
    assert row(sessions, campaign).answer_hours == {
        "0-10": [1, 1], "4-10": [0, 1], "5-10": [0, 1], "6-10": [0, 1],
    }  # fmt: skip


def test_a_retry_waits_for_the_hour_at_which_its_person_answers(sessions, campaign):
    with write(sessions) as session:
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        entry.attempts, entry.last_outcome = 8, "NO_ANSWER"
        for n in range(8):
            at = MORNING - (n + 8) * DAY
            attempt_of(session, at + timedelta(hours=8) * (n % 2), n + 1, answered=bool(n % 2))
    assert steps(sessions, campaign) == {"dialable": 6}
    rules(sessions, campaign, best_time=True)
    assert steps(sessions, campaign) == {"dialable": 5, "blocked.BEST_TIME": 1}
    assert steps(sessions, campaign, MORNING + timedelta(hours=8)) == {"dialable": 6}
    entries(sessions, block_reason="BEST_TIME")  # it waited, and its time came while all were busy
    assert steps(sessions, campaign) == {"dialable": 6}
    entries(sessions, block_reason="", priority=-20)  # agreed with the person
    assert steps(sessions, campaign) == {"dialable": 6}


def test_attempts_of_a_person_are_spread_over_the_day(sessions, campaign):
    with write(sessions) as session:
        attempt_of(session, MORNING - timedelta(hours=1, minutes=50), 1)
    rules(sessions, campaign, per_daypart=1)
    assert steps(sessions, campaign) == {"dialable": 5, "blocked.DAYPART": 1}
    with read(sessions) as session:
        view = waterfall(session, campaign, CN, MORNING)
    assert view["opens"] == (MORNING + timedelta(hours=2)).isoformat()  # noon in Shanghai
    assert steps(sessions, campaign, MORNING + timedelta(hours=2)) == {"dialable": 6}
