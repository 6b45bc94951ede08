"""The engine on a fake node: stops, restarts, lost nodes, doubled events. Nothing is dialed twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import pause_campaign
from dialer.actions.outcomes import ask_hangup
from dialer.actions.seats import choose_status, go_home
from dialer.actions.stops import stop_contact, suppress_number
from dialer.engine import loop
from dialer.packs import load_pack
from dialer.reports.waterfall import waterfall
from dialer.settings import DialerSettings
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    Debtor,
    Entry,
    OutboundNumber,
    Outcome,
    Phone,
    Seat,
    SeatSpan,
)
from telephony.fake import Behaviour, FakeNodes
from telephony.protocol import Hangup, NodeUp, Remembered, Verdict
from tests.engine.conftest import SETTINGS, now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine
RINGS_LONG = Behaviour(rings=30)


def attempts(sessions) -> list[Attempt]:
    with read(sessions) as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.created_at)))


def codes(sessions) -> list[str]:
    with read(sessions) as session:
        return list(session.scalars(select(Outcome.code)))


def seat_states(sessions) -> list[str]:
    with read(sessions) as session:
        return list(session.scalars(select(Seat.state).order_by(Seat.id)))


def test_a_pause_stops_dialing_and_cancels_what_rings(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 20, now())
    floor = open_floor(lambda _: RINGS_LONG, 3)
    floor.run(lambda: len(floor.nodes.originated) == 3)
    pause_campaign(sessions, SETUP, campaign, now())
    floor.run(lambda: all(a.ended_at for a in attempts(sessions)))
    assert codes(sessions) == ["CANCELLED"] * 3
    for _ in range(20):
        floor.turn()
    assert len(floor.nodes.originated) == 3


@pytest.mark.parametrize("stop", ["hold", "suppress"])
def test_a_stop_flag_cancels_that_call_and_no_other(open_floor, sessions, tmp_path, stop):
    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    first = attempts(sessions)[0]
    if stop == "hold":
        stop_contact(sessions, SETUP, first.debtor_id, "dispute", "says so", now())
    else:
        suppress_number(sessions, SETUP, first.number, "DNC", now())
    floor.run(lambda: len(codes(sessions)) == 1)
    with read(sessions) as session:
        assert session.get_one(Outcome, first.id).code == "CANCELLED"
    for _ in range(10):
        floor.turn()
    assert len(codes(sessions)) == 1


def test_a_held_person_and_a_suppressed_number_are_never_dialed(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 4, now())
    with read(sessions) as session:
        debtors = list(session.scalars(select(Debtor.id)))
        number = session.scalar(select(Phone.number).where(Phone.debtor_id == debtors[1]))
        held = session.scalar(select(Phone.number).where(Phone.debtor_id == debtors[0]))
    stop_contact(sessions, SETUP, debtors[0], "cease", "asked", now())
    suppress_number(sessions, SETUP, number, "DNC", now())
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    for _ in range(15):
        floor.turn()
    assert {o.number for o in floor.nodes.originated}.isdisjoint({number, held})
    assert len(floor.nodes.originated) == 2
    with read(sessions) as session:
        reasons = set(session.scalars(select(Entry.block_reason).where(Entry.state == "held")))
    assert reasons == {"CEASE", "DNC_NUMBER"}


def test_an_engine_that_died_dials_nobody_twice(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 3, now())
    floor = open_floor(lambda _: Behaviour(), 3)
    floor.nodes.deaf_to_originates = True  # the INVITEs left, and then everything went silent
    floor.run(lambda: len(floor.nodes.originated) == 3)
    numbers = {o.number for o in floor.nodes.originated}
    again = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    nodes = FakeNodes(lambda _: Behaviour(), epoch=2)
    again.start(nodes)
    floor.engine, floor.nodes = again, nodes
    floor.run(lambda: len(codes(sessions)) == 3)
    assert codes(sessions) == ["UNKNOWN"] * 3
    for _ in range(20):
        floor.turn()
    assert {o.number for o in nodes.originated}.isdisjoint(numbers)
    with read(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 3


def test_calls_that_live_are_taken_over_by_the_next_engine(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(talks=0.6), 1)
    floor.run(lambda: seat_states(sessions) == ["talking"])
    again = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    again.start(floor.nodes)
    floor.engine = again
    assert seat_states(sessions) == ["talking"]
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_states(sessions) == ["idle"])
    assert len(floor.nodes.originated) == 1


def test_a_silent_node_is_lost_and_its_calls_count_as_made(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    floor.nodes.reachable = False
    floor.nodes.nodes["fake"].heard_at -= 60
    floor.run(lambda: len(codes(sessions)) == 2)
    assert codes(sessions) == ["UNKNOWN", "UNKNOWN"]
    assert seat_states(sessions) == ["connecting", "connecting"]


def test_what_the_journal_of_a_dead_node_remembers_is_counted(open_floor, sessions, tmp_path):
    """Three calls whose last events never arrived: one talked, one was answered, one only rang."""
    make_campaign(sessions, tmp_path, 3, now())
    floor = open_floor(lambda _: RINGS_LONG, 3)
    floor.run(lambda: len(floor.nodes.originated) == 3)
    talked, answered, _ = (o.call_id for o in floor.nodes.originated)
    seat_id = next(iter(floor.agents))
    up = NodeUp(calls_max=9, pjsip="x", remembered=(
        Remembered(call_id=talked, answered=True, seat_id=str(seat_id)),
        Remembered(call_id=answered, answered=True),
        Remembered(call_id="ff" * 16, answered=True),  # a call of last week
    ))  # fmt: skip
    floor.nodes._say(up)
    floor.run(lambda: len(codes(sessions)) == 3)
    by_id = {a.id: a for a in attempts(sessions)}
    with read(sessions) as session:
        outcome = {o.attempt_id: o.code for o in session.scalars(select(Outcome))}
    assert (outcome[talked], by_id[talked].seat_id) == ("RPC_REFUSE", seat_id)
    assert (by_id[answered].abandoned, by_id[answered].answered_at is not None) == (True, True)
    assert sorted(outcome.values()) == ["ABANDONED", "RPC_REFUSE", "UNKNOWN"]


def test_an_originate_that_cannot_be_delivered_was_not_sent(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(), 1)
    floor.nodes.undeliverable = True
    floor.run(lambda: codes(sessions) == ["TRUNK_FAIL"])
    assert floor.nodes.originated == []
    assert attempts(sessions)[0].verdict == "not_sent"


def test_events_that_come_twice_change_nothing(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 6, now())
    floor = open_floor(lambda _: Behaviour(), 2)
    floor.nodes.says_all_twice = True
    floor.run(lambda: len(codes(sessions)) == 6 and not floor.engine.floor.calls)
    with read(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Outcome)) == 6
    assert len(floor.nodes.originated) == 6


def test_who_answers_while_the_only_agent_went_into_a_pause_is_abandoned(
    open_floor, sessions, tmp_path
):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(rings=0.4), 1)
    floor.run(lambda: len(floor.nodes.originated) == 1)
    seat_id, agent = next(iter(floor.agents.items()))
    choose_status(sessions, agent, "paused", "lunch", now())
    floor.run(lambda: codes(sessions) == ["ABANDONED"])
    attempt = attempts(sessions)[0]
    assert attempt.abandoned
    assert attempt.seat_id is None
    assert 1900 <= attempt.waited_ms <= 2300
    assert attempt.abandon_cause == "agent_paused"
    with read(sessions) as session:
        span = session.scalars(
            select(SeatSpan).where(SeatSpan.seat_id == seat_id, SeatSpan.ended_at.is_(None))
        ).one()
        assert (span.state, span.pause_reason) == ("paused", "lunch")
    assert campaign


def test_the_agent_hangs_up_and_goes_home(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(talks=30), 1)
    floor.run(lambda: seat_states(sessions) == ["talking"])
    _, agent = next(iter(floor.agents.items()))
    ask_hangup(sessions, agent, attempts(sessions)[0].id, now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_states(sessions) == ["idle"])
    go_home(sessions, agent, now())
    floor.run(lambda: seat_states(sessions) == ["offline"])
    assert attempts(sessions)[0].ended_by == "engine"


def test_without_a_number_to_show_nobody_is_dialed(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 2, now())
    with write(sessions) as session:
        for row in session.scalars(select(OutboundNumber)):
            row.active = False
    floor = open_floor(lambda _: Behaviour(), 2)
    for _ in range(20):
        floor.turn()
    assert floor.nodes.originated == []
    with read(sessions) as session:
        assert set(session.scalars(select(Entry.state))) == {"ready"}
        view = waterfall(session, campaign, load_pack("cn"), now())
    assert view["steps"] == [{"step": "blocked.CLI_NONE", "count": 2}]
    assert floor.engine.floor.short_of_numbers == {campaign: "CLI_NONE"}


def test_at_night_nobody_is_dialed(open_floor, sessions, tmp_path, monkeypatch):
    from datetime import UTC, datetime

    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: Behaviour(), 2)
    night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    monkeypatch.setattr("dialer.engine.loop.utc_now", lambda: night)
    for _ in range(20):
        floor.turn()
    assert floor.nodes.originated == []
    with read(sessions) as session:
        assert set(session.scalars(select(Entry.block_reason))) == {"OUT_OF_HOURS"}
        assert all(at > night for at in session.scalars(select(Entry.next_at)))


def test_a_clean_stop_cancels_what_rings(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: RINGS_LONG, 2)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    floor.engine.stop()
    assert sum(isinstance(c, Hangup) for c in floor.nodes.sent) == 2
    assert codes(sessions) == ["CANCELLED"] * 2
