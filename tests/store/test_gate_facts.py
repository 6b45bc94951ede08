"""What the store tells the gate: how old a balance is, who is trained, what was done long ago."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.agreements import add_agreement
from dialer.actions.campaigns import receive_upload
from dialer.actions.intake import read_upload
from dialer.actions.intake.asking import undo_upload
from dialer.actions.payments import as_row, post_payment
from dialer.actions.refusals import Refused
from dialer.actions.seats import choose_status, pause_untrained
from dialer.actions.training import record_training
from dialer.domain.compliance import Allowed, Blocked, Infrastructure
from dialer.engine.floor import Floor, load_seat, settle
from dialer.packs import load_pack
from dialer.reports.warnings import training, warnings
from dialer.sample.cases import write_csv
from dialer.store.asking import best_phone, gather, pack_of
from dialer.store.session import read, write
from dialer.store.tables import Account, Agreement, Attempt, Campaign, Entry, Seat, User
from tests.factories import MORNING, make_campaign, make_ready_agent, make_user

pytestmark = pytest.mark.store
CN = load_pack("cn")
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def verdict(sessions, now, pack=CN, campaign: int | None = None):
    """Of the first entry, by the code that dials."""
    with write(sessions) as session:
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        row = session.get_one(Campaign, entry.campaign_id)
        tight = pack_of(session, row, pack)
        return best_phone(gather(session, entry, tight, now), row, tight, now, Infrastructure())[1]


def code(answer) -> str:
    return answer.code if isinstance(answer, Blocked) else ""


@pytest.fixture
def desk(sessions, tmp_path):
    """A campaign of one entry whose creditor wants balances of five days at most."""
    campaign = make_campaign(sessions, tmp_path, 1)
    with read(sessions) as session:
        creditor = session.get_one(Campaign, campaign).creditor_id
    add_agreement(
        sessions, SETUP, CN, creditor_id=creditor, name="协议", starts_on=TODAY - DAY, ends_on=None,
        channels=["voice"], narrowing={}, waive_share_max=0.0, balance_days_max=5, now=MORNING,
    )  # fmt: skip
    return campaign, creditor


def again(sessions, folder, campaign: int, now) -> int:
    """The creditor sends the same list once more."""
    manager = make_user(sessions, "manager", now)
    path = folder / f"again{now:%d}.csv"
    write_csv(path, 1, 1)
    upload = receive_upload(
        sessions, manager, campaign_id=campaign, filename="again.csv", path=str(path),
        sha256=f"again{now:%d}", size=path.stat().st_size, now=now,
    )  # fmt: skip
    read_upload(sessions, upload, lambda: now)
    return upload


def test_an_old_balance_is_not_called_about_until_a_file_or_a_payment_confirms_it(
    sessions, desk, tmp_path
):
    campaign, creditor = desk
    assert isinstance(verdict(sessions, MORNING + 5 * DAY), Allowed)
    stale = verdict(sessions, MORNING + 6 * DAY)
    assert code(stale) == "BALANCE_STALE"
    assert stale.until == MORNING + 6 * DAY + timedelta(hours=1)
    upload = again(sessions, tmp_path, campaign, MORNING + 6 * DAY)
    assert code(verdict(sessions, MORNING + 11 * DAY)) == ""
    assert code(verdict(sessions, MORNING + 12 * DAY)) == "BALANCE_STALE"
    undo_upload(sessions, SETUP, upload, MORNING + 6 * DAY)  # the wrong file: nothing is confirmed
    read_upload(sessions, upload, lambda: MORNING + 6 * DAY)
    with read(sessions) as session:
        account = session.scalars(select(Account)).one()
        assert account.as_of == TODAY
    assert code(verdict(sessions, MORNING + 6 * DAY)) == "BALANCE_STALE"
    row = as_row("T1", account.contract_no, 100, TODAY + 6 * DAY)
    post_payment(sessions, SETUP, creditor, row, MORNING + 6 * DAY)
    assert code(verdict(sessions, MORNING + 11 * DAY)) == ""


def test_without_a_limit_no_balance_is_old(sessions, desk):
    with write(sessions) as session:
        session.scalars(select(Agreement)).one().balance_days_max = None
    assert code(verdict(sessions, MORNING + 300 * DAY)) == ""


def test_the_limit_is_a_number_of_days(sessions, desk):
    for days in (0, 366):
        with pytest.raises(Refused, match="balance_days"):
            add_agreement(
                sessions, SETUP, CN, creditor_id=desk[1], name="x", starts_on=TODAY, ends_on=None,
                channels=["voice"], narrowing={}, waive_share_max=0.0, balance_days_max=days,
                now=MORNING,
            )  # fmt: skip


def test_a_lifetime_cap_remembers_for_ever(sessions, desk):
    campaign, _ = desk
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        session.get_one(Campaign, campaign).narrowing = {"caps": {"CAP_LIFETIME": 2}}
        for n, days in enumerate((200, 100)):
            when = MORNING - days * DAY
            session.add(Attempt(
                id=f"{n:032}", entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"1540000001{n}",
                outbound_number="95035100", local_day=when.date(), licence={}, engine_epoch=1,
                node="n", created_at=when, ended_at=when, verdict="no_answer",
            ))  # fmt: skip
    assert code(verdict(sessions, MORNING)) == "CAP_LIFETIME"
    with write(sessions) as session:
        session.get_one(Campaign, campaign).narrowing = {"caps": {"CAP_LIFETIME": 3}}
    answer = verdict(sessions, MORNING)
    assert answer.licence.counters["CAP_LIFETIME"] == 2


# --- training ------------------------------------------------------------------------------------


def username(sessions, actor) -> str:
    with read(sessions) as session:
        return session.get_one(User, actor.user_id).username


def test_whose_training_ended_cannot_be_ready_and_is_not_idle(sessions):
    agent, seat_id = make_ready_agent(sessions)
    name = username(sessions, agent)
    record_training(
        sessions, SETUP, username=name, kind="business", passed_on=TODAY - 300 * DAY,
        valid_until=TODAY, now=MORNING,
    )  # fmt: skip
    choose_status(sessions, agent, "ready", "", MORNING)  # the last day still counts
    with write(sessions) as session:
        floor = Floor()
        seat = load_seat(session, floor, seat_id)
        seat.leg_up, seat.node = True, "n"
        settle(session, floor, seat, MORNING)
        assert floor.idle_seats("n") == 1
        settle(session, floor, seat, MORNING + DAY)
        assert floor.idle_seats("n") == 0
        assert pause_untrained(session, MORNING) == 0
        assert pause_untrained(session, MORNING + DAY) == 1
    with read(sessions) as session:
        row = session.get_one(Seat, seat_id)
        assert (row.status, row.pause_reason) == ("paused", "training")
    with pytest.raises(Refused) as caught:
        choose_status(sessions, agent, "ready", "", MORNING + DAY)
    assert (caught.value.code, caught.value.args_) == ("agent_untrained", {"until": "2026-11-23"})
    choose_status(sessions, agent, "paused", "lunch", MORNING + DAY)  # a pause is always allowed
    until = record_training(
        sessions, SETUP, username=name, kind="business", passed_on=TODAY + DAY,
        valid_until=TODAY + 366 * DAY, now=MORNING + DAY,
    )  # fmt: skip
    assert until == TODAY + 366 * DAY
    choose_status(sessions, agent, "ready", "", MORNING + DAY)


def test_of_several_kinds_the_first_to_end_decides_and_is_announced(sessions):
    agent, _ = make_ready_agent(sessions)
    name = username(sessions, agent)
    assert warnings_of(sessions, MORNING) == []  # no record: nobody keeps book of it
    for kind, days in (("security", 31), ("business", 200)):
        until = record_training(
            sessions, SETUP, username=name, kind=kind, passed_on=TODAY,
            valid_until=TODAY + days * DAY, now=MORNING,
        )  # fmt: skip
    assert until == TODAY + 31 * DAY
    assert warnings_of(sessions, MORNING) == []
    assert warnings_of(sessions, MORNING + DAY) == [{"code": "training_ends", "agents": 1}]
    assert {"code": "training_ended", "agents": 1} in warnings_of(sessions, MORNING + 32 * DAY)
    with read(sessions) as session:
        row = next(r for r in training(session, MORNING + 32 * DAY) if r["username"] == name)
    assert (row["trained"], row["soon"], len(row["records"])) == (False, True, 2)


def warnings_of(sessions, now) -> list[dict]:
    with read(sessions) as session:
        return [w for w in warnings(session, CN, now) if w["code"].startswith("training")]


def test_a_training_that_cannot_be_is_refused(sessions):
    agent, _ = make_ready_agent(sessions)
    name = username(sessions, agent)
    for kind, passed, until, expected in (
        ("juggling", TODAY, TODAY, "training_kind"), ("entry", TODAY + DAY, TODAY + DAY, "training_dates"),
        ("entry", TODAY, TODAY - DAY, "training_dates"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=expected):
            record_training(
                sessions, SETUP, username=name, kind=kind, passed_on=passed, valid_until=until,
                now=MORNING,
            )  # fmt: skip
    with pytest.raises(Refused, match="user_unknown"):
        record_training(
            sessions, SETUP, username="nobody", kind="entry", passed_on=TODAY, valid_until=TODAY,
            now=MORNING,
        )  # fmt: skip
