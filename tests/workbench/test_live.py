"""Sockets: views with numbers, commands with answers; whatever comes in, an answer goes out."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from dialer.store.session import read, write
from dialer.store.tables import Attempt, Entry, Outcome, Phone, Seat, User
from tests.factories import MORNING, make_campaign
from workbench import live

pytestmark = pytest.mark.web


@pytest.fixture
def desk(office):
    """An agent at the desk."""
    visitor = office.visitor("agent")
    socket = office.socket(visitor)
    socket.emit("watch", {"view": "desk"}, callback=True)
    return socket


def ask(socket, event, payload):
    return socket.emit(event, payload, callback=True)


def seat_row(office) -> Seat:
    with read(office.sessions) as session:
        return session.scalars(select(Seat)).one()


def give_call(office) -> str:
    """A customer on the agent's line, as the engine would write it."""
    make_campaign(office.sessions, office.folder, 1)
    with write(office.sessions) as session:
        seat = session.scalars(select(Seat).join(User).where(User.role == "agent")).one()
        entry = session.scalars(select(Entry)).one()
        number = session.scalars(select(Phone.number)).one()
        session.add(Attempt(
            id="ab" * 16, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
            account_id=entry.account_id, debtor_id=entry.debtor_id, number=number,
            outbound_number="95035100", local_day=MORNING.date(), engine_epoch=1, node="n",
            licence={"pack": "cn", "version": "1", "local_times": ["10:00"], "counters": {}},
            created_at=MORNING, answered_at=MORNING, connected_at=MORNING, state="connected",
            seat_id=seat.id,
        ))  # fmt: skip
        seat.attempt_id, seat.state = "ab" * 16, "talking"
    return "ab" * 16


def test_a_stranger_gets_no_socket(office):
    assert not office.socket(office.visitor()).is_connected()


def test_views_belong_to_roles(office):
    for role, views in live.VIEWS_OF.items():
        socket = office.socket(office.visitor(role))
        for view in ("desk", "board", "campaigns"):
            answer = ask(socket, "watch", {"view": view})
            assert answer["ok"] == (view in views), (role, view)
            if answer["ok"]:
                assert isinstance(answer["view"]["last_fact"], int)


def test_opening_the_desk_takes_a_seat_and_a_reload_changes_nothing(office, desk):
    assert seat_row(office).status == "paused"
    assert ask(desk, "seat:status", {"status": "ready"}) == {"ok": True}
    again = office.socket(office.visitor("agent"))
    view = ask(again, "watch", {"view": "desk", "take": True})["view"]
    assert view["seat"]["status"] == "ready"
    assert ask(again, "seat:status", {"status": "paused", "pause_reason": "lunch"})["ok"]
    assert seat_row(office).pause_reason == "lunch"


def test_from_pop_to_promise(office, desk):
    attempt = give_call(office)
    view = ask(desk, "watch", {"view": "desk"})["view"]
    assert view["call"]["debt"] is None
    assert ask(desk, "call:draft", {"attempt_id": attempt, "fields": {"note": "半句"}})["ok"]
    confirmed = ask(desk, "call:identity", {"attempt_id": attempt})["view"]
    assert confirmed["call"]["draft"] == {"note": "半句"}
    limits = confirmed["call"]["debt"]["promise"]
    record = {
        "attempt_id": attempt, "key": "k" * 16, "code": "PTP", "note": "月底",
        "promise": {"amount_minor": limits["amount_max_minor"], "due_on": "2099-01-01"},
    }  # fmt: skip
    refused = ask(desk, "call:outcome", record)
    assert (refused["ok"], refused["error"]["code"]) == (False, "promise_date")
    assert limits["due_to"] in refused["error"]["text"]
    record["promise"]["due_on"] = limits["due_to"]
    saved = ask(desk, "call:outcome", record)
    assert saved["ok"]
    assert ask(desk, "call:outcome", record) == saved  # a double click
    with read(office.sessions) as session:
        assert session.scalars(select(Outcome.note)).all() == ["月底"]


def test_another_agent_cannot_touch_the_call(office, desk):
    attempt = give_call(office)
    supervisor = office.socket(office.visitor("supervisor"))
    payloads = {
        "call:identity": {}, "call:outcome": {"key": "k" * 16, "code": "DNC"},
        "call:draft": {"fields": {}},
    }  # fmt: skip
    for event, payload in payloads.items():  # only after a take-over it would be theirs
        answer = ask(supervisor, event, {"attempt_id": attempt, **payload})
        assert answer["error"]["code"] == "not_your_call"
    assert ask(supervisor, "call:hangup", {"attempt_id": attempt})["ok"]


@pytest.mark.parametrize(
    "payload",
    [None, "x", 5, [], {}, {"attempt_id": "x"}, {"attempt_id": "ab" * 16, "code": "PTP"},
     {"attempt_id": "ab" * 16, "key": "k" * 16, "code": "PTP", "promise": {"amount_minor": "NaN"}},
     {"attempt_id": "ab" * 16, "key": "k" * 16, "code": "DNC", "evil": 1},
     {"attempt_id": "ab" * 16, "key": "k" * 16, "code": "DNC", "note": "x" * 5000},
     {"attempt_id": "ab" * 16, "key": "k" * 16, "code": "RPC_CALLBACK", "callback_at": "2026-11-24T10:00"}],
)  # fmt: skip
def test_whatever_comes_in_an_answer_goes_out(desk, payload):
    answer = ask(desk, "call:outcome", payload)
    assert answer["ok"] is False
    assert answer["error"]["code"] == "input"
    assert "{" not in answer["error"]["text"]


def wait_until(is_so, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def test_changes_are_pushed_with_growing_numbers(office, desk):
    follower = office.app.extensions["kept_follower"]
    board = office.socket(office.visitor("supervisor"))
    first = ask(board, "watch", {"view": "board"})["view"]["last_fact"]
    follower.start()
    try:
        ask(desk, "seat:status", {"status": "ready"})
        got: list[dict] = []

        def arrived() -> bool:
            got.extend(m["args"][0] for m in board.get_received() if m["name"] == "board")
            return bool(got)

        wait_until(arrived)
        assert got[-1]["last_fact"] > first
        assert any(m["name"] == "desk" for m in desk.get_received())
    finally:
        follower.stop()


def test_a_desk_that_was_left_takes_no_new_customer(office, desk, monkeypatch):
    monkeypatch.setattr(live, "DESK_GRACE_SECONDS", 0.3)
    follower = office.app.extensions["kept_follower"]
    follower.start()
    try:
        ask(desk, "seat:status", {"status": "ready"})
        desk.disconnect()
        wait_until(lambda: seat_row(office).status == "paused")
        assert seat_row(office).pause_reason == "desk_lost"
    finally:
        follower.stop()


def test_a_reload_within_the_grace_keeps_the_seat_ready(office, desk, monkeypatch):
    monkeypatch.setattr(live, "DESK_GRACE_SECONDS", 0.5)
    follower = office.app.extensions["kept_follower"]
    follower.start()
    try:
        ask(desk, "seat:status", {"status": "ready"})
        visitor = office.visitor("agent")  # signing in takes as long as a password hash
        desk.disconnect()
        again = office.socket(visitor)
        ask(again, "watch", {"view": "desk"})
        time.sleep(0.8)
        assert seat_row(office).status == "ready"
    finally:
        follower.stop()


def test_signing_out_gives_the_seat_up_but_not_in_a_call(office, desk):
    visitor = office.visitor("agent")
    give_call(office)
    refused = visitor.client.post("/logout", data={"csrf_token": visitor.csrf()})
    assert refused.status_code == 409
    assert "请先结束通话" in refused.text
    with write(office.sessions) as session:
        seat = session.scalars(select(Seat)).one()
        seat.state, seat.attempt_id = "idle", None
    assert visitor.client.post("/logout", data={"csrf_token": visitor.csrf()}).status_code == 302
    assert seat_row(office).status == "away"
