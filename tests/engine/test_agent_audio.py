"""Agents' legs on the floor: the node is told of another kind, an offer finds its seat's node, and an
answer finds its row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.actions.agent_legs import choose_leg, offer_audio
from dialer.reports.agent_legs import audio_answer
from dialer.store.session import read
from dialer.store.tables import LegOffer, Seat
from telephony.fake import Behaviour
from telephony.protocol import LegKind, SeatOpen
from telephony.words_of_audio import AudioOffer
from tests.engine.conftest import now

pytestmark = pytest.mark.engine


@pytest.fixture
def place(open_floor):
    """A floor with one agent, whose leg is up."""
    floor = open_floor(lambda _: Behaviour(), 1)
    (actor,) = floor.agents.values()

    def is_up() -> bool:
        with read(floor.sessions) as session:
            return session.scalars(select(Seat.leg_up)).one()

    floor.run(is_up)
    return floor, actor


def opened(floor) -> list[SeatOpen]:
    return [command for command in floor.nodes.sent if isinstance(command, SeatOpen)]


def answer(floor, offer_id: int):
    with read(floor.sessions) as session:
        return audio_answer(session, offer_id)


def test_another_kind_is_told_to_the_node_with_the_way_that_fits(place):
    floor, actor = place
    assert (opened(floor)[-1].kind, bool(opened(floor)[-1].address)) == (LegKind.PHONE, True)
    for kind, has_code in ((LegKind.BROWSER, False), (LegKind.HEADSET, True)):
        before = len(opened(floor))
        choose_leg(floor.sessions, actor, kind, now())
        floor.run(lambda n=before: len(opened(floor)) > n)
        told = opened(floor)[-1]
        assert (told.kind, told.address, bool(told.dial_in_code)) == (kind, "", has_code)


def test_an_offer_is_answered_and_the_newest_one_counts(place):
    floor, actor = place
    choose_leg(floor.sessions, actor, "browser", now())
    first = offer_audio(floor.sessions, actor, "leg-one-1", "v=0 one", now())
    second = offer_audio(floor.sessions, actor, "leg-two-2", "v=0 two", now())
    floor.run(lambda: answer(floor, second) is not None)
    assert answer(floor, second) == {"sdp": "answer to v=0 two", "refused": ""}
    assert answer(floor, first)["refused"] == "replaced"
    assert [c.sdp for c in floor.nodes.sent if isinstance(c, AudioOffer)] == ["v=0 two"]
    with read(floor.sessions) as session:
        offer = session.scalars(select(LegOffer)).one()
        assert (offer.leg, offer.sdp) == ("leg-two-2", "")  # the agent's addresses are not kept


def test_without_a_node_the_page_is_told_at_once(place):
    floor, actor = place
    choose_leg(floor.sessions, actor, "browser", now())
    floor.run(lambda: opened(floor)[-1].kind is LegKind.BROWSER)
    for seat in floor.engine.floor.seats.values():
        seat.node = ""
    offer = offer_audio(floor.sessions, actor, "leg-one-1", "v=0", now())
    floor.run(lambda: answer(floor, offer) is not None)
    assert answer(floor, offer)["refused"] == "no_node"
