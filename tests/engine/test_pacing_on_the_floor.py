"""What the pacer of a node hears of the floor, and who takes whom."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dialer.actions.actor import SETUP
from dialer.actions.assignments import assign_campaigns, weigh_campaign
from dialer.actions.refusals import Refused
from dialer.domain import pacing
from dialer.domain.call import (
    Call,
    CallState,
    Progressed,
    WasAbandoned,
    WasConnected,
    WasEnded,
    step,
)
from dialer.domain.pacing import Mode
from dialer.engine.floor import LiveCall
from dialer.engine.pacing import FloorPacing, Room, events_of, view_of
from dialer.packs import load_pack
from dialer.store.session import read, write
from dialer.store.tables import AmdLabel, Attempt, Campaign, Entry, PacerState, Pulse, Seat
from telephony.fake import Behaviour
from telephony.protocol import Verdict
from tests.engine.conftest import SETTINGS, now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine


def heard(*happenings, verdict="answered"):
    """The pacer's events of one call that lives through these happenings."""
    live, told = LiveCall(Call(), 1, 1, "1", "n", 0.0), []
    for happening in happenings:
        before = live.call
        live.call, _ = step(before, happening)
        told += [type(e).__name__ for e in events_of("c", live, before, verdict, 1.0)]
    return told


ANSWERED, ENDED = Progressed(CallState.ANSWERED), WasEnded("answered", "customer")


@pytest.mark.parametrize(
    ("happenings", "verdict", "events"),
    [
        ((ANSWERED, WasConnected(7), ENDED), "answered", ["Answered", "Connected"]),
        ((WasConnected(7), ANSWERED, ENDED), "answered", ["Answered", "Connected"]),  # lost, late
        ((ANSWERED, ANSWERED, WasAbandoned(), ENDED), "answered", ["Answered", "Abandoned"]),
        ((ANSWERED, WasAbandoned(), WasConnected(7), ENDED), "answered", ["Answered", "Abandoned"]),
        ((ANSWERED, ENDED), "answered", ["Answered", "QuickHangup"]),
        ((ANSWERED, WasEnded("unknown", "node", lost=True)), "unknown", ["Answered", "Abandoned"]),
        ((WasEnded("busy"), WasEnded("busy")), "busy", ["Busy"]),
        ((WasEnded("no_answer"),), "no_answer", ["NoAnswer"]),
        ((WasEnded("cancelled", "engine"),), "cancelled", ["Cancelled"]),
        ((WasEnded("unreachable"),), "unreachable", ["Failed"]),
    ],
)
def test_each_thing_is_told_once(happenings, verdict, events):
    assert heard(*happenings, verdict=verdict) == events


def test_an_agent_gets_customers_of_his_campaigns_only(open_floor, sessions, tmp_path):
    first, second = (make_campaign(sessions, tmp_path, 20, now(), seed=n) for n in (1, 2))
    floor = open_floor(lambda _: Behaviour(talks=0.05), 2)
    seat_of_first = min(floor.agents)
    actor = floor.agents[seat_of_first]
    assign_campaigns(sessions, SETUP, actor.user_id, [first], now())
    floor.turn()  # heard before anybody is free again
    with read(sessions) as session:
        before = session.query(Attempt).filter(Attempt.seat_id == seat_of_first).count()
    floor.run(lambda: len(floor.nodes.originated) >= 30)
    with read(sessions) as session:
        takers = session.query(Attempt.campaign_id).filter(Attempt.seat_id == seat_of_first).all()
        others = session.query(Attempt.campaign_id).filter(Attempt.seat_id != seat_of_first).all()
    assert len(takers) > before + 5
    assert {c for (c,) in takers[before:]} == {first}
    assert second in {c for (c,) in others}


def test_assignments_and_weights_are_checked(sessions, tmp_path, open_floor):
    campaign = make_campaign(sessions, tmp_path, 2, now())
    floor = open_floor(lambda _: Behaviour(), 1)
    with read(sessions) as session:
        user_id = session.query(Seat.user_id).scalar()
    for broken in (lambda: assign_campaigns(sessions, SETUP, 999, [campaign], now()),
                   lambda: assign_campaigns(sessions, SETUP, user_id, [campaign, 999], now()),
                   lambda: weigh_campaign(sessions, SETUP, campaign, 0.0, now()),
                   lambda: weigh_campaign(sessions, SETUP, 999, 2.0, now())):  # fmt: skip
        with pytest.raises(Refused):
            broken()
    weigh_campaign(sessions, SETUP, campaign, 2.0, now())
    floor.turn()
    assert floor.engine.floor.weights == {campaign: 2.0}


def test_what_was_learned_is_kept(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 3, now())
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 1)

    def kept() -> bool:
        with read(sessions) as session:
            return session.get(PacerState, "fake") is not None

    floor.run(kept)
    with read(sessions) as session:
        body = session.get_one(PacerState, "fake").body
    assert pacing.Pacer.restored(pacing.Settings(), body).state() == body


# --- predictive on the floor ------------------------------------------------------------------------


def predictive(sessions, campaign: int) -> None:
    with write(sessions) as session:
        session.get_one(Campaign, campaign).mode = Mode.PREDICTIVE


def handled_before(sessions, campaign: int, count: int) -> None:
    """So many customers of this campaign spoke with an agent an hour ago."""
    at = now() - timedelta(hours=1)
    with write(sessions) as session:
        session.get_one(Campaign, campaign).started_at = at
        seat = session.query(Seat.id).first()[0]
        entry = session.query(Entry).filter_by(campaign_id=campaign).first()
        for n in range(count):
            session.add(Attempt(
                id=f"{n:032}", entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"1549{n:07}",
                outbound_number="95035100", local_day=at.date(), licence={}, engine_epoch=1, node="n",
                created_at=at, answered_at=at, ended_at=at, verdict="answered", seat_id=seat,
            ))  # fmt: skip


RINGS = Behaviour(rings=60.0)


def test_without_a_budget_there_is_one_line_for_each_waiting_agent(open_floor, sessions, tmp_path):
    """The first abandoned call fits into 3 % once 33 customers were handled."""
    campaign = make_campaign(sessions, tmp_path, 60, now())
    floor = open_floor(lambda _: RINGS, 4)
    predictive(sessions, campaign)
    handled_before(sessions, campaign, 32)
    floor.engine.budgets.refresh(sessions)
    for _ in range(30):
        floor.turn()
    assert floor.engine.budgets.left(campaign) == 0
    assert len(floor.nodes.originated) == 4


def test_with_a_budget_more_lines_than_agents_are_opened(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 60, now())
    predictive(sessions, campaign)
    floor = open_floor(lambda _: RINGS, 4)
    handled_before(sessions, campaign, 400)
    floor.engine.budgets.refresh(sessions)
    assert floor.engine.budgets.left(campaign) == 12
    floor.run(lambda: len(floor.nodes.originated) > 6)
    with read(sessions) as session:
        pulse = session.get_one(Pulse, campaign).body["pacing"]
    assert pulse["forecast"]
    assert pulse["in_air"] >= 4


def test_the_budget_knows_an_abandoned_call_at_once(open_floor, sessions, tmp_path):
    """Between two readings the loop counts by itself; a reading does not count twice."""
    campaign = make_campaign(sessions, tmp_path, 60, now())
    predictive(sessions, campaign)
    floor = open_floor(lambda _: RINGS, 1)
    handled_before(sessions, campaign, 100)
    budgets = floor.engine.budgets
    budgets.refresh(sessions)
    assert budgets.left(campaign) == 3
    floor.engine.floor.abandoned[campaign] += 1
    assert budgets.left(campaign) == 2
    assert budgets.left(campaign + 1) == 0  # nobody measured it


def test_the_pacer_hears_how_many_people_the_machine_detection_takes(
    open_floor, sessions, tmp_path
):
    """Untested, everybody it hung up on was a person; a valid sample's upper bound takes its place."""
    campaign = make_campaign(sessions, tmp_path, 60, now())
    predictive(sessions, campaign)
    floor = open_floor(lambda _: RINGS, 1)
    handled_before(sessions, campaign, 250)
    budgets = floor.engine.budgets
    budgets.refresh(sessions)
    assert budgets.false_positives(campaign) == 1.0
    with write(sessions) as session:
        for n in range(250):
            session.add(AmdLabel(
                attempt_id=f"{n:032}", campaign_id=campaign, drawn_at=now(), is_person=n < 2
            ))  # fmt: skip
    budgets._next_at = 0.0
    budgets.refresh(sessions)
    assert budgets.false_positives(campaign) == pytest.approx(0.0287, abs=1e-3)
    (listed,) = floor.engine._lists(0.0)
    room = Room(0.0, 10, 10)
    (seen,) = view_of(floor.engine.floor, "n", room, [listed]).lists
    assert seen.amd_false_positives == budgets.false_positives(campaign)


def test_two_ways_of_dialing_share_the_agents(open_floor, sessions, tmp_path):
    """A progressive campaign gets a call for each idle agent at most, a predictive one more."""
    careful, eager = (make_campaign(sessions, tmp_path, 60, now(), seed=n) for n in (1, 2))
    predictive(sessions, eager)
    floor = open_floor(lambda _: RINGS, 4)
    handled_before(sessions, eager, 400)
    floor.engine.budgets.refresh(sessions)
    floor.run(lambda: len(floor.nodes.originated) > 6)
    placed = Counter(int(o.campaign) for o in floor.nodes.originated)
    assert 1 <= placed[careful] <= 4
    assert placed[eager] > 2


def test_a_new_day_begins_its_counts_anew(sessions):
    """What was learnt stays; what was counted for the rate of the day does not."""
    pacers = FloorPacing(load_pack("cn"), SETTINGS)
    evening = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    with write(sessions) as session:
        pacers.load(session, evening)
    events = [e for n in range(40) for e in (
        pacing.Dialed(float(n), f"c{n}", "1"), pacing.Answered(n + 1.0, f"c{n}"),
        pacing.Connected(n + 1.1, f"c{n}", "a"),
    )]  # fmt: skip
    pacers.observe(("n", event) for event in events)
    with write(sessions) as session:
        pacers.save(session, evening)
        before = session.get_one(PacerState, "n").body
    pacers.turn_day(evening + timedelta(hours=1))
    with write(sessions) as session:
        pacers.save(session, evening)
        assert session.get_one(PacerState, "n").body == before
    pacers.turn_day(evening + timedelta(hours=4))  # midnight in Shanghai has passed
    with write(sessions) as session:
        pacers.save(session, evening)
        assert session.get_one(PacerState, "n").body != before
