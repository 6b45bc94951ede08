"""An outcome is recorded once, by its agent, with all that follows; nothing acknowledged is lost."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from dialer.actions.outcomes import confirm_identity, record_outcome, save_draft
from dialer.actions.refusals import Refused
from dialer.domain.promises import PromiseAsk
from dialer.packs import load_pack
from dialer.reports import desk
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Draft,
    Entry,
    Hold,
    Outcome,
    Phone,
    Promise,
    Seat,
    Suppression,
)
from tests.factories import MORNING, make_campaign, make_ready_agent

pytestmark = pytest.mark.store
TOMORROW = date(2026, 11, 24)


@pytest.fixture
def call(sessions, tmp_path):
    return Call(sessions, tmp_path)


class Call:
    """A conversation that is over, owing its outcome."""

    def __init__(self, sessions, folder) -> None:
        self.sessions = sessions
        make_campaign(sessions, folder, 1)
        self.agent, seat_id = make_ready_agent(sessions)
        with write(sessions) as session:
            entry = session.scalars(select(Entry)).one()
            entry.state, entry.attempts = "in_flight", 1
            number = session.scalars(select(Phone.number)).one()
            self.id, self.entry_id, self.number = "ab" * 16, entry.id, number
            session.add(Attempt(
                id=self.id, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=number,
                outbound_number="95035100", local_day=MORNING.date(), engine_epoch=1, node="n",
                licence={}, created_at=MORNING, answered_at=MORNING, ended_at=MORNING,
                state="ended", seat_id=seat_id,
            ))  # fmt: skip
            session.get_one(Seat, seat_id).attempt_id = self.id
            self.balance = session.scalars(select(Account.balance_minor)).one()

    def record(self, code="RPC_REFUSE", key="key-0001", **fields):
        fields.setdefault("identity_confirmed", True)
        return record_outcome(
            self.sessions, fields.pop("agent", self.agent), key=key, attempt_id=self.id, code=code,
            now=MORNING, **fields,
        )  # fmt: skip

    def entry(self) -> Entry:
        with read(self.sessions) as session:
            return session.get_one(Entry, self.entry_id)

    def count(self, table) -> int:
        with read(self.sessions) as session:
            return session.scalar(select(func.count()).select_from(table))


def refusal(action) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def test_the_same_command_twice_has_one_effect_and_one_answer(call):
    promise = PromiseAsk(call.balance, TOMORROW)
    first = call.record("PTP", promise=promise)
    assert call.record("PTP", promise=promise) == first
    assert (call.count(Outcome), call.count(Promise)) == (1, 1)
    assert refusal(lambda: call.record("RPC_REFUSE")) == "key_reused"
    assert refusal(lambda: call.record("RPC_REFUSE", key="key-0002")) == "outcome_exists"


def test_sent_ten_times_at_once_it_is_recorded_once(call):
    answers, faults = [], []

    def send() -> None:
        try:
            answers.append(call.record("RPC_REFUSE"))
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert call.count(Outcome) == 1
    assert answers
    assert all(answer == answers[0] for answer in answers)


def test_only_the_agent_of_the_call_may_say_what_it_came_to(call):
    other, _ = make_ready_agent(call.sessions)
    assert refusal(lambda: call.record(agent=other)) == "not_your_call"
    assert (
        refusal(lambda: save_draft(call.sessions, other, call.id, {}, MORNING)) == "not_your_call"
    )
    assert (
        refusal(lambda: confirm_identity(call.sessions, other, call.id, MORNING)) == "not_your_call"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"code": "NO_ANSWER"}, "outcome_code"), ({"code": "nonsense"}, "outcome_code"),
     ({"code": "PTP"}, "promise_missing"),
     ({"code": "RPC_REFUSE", "promise": PromiseAsk(1, TOMORROW)}, "promise_not_here"),
     ({"code": "PTP", "promise": PromiseAsk(10**12, TOMORROW)}, "promise_amount_high"),
     ({"code": "PTP", "promise": PromiseAsk(100, date(2026, 11, 23))}, "promise_date"),
     ({"code": "RPC_CALLBACK"}, "callback_time"),
     ({"code": "RPC_CALLBACK", "callback_at": MORNING - timedelta(hours=1)}, "callback_time"),
     ({"code": "RPC_CALLBACK", "callback_at": MORNING + timedelta(days=90)}, "callback_time"),
     ({"code": "RPC_REFUSE", "callback_at": MORNING + timedelta(days=1)}, "callback_not_here"),
     ({"code": "RPC_REFUSE", "identity_confirmed": False}, "identity_first"),
     ({"code": "RPC_REFUSE", "note": "长" * 2001}, "note_long")],
)  # fmt: skip
def test_what_is_missing_or_not_allowed_is_refused_and_changes_nothing(call, fields, code):
    assert refusal(lambda: call.record(**fields)) == code
    assert (call.count(Outcome), call.count(Promise)) == (0, 0)
    assert call.entry().state == "in_flight"


def test_a_promise_ends_the_entry_and_the_draft(call):
    save_draft(call.sessions, call.agent, call.id, {"note": "半句"}, MORNING)
    assert call.count(Draft) == 1
    call.record("PTP", promise=PromiseAsk(100, TOMORROW))
    assert call.entry().state == "done"
    assert call.count(Draft) == 0


def test_a_callback_is_kept_to_the_minute(call):
    at = MORNING + timedelta(hours=5)
    call.record("RPC_CALLBACK", callback_at=at)
    assert (call.entry().state, call.entry().next_at) == ("ready", at)


def test_a_dispute_holds_the_person_and_do_not_call_the_number(call):
    call.record("DISPUTE_AMOUNT")
    assert call.entry().state == "held"
    with read(call.sessions) as session:
        assert session.scalars(select(Hold.kind)).all() == ["dispute"]


def test_do_not_call_suppresses_the_number(call):
    call.record("DNC", identity_confirmed=False)
    with read(call.sessions) as session:
        assert session.scalars(select(Suppression.number)).all() == [call.number]


def test_a_wrong_number_is_never_tried_again(call):
    call.record("WRONG_NUMBER", identity_confirmed=False)
    with read(call.sessions) as session:
        assert session.scalars(select(Phone.state)).all() == ["wrong"]


def test_the_debt_is_shown_only_after_the_identity(call):
    with read(call.sessions) as session:
        before = desk.snapshot(session, call.agent.user_id, load_pack("cn"), MORNING)["call"]
    assert before["debt"] is None
    assert str(call.balance) not in str(before)
    confirm_identity(call.sessions, call.agent, call.id, MORNING)
    with read(call.sessions) as session:
        after = desk.snapshot(session, call.agent.user_id, load_pack("cn"), MORNING)["call"]
    assert after["debt"]["balance_minor"] == call.balance
    assert after["identity_confirmed"]


def test_a_newer_promise_replaces_the_open_one(call):
    call.record("PTP", promise=PromiseAsk(100, TOMORROW))
    with write(call.sessions) as session:
        row = session.get_one(Outcome, call.id)
        session.delete(row)  # a second call of the same account
    call.record("PTP", key="key-0009", promise=PromiseAsk(200, TOMORROW))
    with read(call.sessions) as session:
        rows = session.execute(
            select(Promise.amount_minor, Promise.state).order_by(Promise.id)
        ).all()
    assert [tuple(row) for row in rows] == [(100, "superseded"), (200, "open")]
