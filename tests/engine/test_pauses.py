"""Pauses with a time: the pacer knows, and nobody is left with an empty chair."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.actions.pauses import announce_pause, ask_help, take_breather
from dialer.actions.refusals import Refused
from dialer.actions.seats import desk_lost
from dialer.domain.pacing import AgentState
from dialer.domain.pauses import BREATHER, BREATHER_TIME, BREATHERS_A_DAY
from dialer.engine import pauses
from dialer.engine.pacing import Room, view_of
from dialer.store.session import read, write
from dialer.store.tables import Seat, SeatSpan
from telephony.fake import Behaviour
from tests.engine.conftest import now

pytestmark = pytest.mark.engine

ROOM = Room(now=1000.0, free_lines=10, dials_allowed=10)


@pytest.fixture
def floor(open_floor):
    """One agent who waits."""
    floor = open_floor(lambda _: Behaviour(), 1)
    floor.run(lambda: seat(floor).state == "idle")
    return floor


def seat(floor) -> Seat:
    with read(floor.sessions) as session:
        return session.query(Seat).one()


def agent(floor):
    return next(iter(floor.agents.values()))


def seen_by_the_pacer(floor):
    return view_of(floor.engine.floor, "fake", ROOM, ()).agents[0]


def move_time(floor, **fields) -> None:
    """As if the announced moment were so far away."""
    with write(floor.sessions) as session:
        row = session.query(Seat).one()
        for name, value in fields.items():
            setattr(row, name, value)


def test_an_announced_pause_is_known_ahead_and_begins_by_itself(floor):
    announce_pause(floor.sessions, agent(floor), "lunch", 5, now())
    floor.run(lambda: next(iter(floor.engine.floor.seats.values())).leaves_at is not None)
    assert not seen_by_the_pacer(floor).pause_pending  # five minutes are long enough for a call
    next(iter(floor.engine.floor.seats.values())).leaves_at = now() + timedelta(seconds=20)
    assert seen_by_the_pacer(floor).pause_pending
    move_time(floor, pause_at=now())
    floor.run(lambda: seat(floor).state == "paused")
    row = seat(floor)
    assert (row.pause_reason, row.pause_at) == ("lunch", None)


def test_an_announced_pause_can_be_taken_back(floor):
    announce_pause(floor.sessions, agent(floor), "short", 5, now())
    announce_pause(floor.sessions, agent(floor), "", 0, now())
    assert seat(floor).pause_at is None
    for reason, minutes, code in (("nap", 5, "pause_reason"), ("short", 7, "pause_minutes")):
        with pytest.raises(Refused) as caught:
            announce_pause(floor.sessions, agent(floor), reason, minutes, now())
        assert caught.value.code == code


def test_a_breather_ends_at_a_second_that_the_pacer_knows(floor):
    take_breather(floor.sessions, agent(floor), now())
    floor.run(lambda: seat(floor).state == "paused")
    row, seen = seat(floor), seen_by_the_pacer(floor)
    assert row.pause_reason == BREATHER
    assert (seen.state, seen.pause_pending) == (AgentState.PAUSE, False)
    assert seen.back_at == pytest.approx(ROOM.now + BREATHER_TIME.total_seconds(), abs=5)
    move_time(floor, pause_until=now())
    floor.run(lambda: seat(floor).state == "idle")
    assert seat(floor).pause_until is None


def test_a_breather_does_not_end_in_an_empty_chair(floor):
    take_breather(floor.sessions, agent(floor), now())
    floor.run(lambda: seat(floor).state == "paused")
    desk_lost(floor.sessions, agent(floor).user_id, now())
    row = seat(floor)
    assert (row.status, row.pause_reason, row.pause_until) == ("paused", "desk_lost", None)


def test_breathers_are_counted_by_the_day(floor):
    with write(floor.sessions) as session:
        seat_id = session.query(Seat.id).scalar()
        session.add_all(
            SeatSpan(seat_id=seat_id, state="paused", pause_reason=BREATHER, started_at=now())
            for _ in range(BREATHERS_A_DAY)
        )
    with pytest.raises(Refused) as caught:
        take_breather(floor.sessions, agent(floor), now())
    assert caught.value.code == "breathers_used"


def test_a_pause_waits_a_moment_for_a_call_that_counts_on_the_seat(floor, monkeypatch):
    monkeypatch.setattr(type(floor.engine.floor), "is_spare", lambda *_: False)
    for late, status in ((timedelta(0), "ready"), (pauses.LEAVE_WITHIN, "paused")):
        move_time(floor, pause_at=now() - late, pause_at_reason="short")
        with write(floor.sessions) as session:
            pauses.sweep(session, floor.engine.floor, now())
        assert seat(floor).status == status


def test_help_is_asked_and_taken_back(floor):
    ask_help(floor.sessions, agent(floor), True, now())
    since = seat(floor).help_since
    ask_help(floor.sessions, agent(floor), True, now())  # pressed twice
    assert seat(floor).help_since == since is not None
    ask_help(floor.sessions, agent(floor), False, now())
    assert seat(floor).help_since is None
