"""Sockets during a call: every button, who may press it, and what must be refused in words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.facts import InCallAsked, SuperviseAsked
from dialer.feed import Reader
from dialer.store.session import read, write
from dialer.store.tables import AuditRow, Seat, User
from tests.workbench.test_live import ask, desk, give_call  # noqa: F401 - a fixture

pytestmark = pytest.mark.web

BUTTONS = {
    "call:hold": ({"on": True}, "hold"), "call:mute": ({"on": False}, "unmute"),
    "call:record": ({"on": False}, "pause_recording"), "call:dtmf": ({"digits": "12#"}, "keys"),
    "call:transfer_complete": ({}, "complete"), "call:transfer_cancel": ({}, "cancel"),
    "call:three_way": ({}, "join"),
}  # fmt: skip


def facts(reader: Reader, kind: type) -> list:
    return [fact for _, _, fact in reader.poll() if isinstance(fact, kind)]


@pytest.fixture
def boss(office):
    """A supervisor whose phone is connected, as the engine would write it."""
    socket = office.socket(office.visitor("supervisor"))
    assert ask(socket, "seat:phone", {"on": True})["phone"]["leg_up"] is False
    with write(office.sessions) as session:
        seat = session.scalars(select(Seat).join(User).where(User.role == "supervisor")).one()
        seat.leg_up, seat.state = True, "paused"
        socket.seat_id = seat.id
    return socket


def agent_seat(office) -> int:
    with read(office.sessions) as session:
        return session.scalars(select(Seat.id).join(User).where(User.role == "agent")).one()


def test_every_button_becomes_a_fact_for_the_engine(office, desk):  # noqa: F811
    attempt, reader = give_call(office), Reader(office.sessions)
    for event, (payload, what) in BUTTONS.items():
        assert ask(desk, event, {"attempt_id": attempt, **payload}) == {"ok": True}, event
        (asked,) = facts(reader, InCallAsked)
        assert (asked.what, asked.attempt_id) == (what, attempt)
    assert ask(desk, "watch", {"view": "desk"})["view"]["call"]["controls"]["held"] is False


def test_nobody_presses_the_buttons_of_anothers_call(office, desk):  # noqa: F811
    attempt = give_call(office)
    stranger = office.socket(office.visitor("supervisor"))
    for event, (payload, _) in BUTTONS.items():
        answer = ask(stranger, event, {"attempt_id": attempt, **payload})
        assert answer["error"]["code"] == "not_your_call", event


@pytest.mark.parametrize(
    ("event", "payload"),
    [("call:hold", {}), ("call:hold", {"on": "perhaps"}), ("call:dtmf", {"digits": "1a"}),
     ("call:dtmf", {"digits": ""}), ("call:dtmf", {"digits": "1" * 33}),
     ("call:transfer", {"kind": "hot", "seat_id": 1}), ("call:transfer", {"kind": "cold", "seat_id": 99}),
     ("call:transfer", {"kind": "cold", "seat_id": "sip:1@evil"}), ("call:three_way", {"more": 1})],
)  # fmt: skip
def test_bad_words_are_refused(office, desk, event, payload):  # noqa: F811
    assert ask(desk, event, {"attempt_id": give_call(office), **payload})["ok"] is False


def test_supervising_needs_the_role_and_a_phone_and_is_logged(office, desk, boss):  # noqa: F811
    give_call(office)
    seat, reader = agent_seat(office), Reader(office.sessions)
    wish = {"seat_id": seat, "mode": "whisper"}
    assert ask(desk, "seat:supervise", wish)["error"]["code"] == "403"
    assert ask(desk, "seat:take_over", {"seat_id": seat})["error"]["code"] == "403"
    phoneless = office.socket(office.visitor("manager"))
    assert ask(phoneless, "seat:supervise", wish)["error"]["code"] == "phone_first"
    assert ask(boss, "seat:supervise", wish) == {"ok": True}
    (asked,) = facts(reader, SuperviseAsked)
    assert (asked.watched_seat_id, asked.supervisor_seat_id) == (seat, boss.seat_id)
    assert ask(boss, "seat:supervise", {"seat_id": boss.seat_id, "mode": "listen"})["ok"] is False
    with read(office.sessions) as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "seat.supervise")).one()
        assert (row.subject, row.after) == (f"seat:{seat}", {"mode": "whisper"})


def test_a_take_over_and_a_transfer_to_a_supervisor(office, desk, boss):  # noqa: F811
    attempt, reader = give_call(office), Reader(office.sessions)
    assert ask(boss, "seat:take_over", {"seat_id": agent_seat(office)})["attempt_id"] == attempt
    (asked,) = facts(reader, InCallAsked)
    assert (asked.what, asked.to_seat_id) == ("cold", boss.seat_id)
    targets = ask(desk, "watch", {"view": "desk"})["view"]["call"]["controls"]["can_transfer_to"]
    assert [(t["seat_id"], t["kind"]) for t in targets] == [(boss.seat_id, "supervisor")]
    wish = {"attempt_id": attempt, "kind": "warm", "seat_id": boss.seat_id}
    assert ask(desk, "call:transfer", wish) == {"ok": True}
    (asked,) = facts(reader, InCallAsked)
    assert (asked.what, asked.to_seat_id) == ("warm", boss.seat_id)


def test_a_supervisor_is_never_ready(boss):
    assert ask(boss, "seat:status", {"status": "ready"})["error"]["code"] == "not_an_agent"
    assert ask(boss, "seat:phone", {"on": False})["phone"] is None
