"""The agent's leg from the page: the choice, the offer and its answer, the echo test, TURN names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from dialer.facts import AudioOffered, EchoAsked, LegChosen
from dialer.feed import Reader
from dialer.store.session import read, write
from dialer.store.tables import LegOffer, Seat, User
from tests.workbench.test_live import ask, desk  # noqa: F401 - the fixture
from workbench import agent_audio
from workbench.settings import AudioSettings

pytestmark = pytest.mark.web

LEG = "11111111-2222-3333-4444-555555555555"


def facts_after(office, do) -> list:
    reader = Reader(office.sessions)
    do()
    return [fact for _, _, fact in reader.poll()]


def test_the_choice_is_remembered_and_told_once(office, desk):  # noqa: F811
    facts = facts_after(office, lambda: ask(desk, "leg:choose", {"kind": "browser"}))
    assert [type(fact) for fact in facts] == [LegChosen]
    assert facts_after(office, lambda: ask(desk, "leg:choose", {"kind": "browser"})) == []
    view = ask(desk, "watch", {"view": "desk"})["view"]
    assert (view["seat"]["leg_kind"], view["seat"]["dials_in"]) == ("browser", False)
    refused = ask(desk, "leg:choose", {"kind": "telepathy"})
    assert refused["error"]["code"] == "leg_kind"
    assert ask(desk, "leg:choose", {"kind": "headset"})["ok"]
    seat = ask(desk, "watch", {"view": "desk"})["view"]["seat"]
    assert seat["dials_in"]
    assert len(seat["dial_in_code"]) == 6


def test_only_an_agent_whose_sound_is_the_browsers_may_offer(office, desk):  # noqa: F811
    offer = {"leg": LEG, "sdp": "v=0"}
    supervisor = office.socket(office.visitor("supervisor"))
    assert ask(supervisor, "audio:offer", offer)["error"]["code"] == "403"
    ask(desk, "leg:choose", {"kind": "phone"})
    assert ask(desk, "audio:offer", offer)["error"]["code"] == "leg_not_browser"
    assert ask(desk, "audio:offer", {"leg": LEG, "sdp": "x" * 12_001})["error"]["code"] == "input"


def answer_as_the_engine(office, **columns) -> threading.Thread:
    """Answers the next offer."""

    def run() -> None:
        for _ in range(200):
            with write(office.sessions) as session:
                offer = session.scalar(select(LegOffer))
                if offer is not None:
                    for name, value in columns.items():
                        setattr(offer, name, value)
                    return
            time.sleep(0.01)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_offer_is_answered_and_a_refusal_is_a_sentence(office, desk):  # noqa: F811
    ask(desk, "leg:choose", {"kind": "browser"})
    engine = answer_as_the_engine(office, answer="v=0 the answer")
    facts: list = []
    facts += facts_after(
        office, lambda: facts.append(ask(desk, "audio:offer", {"leg": LEG, "sdp": "v=0"}))
    )
    engine.join()
    assert facts[0] == {"ok": True, "sdp": "v=0 the answer"}
    assert isinstance(facts[1], AudioOffered)
    assert ask(desk, "watch", {"view": "desk"})["view"]["seat"]["leg"] == LEG
    with write(office.sessions) as session:
        session.query(LegOffer).delete()
    engine = answer_as_the_engine(office, refused="no_node")
    refused = ask(desk, "audio:offer", {"leg": LEG, "sdp": "v=0"})
    engine.join()
    assert refused["error"]["code"] == "audio_no_node"
    assert "节点" in refused["error"]["text"]


def test_without_an_engine_the_page_is_told_so(office, desk, monkeypatch):  # noqa: F811
    monkeypatch.setattr(agent_audio, "ANSWER_SECONDS", 0.1)
    ask(desk, "leg:choose", {"kind": "browser"})
    assert ask(desk, "audio:offer", {"leg": LEG, "sdp": "v=0"})["error"]["code"] == "audio_timeout"


def test_the_echo_is_for_a_paused_seat_with_a_leg(office, desk):  # noqa: F811
    assert ask(desk, "audio:echo", {})["error"]["code"] == "leg_down"
    with write(office.sessions) as session:
        seat = session.scalars(select(Seat)).one()
        seat.leg_up, seat.state = True, "idle"
    assert ask(desk, "audio:echo", {})["error"]["code"] == "echo_paused_only"
    with write(office.sessions) as session:
        session.scalars(select(Seat)).one().state = "paused"
    facts = facts_after(office, lambda: ask(desk, "audio:echo", {}))
    assert [type(fact) for fact in facts] == [EchoAsked]


def test_who_has_no_phone_on_file_starts_in_the_browser(office, desk):  # noqa: F811
    with write(office.sessions) as session:
        session.query(User).filter_by(username="agent").update({"leg_address": "", "leg_kind": ""})
    assert ask(desk, "watch", {"view": "desk"})["view"]["seat"]["leg_kind"] == "browser"


def test_turn_names_expire_and_never_show_the_secret():
    settings = AudioSettings(
        ice_servers=("stun:192.0.2.1:3478", "turn:192.0.2.1:443?transport=tcp"), turn_secret="s3cret",
        turn_hours=1,
    )  # fmt: skip
    stun, turn = agent_audio.ice_servers(settings, 7, 1000.0)
    assert stun == {"urls": "stun:192.0.2.1:3478"}
    assert turn["username"] == "4600:7"
    expected = hmac.new(b"s3cret", b"4600:7", hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == expected
    for wrong in (
        {"ice_servers": ("turn:192.0.2.1",)},
        {"ice_servers": ("http://x",), "turn_secret": "x"},
    ):
        with pytest.raises(ValidationError):
            AudioSettings(**wrong)


def test_the_page_may_use_the_microphone_and_nobody_elses(office):
    answer = office.visitor("agent").client.get("/desk")
    assert answer.headers["Permissions-Policy"] == "microphone=(self), camera=()"
    with read(office.sessions) as session:
        assert session.scalars(select(LegOffer)).all() == []
