"""What the pacer of a node hears of the floor, and who takes whom."""

from __future__ import annotations

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
from dialer.engine.floor import LiveCall
from dialer.engine.pacing import events_of
from dialer.store.session import read
from dialer.store.tables import Attempt, PacerState, Seat
from telephony.fake import Behaviour
from telephony.protocol import Verdict
from tests.engine.conftest import now
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
