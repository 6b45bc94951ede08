"""What a supervisor does from the board, what the desk hears of it, and the board as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.agreements import add_agreement
from dialer.actions.arrangements import decide_offer
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.packs import load_pack
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Alert,
    Attempt,
    AuditRow,
    Concession,
    Offer,
    Seat,
    SeatMessage,
    Team,
    User,
)
from tests.factories import make_campaign, make_user
from tests.workbench.test_live import give_call

pytestmark = pytest.mark.web


@pytest.fixture
def floor(office):
    """An agent with a customer on the line; gives (attempt, seat id, agent's browser and socket)."""
    visitor = office.visitor("agent")
    socket = office.socket(visitor)
    socket.emit("watch", {"view": "desk"}, callback=True)
    attempt = give_call(office)
    with read(office.sessions) as session:
        seat_id = session.scalars(select(Seat.id)).one()
    return attempt, seat_id, visitor, socket


def board(office, role: str = "supervisor") -> dict:
    socket = office.socket(office.visitor(role))
    return socket.emit("watch", {"view": "board"}, callback=True)["view"]


def desk(socket) -> dict:
    return socket.emit("watch", {"view": "desk"}, callback=True)["view"]["supervisor"]


def test_a_seat_is_forced_with_a_reason(office, floor):
    _, seat_id, _, _ = floor
    visitor = office.visitor("supervisor")

    def force(status: str, reason: str) -> dict:
        return visitor.post(
            f"/board/seats/{seat_id}/force", {"status": status, "reason": reason}
        ).get_json()

    assert force("ready", "  ")["error"]["code"] == "reason_missing"
    assert force("away", "下班")["error"]["code"] == "seat_with_customer"
    assert force("ready", "人在座位上")["ok"]
    assert force("paused", "请来主管台")["ok"]
    with write(office.sessions) as session:
        seat = session.scalars(select(Seat)).one()
        assert (seat.status, seat.pause_reason) == ("paused", "forced")
        seat.state, seat.attempt_id = "paused", None
        user = session.get_one(User, seat.user_id)
        user.trained_until = utc_now().date() - timedelta(days=2)
    assert force("ready", "x")["error"]["code"] == "seat_untrained"
    assert force("away", "下班")["ok"]
    with read(office.sessions) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "seat.force")).all()
        assert [(row.actor, row.after["status"], row.after["reason"]) for row in rows] == [
            (office.users["supervisor"].name, "ready", "人在座位上"),
            (office.users["supervisor"].name, "paused", "请来主管台"),
            (office.users["supervisor"].name, "away", "下班"),
        ]  # fmt: skip


def test_words_reach_the_desk_until_they_are_read(office, floor):
    _, seat_id, agent, socket = floor
    visitor = office.visitor("supervisor")
    answer = visitor.post(f"/board/seats/{seat_id}/tell", {"text": "三点开会"})
    assert answer.status_code == 201
    assert (
        visitor.post("/board/seats/99/tell", {"text": "x"}).get_json()["error"]["code"]
        == "seat_unknown"
    )
    message = answer.get_json()["id"]
    assert [(m["text"], m["by"]) for m in desk(socket)["messages"]] == [
        ("三点开会", "测试supervisor")
    ]
    make_user(office.sessions, "agent", username="other", password_hash=hashed(office))
    other = office.visitor("other")
    assert (
        other.post(f"/desk/messages/{message}/read").get_json()["error"]["code"]
        == "message_unknown"
    )
    assert agent.post(f"/desk/messages/{message}/read").get_json()["ok"]
    assert agent.post(f"/desk/messages/{message}/read").get_json()["ok"]
    assert desk(socket)["messages"] == []
    with read(office.sessions) as session:
        assert session.scalars(select(SeatMessage.seen_at)).one() is not None


def hashed(office) -> str:
    with read(office.sessions) as session:
        return session.scalars(select(User.password_hash).where(User.username == "agent")).one()


def ask(visitor, attempt: str, total: int) -> dict:
    body = {"attempt_id": attempt, "total_minor": total, "reason": "家人住院"}
    return visitor.post("/desk/concession", body).get_json()


def balance(office) -> int:
    with read(office.sessions) as session:
        return session.scalars(select(Account.balance_minor)).one()


def test_a_concession_is_asked_for_and_decided_by_a_second_person(office, floor):
    attempt, seat_id, agent, socket = floor
    owed = balance(office)
    assert ask(agent, "ff" * 16, owed - 1)["error"]["code"] == "not_your_call"
    assert ask(agent, attempt, owed)["error"]["code"] == "offer_amount"
    offer = ask(agent, attempt, owed * 8 // 10)
    assert offer["state"] == "proposed"
    assert ask(agent, attempt, owed * 7 // 10)["id"] == offer["id"]  # one waits: no second
    view = board(office)
    assert view["seats"][0]["why"] == "concession"
    card = view["concessions"][0]
    assert (card["seat_id"], card["reason"], card["on_line"]) == (seat_id, "家人住院", True)
    assert card["total_minor"] + card["waived_minor"] == owed
    assert desk(socket)["concession"]["state"] == "proposed"
    visitor = office.visitor("supervisor")
    answer = visitor.post(f"/board/concessions/{offer['id']}", {"approve": True, "answer": "可以"})
    assert answer.get_json()["ok"]
    seen = desk(socket)["concession"]
    assert (seen["state"], seen["answer"]) == ("approved", "可以")
    again = visitor.post(f"/board/concessions/{offer['id']}", {"approve": False})
    assert again.get_json()["error"]["code"] == "offer_unknown"
    with read(office.sessions) as session:
        row = session.get_one(Offer, offer["id"])
        assert (row.asked_by, row.decided_by) == (
            office.users["agent"].user_id, office.users["supervisor"].user_id,
        )  # fmt: skip
        assert session.get_one(Concession, offer["id"]).decided_at is not None
    assert board(office)["concessions"] == []


def test_authority_of_agents_supervisors_and_managers(office, floor):
    attempt, _, agent, _ = floor
    owed, manager = balance(office), office.users["manager"]
    with read(office.sessions) as session:
        creditor = session.scalars(select(Account.creditor_id)).one()
    add_agreement(
        office.sessions, manager, load_pack("cn"), creditor_id=creditor, name="协议",
        starts_on=utc_now().date() - timedelta(days=30), ends_on=None, channels=["voice"],
        narrowing={}, waive_share_max=0.05, waive_share_supervisor=0.2, now=utc_now(),
    )  # fmt: skip
    assert ask(agent, attempt, owed * 96 // 100)["state"] == "approved"
    large = ask(agent, attempt, owed * 7 // 10)
    assert large["state"] == "proposed"
    visitor, url = office.visitor("supervisor"), f"/board/concessions/{large['id']}"
    refused = visitor.post(url, {"approve": True}).get_json()
    assert refused["error"]["code"] == "offer_authority"
    assert "20 %" in refused["error"]["text"]
    with pytest.raises(Refused, match="offer_authority"):  # the API's way is no way round
        decide_offer(office.sessions, office.users["supervisor"], large["id"], True, utc_now())
    assert office.visitor("manager").post(url, {"approve": True}).get_json()["ok"]


def test_an_alert_is_taken_on(office):
    with write(office.sessions) as session:
        row = Alert(code="disk", subject="", args={"percent": 8}, raised_at=utc_now())
        session.add(row)
        session.flush()
        alert = row.id
    assert board(office)["alerts"][0]["acknowledged_by"] == ""
    visitor = office.visitor("supervisor")
    assert visitor.post(f"/board/alerts/{alert}/acknowledge", {"comment": "清理中"}).get_json()[
        "ok"
    ]
    assert board(office)["alerts"][0]["acknowledged_by"] == "测试supervisor"
    unknown = visitor.post("/board/alerts/99/acknowledge", {}).get_json()
    assert unknown["error"]["code"] == "alert_unknown"


def test_the_order_of_the_board_and_who_waits(office, floor):
    attempt = floor[0]
    with write(office.sessions) as session:
        team = Team(name="早班")
        session.add(team)
        session.flush()
        for n, state in enumerate(("idle", "wrap_up")):
            user = User(username=f"u{n}", display_name=state, password_hash="x", session_token=f"t{n}",
                        role="agent", created_at=utc_now(), team_id=team.id)  # fmt: skip
            session.add(user)
            session.flush()
            session.add(Seat(user_id=user.id, status="ready", state=state, leg_up=True,
                             since=utc_now() - timedelta(minutes=5)))  # fmt: skip
        session.get_one(Attempt, attempt).state = "answered"
    view = board(office)
    assert [seat["state"] for seat in view["seats"]] == ["wrap_up", "talking", "idle"]
    assert [seat["why"] for seat in view["seats"]] == ["wrap_long", "", ""]
    assert view["seats"][0]["team"] == "早班"
    assert sum(view["callers"].values()) == 1
    assert view["engine_on"] is False


def test_asking_for_what_was(office):
    visitor = office.visitor("manager")
    assert visitor.client.get("/board/at?minute=25:00").status_code == 400
    assert visitor.client.get("/board/at").status_code == 400
    late = visitor.client.get("/board/at?minute=23:59").get_json()["at"]
    assert late <= utc_now().isoformat()  # the future is now
    assert visitor.client.get("/board/burn-down/99").status_code == 404
    campaign = make_campaign(office.sessions, office.folder, 1)
    answer = visitor.client.get(f"/board/burn-down/{campaign}").get_json()
    assert (answer["campaign_id"], answer["hard"]) == (campaign, 0.03)
    assert '"wall": true' in visitor.client.get("/board?wall=1").text
