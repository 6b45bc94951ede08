"""During the call, from what people ask to the rows that pages show; who owes the outcome."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.actions import in_call
from dialer.actions.outcomes import record_outcome
from dialer.actions.refusals import Refused
from dialer.actions.seats import choose_status, take_seat
from dialer.engine import loop
from dialer.reports import desk, live_board
from dialer.settings import DialerSettings
from dialer.store.session import read
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Conversation,
    Outcome,
    Seat,
    SeatSpan,
    Supervision,
)
from telephony.fake import Behaviour
from telephony.protocol import SeatReady
from telephony.words_in_call import Digit, LegQuality, SoundIs
from tests.engine.conftest import SETTINGS, now
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.engine


class Talk:
    """A customer on an agent's line, another agent who waits, and a supervisor with a phone."""

    def __init__(self, floor, sessions) -> None:
        self.floor, self.sessions = floor, sessions
        self.supervisor = make_user(sessions, "supervisor", now(), username="boss")
        self.boss_seat = take_seat(sessions, self.supervisor, now())
        floor.run(lambda: self.attempt() is not None and self.seat(self.boss_seat).leg_up)
        self.id = self.attempt().id
        self.first = self.attempt().seat_id
        self.second = next(s for s in floor.agents if s != self.first)

    def attempt(self) -> Attempt | None:
        with read(self.sessions) as session:
            return session.scalar(select(Attempt).where(Attempt.state == "connected"))

    def seat(self, seat_id: int) -> Seat:
        with read(self.sessions) as session:
            return session.get_one(Seat, seat_id)

    def row(self) -> Conversation | None:
        with read(self.sessions) as session:
            return session.get(Conversation, self.id)

    def view(self, seat_id: int):
        with read(self.sessions) as session:
            user = self.seat(seat_id).user_id
            return desk.snapshot(session, user, self.floor.engine._pack, now())["call"]

    def ask(self, what: str) -> None:
        in_call.ask_in_call(self.sessions, self.floor.agents[self.first], self.id, what, now())

    def pass_on(self, kind: str, to: int) -> None:
        agent = self.floor.agents[self.first]
        in_call.transfer(self.sessions, agent, self.id, kind=kind, seat_id=to, now=now())

    def until(self, is_so) -> None:
        self.floor.run(lambda: is_so(self.row()))

    def save(self, actor, code: str = "RPC_REFUSE") -> None:
        record_outcome(
            self.sessions, actor, key=f"key-{actor.user_id}", attempt_id=self.id, code=code,
            identity_confirmed=True, now=now(),
        )  # fmt: skip

    def end(self) -> None:
        self.floor.nodes._hang_up(self.id)
        self.floor.run(lambda: self.attempt() is None)


@pytest.fixture
def talk(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    return Talk(open_floor(lambda _: Behaviour(talks=60), 2), sessions)


def test_hold_mute_and_a_paused_recording_reach_the_desk(talk):
    for on, off, field in (
        ("hold", "resume", "held"), ("mute", "unmute", "muted"),
    ):  # fmt: skip
        talk.ask(on)
        talk.until(lambda row, field=field: row is not None and getattr(row, field))
        assert talk.view(talk.first)["controls"][field] is True
        talk.ask(off)
        talk.until(lambda row, field=field: not getattr(row, field))
    talk.ask("pause_recording")
    talk.until(lambda row: row.recording == "paused")
    assert talk.view(talk.first)["controls"]["recording"] == "paused"
    with read(talk.sessions) as session:
        noted = session.scalars(select(AuditRow.action)).all()
    assert "call.pause_recording" in noted
    assert "call.hold" not in noted


def test_only_who_has_the_call_may_change_it(talk):
    other = talk.floor.agents[talk.second]
    with pytest.raises(Refused, match="not_your_call"):
        in_call.ask_in_call(talk.sessions, other, talk.id, "hold", now())
    agent = talk.floor.agents[talk.first]
    with pytest.raises(Refused, match="keys"):
        in_call.press_keys(talk.sessions, agent, talk.id, "1\r\n", now())
    talk.end()
    with pytest.raises(Refused, match="call_over"):
        talk.ask("hold")


def test_after_a_cold_transfer_the_next_agent_owes_the_outcome(talk):
    assert [t["seat_id"] for t in talk.view(talk.first)["controls"]["can_transfer_to"]] == [
        talk.second, talk.boss_seat,
    ]  # fmt: skip
    talk.pass_on("cold", talk.second)
    talk.floor.run(lambda: talk.attempt().seat_id == talk.second)
    assert talk.seat(talk.first).state == "idle"
    assert talk.seat(talk.first).attempt_id is None
    assert talk.seat(talk.second).state == "talking"
    assert talk.view(talk.second)["attempt_id"] == talk.id
    assert talk.view(talk.first) is None
    with pytest.raises(Refused, match="not_your_call"):
        talk.save(talk.floor.agents[talk.first])
    talk.end()  # the floor's agents record an outcome as soon as they are in wrap-up
    talk.floor.run(lambda: talk.seat(talk.second).state == "idle")
    with read(talk.sessions) as session:
        outcome = session.scalars(select(Outcome)).one()
        assert outcome.user_id == talk.floor.agents[talk.second].user_id


def test_a_consulted_agent_is_busy_and_owes_nothing_until_the_call_is_theirs(talk):
    talk.pass_on("warm", talk.second)
    talk.until(lambda row: row is not None and row.second == "consulted")
    assert talk.seat(talk.second).state == "talking"
    assert talk.view(talk.second)["controls"]["role"] == "second"
    with pytest.raises(Refused, match="not_your_call"):
        talk.save(talk.floor.agents[talk.second])
    talk.ask("join")
    talk.until(lambda row: row.second == "joined")
    talk.ask("cancel")
    talk.until(lambda row: row.second == "")
    assert talk.seat(talk.second).state == "idle"
    talk.pass_on("warm", talk.second)
    talk.until(lambda row: row.second == "consulted")
    talk.end()  # the customer is gone: the first agent's outcome, the second is free
    talk.floor.run(lambda: talk.seat(talk.first).state == "idle")
    assert talk.seat(talk.second).state == "idle"
    with read(talk.sessions) as session:
        outcome = session.scalars(select(Outcome)).one()
        assert outcome.user_id == talk.floor.agents[talk.first].user_id


def test_a_warm_transfer_that_is_completed(talk):
    talk.pass_on("warm", talk.second)
    talk.until(lambda row: row is not None and row.second == "consulted")
    talk.ask("complete")
    talk.floor.run(lambda: talk.attempt().seat_id == talk.second)
    assert talk.seat(talk.first).state == "idle"
    assert talk.row().second_seat_id is None


def test_who_asked_to_give_it_to_somebody_busy_keeps_the_call(talk):
    with pytest.raises(Refused, match="transfer_to"):
        talk.pass_on("cold", talk.first)
    talk.floor.nodes._seats[str(talk.second)] = False  # the node knows first that the leg is gone
    talk.pass_on("cold", talk.second)
    talk.until(lambda row: row is not None)
    assert talk.attempt().seat_id == talk.first


def test_an_engine_that_starts_again_knows_who_owes_what(talk):
    talk.pass_on("warm", talk.second)
    talk.until(lambda row: row is not None and row.second == "consulted")
    again = loop.Engine(DialerSettings(), SETTINGS, talk.sessions, owner="test")
    again.start(talk.floor.nodes)
    second = again.floor.seats[talk.second]
    assert (second.on_line, second.outcome_missing) == (True, False)
    talk.floor.engine = again
    talk.end()
    talk.floor.run(lambda: talk.seat(talk.second).state == "idle")


def test_supervision_is_logged_and_shown_and_a_take_over_owes_the_outcome(talk):
    in_call.supervise(talk.sessions, talk.supervisor, talk.first, "whisper", now())
    talk.floor.run(lambda: _supervision(talk) == [(talk.first, talk.boss_seat, "whisper")])
    with read(talk.sessions) as session:
        board = live_board.snapshot(session, now(), talk.floor.engine._pack)
        audited = session.scalars(select(AuditRow.action)).all()
    seats = {seat["id"]: seat for seat in board["seats"]}
    assert seats[talk.first]["supervised_by"]["mode"] == "whisper"
    assert talk.boss_seat not in seats  # a supervisor's phone is no agent's seat
    assert "seat.supervise" in audited
    in_call.supervise(talk.sessions, talk.supervisor, talk.first, "off", now())
    talk.floor.run(lambda: _supervision(talk) == [])
    in_call.take_over(talk.sessions, talk.supervisor, talk.first, now())
    talk.floor.run(lambda: talk.attempt().seat_id == talk.boss_seat)
    talk.floor.nodes._hang_up(talk.id)
    talk.floor.agents[talk.boss_seat] = talk.supervisor
    talk.floor.run(lambda: talk.seat(talk.boss_seat).state == "paused")
    with read(talk.sessions) as session:
        assert session.scalars(select(Outcome.user_id)).one() == talk.supervisor.user_id


def test_a_supervisors_seat_never_receives_customers(talk, tmp_path):
    with pytest.raises(Refused, match="not_an_agent"):
        choose_status(talk.sessions, talk.supervisor, "ready", "", now())
    make_campaign(talk.sessions, tmp_path, 6, now(), seed=2)
    talk.end()
    talk.floor.nodes.script = lambda _: Behaviour()
    talk.floor.run(lambda: len(talk.floor.nodes.originated) >= 5)
    ready = {c.seat_id for c in talk.floor.nodes.sent if isinstance(c, SeatReady)}
    assert str(talk.boss_seat) not in ready
    with read(talk.sessions) as session:
        spans = session.scalars(select(SeatSpan.seat_id)).all()
    assert talk.boss_seat not in spans


def test_without_a_phone_nobody_supervises(talk):
    other = make_user(talk.sessions, "supervisor", now(), username="other")
    for ask in (
        lambda: in_call.supervise(talk.sessions, other, talk.first, "listen", now()),
        lambda: in_call.take_over(talk.sessions, other, talk.first, now()),
    ):
        with pytest.raises(Refused, match="phone_first"):
            ask()


def test_sound_and_keys_are_shown_and_card_numbers_are_not(talk):
    leg = LegQuality(packets=500, lost=0, jitter_ms=1.0, rtt_ms=20.0, mos=4.38)
    bad = LegQuality(packets=400, lost=100, jitter_ms=40.0, rtt_ms=300.0, mos=2.1)
    talk.floor.nodes._say(
        SoundIs(call_id=talk.id, warnings=("agent_gone",), customer=bad, agent=leg)
    )
    talk.floor.nodes._say(Digit(call_id=talk.id, digit="4"))
    talk.ask("pause_recording")
    talk.until(lambda row: row is not None and row.recording == "paused")
    talk.floor.nodes._say(Digit(call_id=talk.id, digit="5"))
    talk.until(lambda row: len(row.keys) == 2)
    shown = talk.view(talk.first)["controls"]
    assert shown["keys"] == "4•"
    assert shown["warnings"] == ["agent_gone"]
    assert {s: q["grade"] for s, q in shown["quality"].items()} == {
        "customer": "poor", "agent": "good",
    }  # fmt: skip
    talk.end()
    row = talk.row()
    assert row.keys == ""
    assert row.quality["customer"]["mos"] == 2.1  # stays with the attempt


def _supervision(talk) -> list[tuple[int, int, str]]:
    with read(talk.sessions) as session:
        return [
            (r.seat_id, r.supervisor_seat_id, r.mode) for r in session.scalars(select(Supervision))
        ]
