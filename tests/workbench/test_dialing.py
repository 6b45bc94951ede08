"""Calls of one's own on the desk and in the API: what is shown, what is asked for, who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.access import add_token
from dialer.actions.actor import SETUP
from dialer.actions.agreements import set_campaign_rules
from dialer.clock import utc_now
from dialer.domain.callbacks import CALLBACK_FIRST
from dialer.packs import load_pack
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    DialRequest,
    Entry,
    Outcome,
    Phone,
    Preview,
    Seat,
)
from tests.factories import make_campaign, make_ready_agent

pytestmark = pytest.mark.web
KEY = "k" * 16


def ask(socket, event, payload):
    return socket.emit(event, payload, callback=True)


@pytest.fixture
def floor(office):
    """A manual campaign of three; the office's agent sits at the desk with a phone."""
    campaign = make_campaign(office.sessions, office.folder, 3, utc_now())
    set_campaign_rules(
        office.sessions, SETUP, load_pack("cn"), campaign, narrowing={}, recycle={},
        mode="manual", now=utc_now(),
    )  # fmt: skip
    desk = office.socket(office.visitor("agent"))
    ask(desk, "watch", {"view": "desk"})
    set_seat(office, "idle")
    with read(office.sessions) as session:
        entries = list(session.scalars(select(Entry).order_by(Entry.id)))
    return desk, entries


def set_seat(office, state: str) -> int:
    """As the engine would write it."""
    with write(office.sessions) as session:
        user = office.users["agent"].user_id
        seat = session.scalars(select(Seat).where(Seat.user_id == user)).one()
        seat.state, seat.leg_up = state, True
        return seat.id


def own(desk) -> dict:
    return ask(desk, "watch", {"view": "desk"})["view"]["own"]


def give_callback(office, entry_id: int, user_id: int, minutes: int = 30) -> None:
    with write(office.sessions) as session:
        entry = session.get_one(Entry, entry_id)
        entry.callback_user_id, entry.priority = user_id, CALLBACK_FIRST
        entry.next_at = utc_now() + timedelta(minutes=minutes)


def other_agent(office):
    return make_ready_agent(office.sessions, utc_now())


def secrets_of(office) -> set[str]:
    """What no page may hold before the identity is confirmed."""
    with read(office.sessions) as session:
        numbers = set(session.scalars(select(Phone.number)))
        balances = {str(b) for b in session.scalars(select(Account.balance_minor))}
        contracts = set(session.scalars(select(Account.contract_no)))
    return numbers | balances | contracts


def test_the_desk_shows_what_may_be_dialed_by_hand_and_nothing_of_the_debt(office, floor):
    desk, entries = floor
    shown = own(desk)
    assert [row["entry_id"] for row in shown["by_hand"]] == [e.id for e in entries]
    assert "****" in shown["by_hand"][0]["number"]
    assert not any(secret in str(shown) for secret in secrets_of(office))


def test_my_callbacks_are_mine(office, floor):
    desk, (first, second, _) = floor
    stranger, _ = other_agent(office)
    give_callback(office, first.id, office.users["agent"].user_id)
    give_callback(office, second.id, stranger.user_id)
    (mine,) = own(desk)["callbacks"]
    assert mine["entry_id"] == first.id
    assert mine["due_at"] > utc_now().isoformat()
    refused = ask(desk, "dial:ask", {"key": KEY, "entry_id": second.id})
    assert refused["error"]["code"] == "not_your_case"
    accepted = ask(desk, "dial:ask", {"key": KEY, "entry_id": first.id})
    assert accepted["ok"]
    assert accepted["view"]["own"]["request"]["state"] == "asked"
    assert ask(desk, "dial:ask", {"key": KEY, "entry_id": first.id})["ok"]  # a double click
    with read(office.sessions) as session:
        assert session.scalars(select(DialRequest.entry_id)).all() == [first.id]


def test_a_request_is_taken_back_by_its_agent(office, floor):
    desk, (first, *_) = floor
    request = ask(desk, "dial:ask", {"key": KEY, "entry_id": first.id})["request_id"]
    assert ask(desk, "dial:cancel", {"request_id": request})["ok"]
    assert own(desk)["request"] is None
    again = ask(desk, "dial:cancel", {"request_id": request})
    assert again["error"]["code"] == "request_over"


def test_a_no_is_told_with_words_and_time_and_then_forgotten(office, floor):
    desk, (first, *_) = floor
    request = ask(desk, "dial:ask", {"key": KEY, "entry_id": first.id})["request_id"]
    with write(office.sessions) as session:  # as the engine would write it
        row = session.get_one(DialRequest, request)
        row.state, row.code, row.answered_at = "blocked", "OUT_OF_HOURS", utc_now()
        row.until = utc_now() + timedelta(hours=9)
    told = own(desk)["request"]
    assert (told["code"], told["until"] > utc_now().isoformat()) == ("OUT_OF_HOURS", True)
    with write(office.sessions) as session:
        session.get_one(DialRequest, request).answered_at = utc_now() - timedelta(minutes=4)
    assert own(desk)["request"] is None


def test_what_is_offered_is_shown_without_the_debt_and_answered(office, floor):
    desk, (first, *_) = floor
    seat_id = set_seat(office, "previewing")
    with write(office.sessions) as session:
        entry = session.get_one(Entry, first.id)
        entry.state = "offered"
        preview = Preview(
            entry_id=first.id, campaign_id=first.campaign_id, seat_id=seat_id, state="open",
            offered_at=utc_now(), deadline_at=utc_now() + timedelta(seconds=30),
        )  # fmt: skip
        session.add(preview)
        session.flush()
        number = preview.id
    shown = own(desk)["preview"]
    assert (shown["id"], shown["entry_id"]) == (number, first.id)
    assert shown["name"]
    assert not any(secret in str(shown) for secret in secrets_of(office))
    wrong = ask(desk, "preview:answer", {"key": KEY, "preview_id": number, "answer": "skip"})
    assert wrong["error"]["code"] == "skip_reason"
    words = {"key": KEY, "preview_id": number, "answer": "skip", "reason": "other"}
    answered = ask(desk, "preview:answer", words)
    assert answered["ok"]
    assert answered["view"]["own"]["preview"] is None
    late = ask(desk, "preview:answer", {**words, "key": "n" * 16})
    assert late["error"]["code"] == "preview_over"


def test_a_call_that_rings_for_me_is_shown_and_only_i_may_cancel_it(office, floor):
    desk, (first, *_) = floor
    seat_id = set_seat(office, "dialing")
    with write(office.sessions) as session:
        number = session.scalar(select(Phone.number).where(Phone.debtor_id == first.debtor_id))
        session.add(Attempt(
            id="cd" * 16, entry_id=first.id, case_id=first.case_id, campaign_id=first.campaign_id,
            account_id=first.account_id, debtor_id=first.debtor_id, number=number,
            outbound_number="95035100", local_day=utc_now().date(), engine_epoch=1, node="n",
            licence={}, created_at=utc_now(), state="ringing", for_seat_id=seat_id,
        ))  # fmt: skip
    shown = own(desk)["dialing"]
    assert (shown["attempt_id"], shown["state"]) == ("cd" * 16, "ringing")
    assert not any(secret in str(shown) for secret in secrets_of(office))
    assert ask(desk, "call:hangup", {"attempt_id": "cd" * 16})["ok"]
    _, other_seat = other_agent(office)
    with write(office.sessions) as session:
        session.get_one(Attempt, "cd" * 16).for_seat_id = other_seat
    refused = ask(desk, "call:hangup", {"attempt_id": "cd" * 16})
    assert refused["error"]["code"] == "not_your_call"


def test_the_outcome_says_whose_callback_it_is(office, floor):
    desk, (first, *_) = floor
    seat_id = set_seat(office, "talking")
    with write(office.sessions) as session:
        number = session.scalar(select(Phone.number).where(Phone.debtor_id == first.debtor_id))
        session.add(Attempt(
            id="ab" * 16, entry_id=first.id, case_id=first.case_id, campaign_id=first.campaign_id,
            account_id=first.account_id, debtor_id=first.debtor_id, number=number,
            outbound_number="95035100", local_day=utc_now().date(), engine_epoch=1, node="n",
            licence={"pack": "cn", "version": "1", "local_times": ["10:00"], "counters": {}},
            created_at=utc_now(), answered_at=utc_now(), state="connected", seat_id=seat_id,
        ))  # fmt: skip
        session.get_one(Seat, seat_id).attempt_id = "ab" * 16
    ask(desk, "call:identity", {"attempt_id": "ab" * 16})
    saved = ask(desk, "call:outcome", {
        "attempt_id": "ab" * 16, "key": KEY, "code": "RPC_CALLBACK", "callback_mine": True,
        "callback_at": (utc_now() + timedelta(days=1)).isoformat(),
    })  # fmt: skip
    assert saved["ok"]
    with read(office.sessions) as session:
        assert session.scalars(select(Outcome.code)).all() == ["RPC_CALLBACK"]
        owner = session.get_one(Entry, first.id).callback_user_id
    assert owner == office.users["agent"].user_id


@pytest.mark.parametrize("event", ["dial:ask", "dial:cancel", "preview:answer"])
@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_only_agents_speak_for_their_desk(office, event, role):
    socket = office.socket(office.visitor(role))
    assert ask(socket, event, {})["error"]["code"] == "403"


@pytest.mark.parametrize("payload", [None, "x", {}, {"entry_id": 1}, {"key": KEY, "entry_id": 1, "number": "15400000001"}])  # fmt: skip
def test_a_number_cannot_be_typed(floor, payload):
    desk, _ = floor
    assert ask(desk, "dial:ask", payload)["error"]["code"] == "input"
    typed = ask(desk, "dial:ask", {"key": KEY, "entry_id": "15400000001"})
    assert typed["error"]["code"] == "entry_unknown"


# --- API -------------------------------------------------------------------------------------------


def client_of(office, role: str):
    """get(path) and post(path, body) as the office's user of this role."""
    token = add_token(office.sessions, SETUP, role, "test", utc_now())
    headers = {"Authorization": f"Bearer {token}"}
    client = office.app.test_client()
    return (
        lambda path: client.get(f"/api/v1{path}", headers=headers),
        lambda path, body=None: client.post(f"/api/v1{path}", json=body or {}, headers=headers),
    )


def test_the_api_asks_for_an_agent_s_seat_and_tells_what_became_of_it(office, floor):
    _, (first, second, _) = floor
    seat_id = set_seat(office, "idle")
    get, post = client_of(office, "supervisor")
    asked = post("/dials", {"entry_id": first.id, "seat_id": seat_id})
    assert asked.status_code == 201, asked.json
    path = f"/dials/{asked.json['request_id']}"
    assert get(path).json["state"] == "asked"
    assert post("/dials", {"entry_id": second.id, "seat_id": seat_id}).json["error"]["code"] == (
        "dial_waiting"
    )
    with write(office.sessions) as session:
        row = session.get_one(DialRequest, asked.json["request_id"])
        row.state, row.code, row.answered_at = "blocked", "CAP_NUMBER", utc_now()
    told = get(path).json
    assert (told["state"], told["code"]) == ("blocked", "CAP_NUMBER")
    assert told["text"]
    assert post(f"{path}/cancel").json["error"]["code"] == "request_over"


def test_an_agent_s_token_reaches_no_other_agent(office, floor):
    _, (first, *_) = floor
    _, other_seat = other_agent(office)
    with write(office.sessions) as session:
        session.get_one(Seat, other_seat).state = "idle"
    get, post = client_of(office, "agent")
    refused = post("/dials", {"entry_id": first.id, "seat_id": other_seat})
    assert refused.json["error"]["code"] == "not_your_seat"
    _, ask_supervisor = client_of(office, "supervisor")
    asked = ask_supervisor("/dials", {"entry_id": first.id, "seat_id": other_seat}).json
    assert get(f"/dials/{asked['request_id']}").status_code == 404
    assert post(f"/dials/{asked['request_id']}/cancel").json["error"]["code"] == "not_your_case"


def test_the_mode_of_a_campaign_is_one_of_four(office, floor):
    _, (first, *_) = floor
    token = add_token(office.sessions, SETUP, "manager", "m", utc_now())
    put = lambda body: office.app.test_client().put(  # noqa: E731
        f"/api/v1/campaigns/{first.campaign_id}/rules", json=body,
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert put({"mode": "preview", "preview_seconds": 45}).status_code == 200
    assert put({"mode": "loud"}).status_code == 422
    assert put({"preview_seconds": 5}).json["error"]["code"] == "lint_preview_seconds"
    with read(office.sessions) as session:
        campaign = session.get_one(Campaign, first.campaign_id)
    assert (campaign.mode, campaign.preview_seconds) == ("preview", 45)
