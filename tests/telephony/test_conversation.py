"""Who hears whom: what must never be heard, over every state there is."""

from __future__ import annotations

import itertools

import pytest

from telephony.conversation import Conversation, Monitor, Party, Recording, Second, edges

pytestmark = pytest.mark.unit

OURS = (Party.AGENT, Party.SECOND, Party.SUPERVISOR)
TRACKS = (Party.CUSTOMER_TRACK, Party.AGENT_TRACK)
STATES = [
    Conversation(*each)
    for each in itertools.product(
        (False, True), (False, True), Recording, Second, Monitor, (False, True)
    )
]


def every(**wanted):
    """All states with these values: the space is small enough to look at whole."""
    found = [s for s in STATES if all(getattr(s, name) == value for name, value in wanted.items())]
    assert found
    return found


def heard_by(state: Conversation, who: Party) -> set[Party]:
    return {source for source, sink in edges(state) if sink is who}


def test_the_plain_talk_is_customer_and_agent_and_both_tracks():
    assert edges(Conversation(recording=Recording.ON)) == {
        (Party.CUSTOMER, Party.AGENT), (Party.AGENT, Party.CUSTOMER),
        (Party.CUSTOMER, Party.CUSTOMER_TRACK), (Party.AGENT, Party.AGENT_TRACK),
        (Party.SILENCE, Party.CUSTOMER_TRACK), (Party.SILENCE, Party.AGENT_TRACK),
    }  # fmt: skip


def test_nobody_hears_themselves_and_players_and_tracks_keep_their_place():
    for state in STATES:
        for source, sink in edges(state):
            assert source is not sink
            assert source not in TRACKS
            assert sink not in (Party.MUSIC, Party.SILENCE)
            assert source is not Party.MUSIC or sink is Party.CUSTOMER
            assert source is not Party.SILENCE or sink in TRACKS


def test_a_whisper_is_never_heard_by_the_customer_nor_recorded():
    for mode in (Monitor.LISTEN, Monitor.WHISPER):
        for state in every(monitor=mode):
            assert Party.SUPERVISOR not in heard_by(state, Party.CUSTOMER)
            assert all(Party.SUPERVISOR not in heard_by(state, track) for track in TRACKS)


def test_who_only_listens_is_heard_by_nobody():
    for state in every(monitor=Monitor.LISTEN) + every(monitor=Monitor.OFF):
        assert not any(source is Party.SUPERVISOR for source, _ in edges(state))


def test_without_a_supervisor_or_second_agent_they_hear_nothing():
    assert not any(heard_by(state, Party.SUPERVISOR) for state in every(monitor=Monitor.OFF))
    assert not any(heard_by(state, Party.SECOND) for state in every(second=Second.NONE))


def test_a_customer_who_waits_hears_music_alone_and_is_heard_by_nobody():
    waiting = [s for s in STATES if s.held or s.second is Second.CONSULTED or s.agent_lost]
    for state in waiting:
        assert heard_by(state, Party.CUSTOMER) == {Party.MUSIC}
        assert not any(source is Party.CUSTOMER for source, _ in edges(state))
        assert not any(heard_by(state, t) - {Party.SILENCE} for t in TRACKS)


def test_who_does_not_wait_hears_no_music():
    for state in STATES:
        if not state.customer_waits:
            assert Party.MUSIC not in heard_by(state, Party.CUSTOMER)
            assert Party.CUSTOMER in heard_by(state, Party.AGENT)


def test_a_muted_agent_is_not_heard_by_the_customer_nor_recorded():
    for state in every(muted=True):
        assert Party.AGENT not in heard_by(state, Party.CUSTOMER)
        assert Party.AGENT not in heard_by(state, Party.AGENT_TRACK)


def test_a_paused_recording_gets_nothing_from_either_side():
    for state in every(recording=Recording.PAUSED):
        assert all(heard_by(state, track) == {Party.SILENCE} for track in TRACKS)
    for state in every(recording=Recording.OFF):
        assert not any(sink in TRACKS for _, sink in edges(state))


def test_the_recording_is_what_customer_and_we_let_each_other_hear():
    for state in every(recording=Recording.ON):
        ours = heard_by(state, Party.CUSTOMER) - {Party.MUSIC}
        assert heard_by(state, Party.AGENT_TRACK) == ours | {Party.SILENCE}
        is_heard = any((Party.CUSTOMER, one) in edges(state) for one in OURS)
        assert (Party.CUSTOMER in heard_by(state, Party.CUSTOMER_TRACK)) == is_heard


def test_in_a_three_way_talk_each_hears_both_others():
    people = {Party.CUSTOMER, Party.AGENT, Party.SECOND}
    state = Conversation(second=Second.JOINED)
    for who in people:
        assert heard_by(state, who) == people - {who}


def test_the_consulted_hear_the_agent_even_when_muted():
    for state in every(second=Second.CONSULTED):
        assert Party.AGENT in heard_by(state, Party.SECOND)
        assert Party.SECOND in heard_by(state, Party.AGENT)


def test_the_next_agent_finds_a_plain_conversation():
    for state in STATES:
        assert state.for_next_agent() == Conversation(recording=state.recording)
        assert not state.with_second(Second.JOINED).held
        assert not state.with_second(Second.NONE).held
