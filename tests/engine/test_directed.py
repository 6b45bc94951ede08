"""Calls for a particular agent: callbacks, guaranteed agents, manual dialing; nobody is left over."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.agreements import set_campaign_rules
from dialer.actions.dialing import ask_dial, cancel_dial
from dialer.actions.outcomes import ask_hangup, record_outcome
from dialer.actions.refusals import Refused
from dialer.actions.seats import choose_status, desk_lost, go_home
from dialer.actions.stops import stop_contact
from dialer.domain.callbacks import CALLBACK_FIRST
from dialer.engine import loop, requests
from dialer.engine.directed import Directed
from dialer.packs import load_pack
from dialer.settings import DialerSettings
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    Campaign,
    DialRequest,
    Entry,
    Outcome,
    Phone,
    Seat,
    SeatSpan,
)
from telephony.fake import Behaviour, FakeNodes
from telephony.protocol import Hangup, SeatReady, Verdict
from tests.engine.conftest import SETTINGS, now
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.engine
CN = load_pack("cn")
BUSY, RINGS_LONG = Behaviour(Verdict.BUSY), Behaviour(rings=30)
LATER = timedelta(hours=3)


def set_mode(sessions, campaign: int, mode: str, **more) -> None:
    set_campaign_rules(
        sessions, SETUP, CN, campaign, narrowing={}, recycle={}, mode=mode, now=now(), **more
    )


def rest_all(sessions) -> list[int]:
    """Nothing on the list is due; ids of all entries."""
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        for entry in entries:
            entry.next_at = now() + timedelta(days=2)
        return [entry.id for entry in entries]


def make_callback(sessions, entry_id: int, user_id: int | None, due=None) -> None:
    with write(sessions) as session:
        entry = session.get_one(Entry, entry_id)
        entry.state, entry.next_at = "ready", due or now()
        entry.callback_user_id, entry.priority = user_id, CALLBACK_FIRST


def entry_of(sessions, entry_id: int) -> Entry:
    with read(sessions) as session:
        return session.get_one(Entry, entry_id)


def seat_state(sessions, seat_id: int) -> str:
    with read(sessions) as session:
        return session.get_one(Seat, seat_id).state


def codes(sessions) -> list[str]:
    with read(sessions) as session:
        return list(session.scalars(select(Outcome.code).order_by(Outcome.at)))


def request_of(sessions) -> DialRequest:
    with read(sessions) as session:
        return session.scalars(select(DialRequest).order_by(DialRequest.id.desc()).limit(1)).one()


def turns(floor, count: int = 12) -> None:
    for _ in range(count):
        floor.turn()


# --- callbacks -------------------------------------------------------------------------------------


def test_a_callback_agreed_with_an_agent_is_placed_for_that_agent_only(
    open_floor, sessions, tmp_path
):
    make_campaign(sessions, tmp_path, 3, now())
    first, *_ = rest_all(sessions)
    floor = open_floor(lambda _: Behaviour(talks=0.3), 2)
    (_, _), (other_seat, other) = floor.agents.items()
    make_callback(sessions, first, other.user_id)
    floor.run(lambda: seat_state(sessions, other_seat) == "talking")
    assert [o.seat_id for o in floor.nodes.originated] == [str(other_seat)]
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_state(sessions, other_seat) == "idle")
    with read(sessions) as session:
        attempt = session.scalars(select(Attempt)).one()
        spans = set(session.scalars(select(SeatSpan.state).where(SeatSpan.seat_id == other_seat)))
    assert (attempt.seat_id, attempt.for_seat_id) == (other_seat, other_seat)
    assert {"dialing", "talking", "wrap_up"} <= spans
    entry = entry_of(sessions, first)
    assert (entry.callback_user_id, entry.priority) == (None, 0)  # spoken with: it is over


def test_the_outcome_says_whose_callback_it_is_and_when(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(talks=30), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: seat_state(sessions, seat_id) == "talking")
    with read(sessions) as session:
        attempt = session.scalars(select(Attempt)).one()
    due = now() + LATER
    record_outcome(
        sessions, agent, key="k" * 12, attempt_id=attempt.id, code="RPC_CALLBACK",
        identity_confirmed=True, callback_at=due, callback_mine=True, now=now(),
    )  # fmt: skip
    entry = entry_of(sessions, attempt.entry_id)
    assert (entry.callback_user_id, entry.priority) == (agent.user_id, CALLBACK_FIRST)
    assert entry.next_at == due


def test_a_callback_tries_the_number_on_which_they_spoke(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        session.add(Phone(debtor_id=entry.debtor_id, number="15499999999", rank=1))
    floor = open_floor(lambda _: Behaviour(), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    with write(sessions) as session:
        session.scalars(select(Attempt)).one().created_at = now() - timedelta(hours=2)
    make_callback(sessions, entry.id, agent.user_id)
    floor.run(lambda: len(floor.nodes.originated) == 2)
    first, second = floor.nodes.originated
    assert first.number == second.number
    assert second.seat_id == str(seat_id)


def test_callbacks_go_before_the_list_and_not_before_their_time(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 6, now())
    with read(sessions) as session:
        *_, anyone, mine, early = session.scalars(select(Entry.id).order_by(Entry.id))
    floor = open_floor(lambda _: BUSY, 1)
    ((seat_id, agent),) = floor.agents.items()
    make_callback(sessions, anyone, None, now() - timedelta(minutes=1))
    make_callback(sessions, mine, agent.user_id, now() - timedelta(minutes=1))
    make_callback(sessions, early, agent.user_id, now() + LATER)
    floor.run(lambda: len(codes(sessions)) == 5)
    with read(sessions) as session:
        order = list(session.scalars(select(Attempt.entry_id).order_by(Attempt.created_at)))
    assert order[:2] == [mine, anyone]
    assert early not in order
    assert [o.seat_id for o in floor.nodes.originated] == [str(seat_id), "", "", "", ""]
    kept = entry_of(sessions, mine)  # busy: it stays the agent's callback
    assert (kept.callback_user_id, kept.priority) == (agent.user_id, CALLBACK_FIRST)


@pytest.mark.parametrize("minutes", [14, 16])
def test_a_callback_becomes_anyone_s_when_its_agent_is_away_too_long(
    open_floor, sessions, tmp_path, minutes
):
    make_campaign(sessions, tmp_path, 2, now())
    first, *_ = rest_all(sessions)
    floor = open_floor(lambda _: BUSY, 2)
    (away_seat, away), (_, _) = floor.agents.items()
    choose_status(sessions, away, "paused", "lunch", now())
    floor.run(lambda: seat_state(sessions, away_seat) == "paused")
    make_callback(sessions, first, away.user_id, now() - timedelta(minutes=minutes))
    if minutes < 15:
        until = time.monotonic() + 1.5  # more than one sweep
        floor.run(lambda: time.monotonic() > until)
        assert floor.nodes.originated == []
        assert entry_of(sessions, first).callback_user_id == away.user_id
    else:
        floor.run(lambda: codes(sessions) == ["BUSY"])
        assert [o.seat_id for o in floor.nodes.originated] == [""]
        assert entry_of(sessions, first).callback_user_id is None


def test_a_callback_is_gated_and_waits_for_its_time(open_floor, sessions, tmp_path, monkeypatch):
    from datetime import UTC, datetime

    make_campaign(sessions, tmp_path, 1, now())
    (first,) = rest_all(sessions)
    floor = open_floor(lambda _: Behaviour(), 1)
    ((_, agent),) = floor.agents.items()
    night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    monkeypatch.setattr("dialer.engine.loop.utc_now", lambda: night)
    make_callback(sessions, first, agent.user_id, night - timedelta(minutes=1))
    floor.run(lambda: entry_of(sessions, first).block_reason == "OUT_OF_HOURS")
    turns(floor)
    entry = entry_of(sessions, first)
    assert floor.nodes.originated == []
    assert entry.next_at.astimezone(UTC).hour == 0  # 08:00 in Shanghai
    assert entry.callback_user_id == agent.user_id


def test_a_callback_never_takes_the_agent_whom_a_call_in_the_air_needs(
    open_floor, sessions, tmp_path
):
    make_campaign(sessions, tmp_path, 2, now())
    with read(sessions) as session:
        mine = session.scalars(select(Entry.id).order_by(Entry.id.desc())).first()
    make_callback(sessions, mine, None, now() + LATER)
    script = {}
    floor = open_floor(lambda n: script.setdefault(n, Behaviour(rings=0.6, talks=0.2)), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: len(floor.nodes.originated) == 1)
    make_callback(sessions, mine, agent.user_id)
    floor.run(lambda: len(codes(sessions)) == 2)
    assert codes(sessions) == ["RPC_REFUSE", "RPC_REFUSE"]
    assert [o.seat_id for o in floor.nodes.originated] == ["", str(seat_id)]
    with read(sessions) as session:
        assert session.scalar(select(func.count()).where(Attempt.abandoned)) == 0


# --- while it rings --------------------------------------------------------------------------------


def ring_for(open_floor, sessions, tmp_path, behaviour, agents=1):
    """A callback rings for the first agent: (floor, seat, agent, attempt)."""
    make_campaign(sessions, tmp_path, 1, now())
    (first,) = rest_all(sessions)
    floor = open_floor(lambda _: behaviour, agents)
    seat_id, agent = next(iter(floor.agents.items()))
    make_callback(sessions, first, agent.user_id)
    floor.run(lambda: seat_state(sessions, seat_id) == "dialing")
    with read(sessions) as session:
        attempt = session.scalars(select(Attempt)).one()
    return floor, seat_id, agent, attempt


def test_the_agent_may_cancel_and_is_ready_again(open_floor, sessions, tmp_path):
    floor, seat_id, agent, attempt = ring_for(open_floor, sessions, tmp_path, RINGS_LONG)
    with pytest.raises(Refused, match="seat_busy"):
        go_home(sessions, agent, now())
    ready = sum(isinstance(c, SeatReady) for c in floor.nodes.sent)
    ask_hangup(sessions, agent, attempt.id, now())
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    assert codes(sessions) == ["CANCELLED"]
    assert sum(isinstance(c, SeatReady) for c in floor.nodes.sent) == ready + 1


def test_a_stranger_cannot_cancel_it(open_floor, sessions, tmp_path):
    _, _, _, attempt = ring_for(open_floor, sessions, tmp_path, RINGS_LONG)
    with pytest.raises(Refused, match="not_your_call"):
        ask_hangup(sessions, make_user(sessions, "agent"), attempt.id, now())


def test_an_agent_who_leaves_the_desk_ends_the_call_that_rings_for_them(
    open_floor, sessions, tmp_path
):
    floor, seat_id, agent, _ = ring_for(open_floor, sessions, tmp_path, RINGS_LONG)
    desk_lost(sessions, agent.user_id, now())
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")
    assert codes(sessions) == ["CANCELLED"]


def test_a_pause_begins_when_the_call_is_over(open_floor, sessions, tmp_path):
    floor, seat_id, agent, _ = ring_for(open_floor, sessions, tmp_path, Behaviour(rings=0.5))
    choose_status(sessions, agent, "paused", "short", now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")


def test_a_lost_leg_gives_the_customer_to_any_agent(open_floor, sessions, tmp_path):
    floor, seat_id, _, attempt = ring_for(
        open_floor, sessions, tmp_path, Behaviour(rings=0.5, talks=0.2), agents=2
    )
    floor.nodes.lose_leg(str(seat_id))
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    with read(sessions) as session:
        assert session.get_one(Attempt, attempt.id).seat_id not in (None, seat_id)
    floor.nodes.find_leg(str(seat_id))
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")


def test_the_next_engine_knows_for_whom_it_rings(open_floor, sessions, tmp_path):
    floor, seat_id, _, attempt = ring_for(open_floor, sessions, tmp_path, Behaviour(rings=1.0))
    again = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    again.start(floor.nodes)
    floor.engine = again
    assert seat_state(sessions, seat_id) == "dialing"
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with read(sessions) as session:
        assert session.get_one(Attempt, attempt.id).seat_id == seat_id
    assert len(floor.nodes.originated) == 1


def test_a_node_that_forgot_the_reservation_is_believed(open_floor, sessions, tmp_path):
    floor, seat_id, _, attempt = ring_for(open_floor, sessions, tmp_path, RINGS_LONG)
    floor.nodes._matcher.call_over(attempt.id)
    floor.engine.floor.calls[attempt.id].placed_at -= 60
    floor.engine._snapshot_at = 0.0
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    assert floor.engine.floor.calls[attempt.id].for_seat == 0


def test_when_the_node_says_that_the_seat_is_gone_the_callback_is_kept(
    open_floor, sessions, tmp_path
):
    make_campaign(sessions, tmp_path, 1, now())
    (first,) = rest_all(sessions)
    floor = open_floor(lambda _: Behaviour(), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    floor.nodes._seats[str(seat_id)] = False  # the event of it is still on its way
    make_callback(sessions, first, agent.user_id)
    floor.run(lambda: codes(sessions) == ["SEAT_GONE"])
    entry = entry_of(sessions, first)
    assert (entry.state, entry.callback_user_id) == ("ready", agent.user_id)
    assert timedelta(0) < entry.next_at - now() <= timedelta(minutes=1)
    with read(sessions) as session:
        assert session.scalars(select(Attempt.verdict)).all() == ["not_sent"]


# --- guaranteed agents ----------------------------------------------------------------------------


def test_who_needs_a_guaranteed_agent_is_called_one_to_one(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    with write(sessions) as session:
        entry, other = session.scalars(select(Entry).order_by(Entry.id)).all()
        other.next_at = now() + timedelta(days=2)
        number = session.scalar(select(Phone.number).where(Phone.debtor_id == entry.debtor_id))
        at = now() - timedelta(hours=3)
        session.add(Attempt(
            id="ab" * 16, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
            account_id=entry.account_id, debtor_id=entry.debtor_id, number=number,
            outbound_number="95035100", local_day=at.date(), engine_epoch=1, node="n", licence={},
            created_at=at, answered_at=at, ended_at=at, abandoned=True, state="ended",
            verdict="answered",
        ))  # fmt: skip
    floor = open_floor(lambda _: Behaviour(talks=0.1), 2)
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    (order,) = floor.nodes.originated
    assert order.number == number
    assert order.seat_id in {str(seat_id) for seat_id in floor.agents}
    with read(sessions) as session:
        attempt = session.scalars(select(Attempt).where(Attempt.id != "ab" * 16)).one()
    assert attempt.seat_id == attempt.for_seat_id == int(order.seat_id)


# --- by hand ---------------------------------------------------------------------------------------


@pytest.fixture
def manual(open_floor, sessions, tmp_path):
    """A manual campaign of three entries and one agent who waits."""
    campaign = make_campaign(sessions, tmp_path, 3, now())
    set_mode(sessions, campaign, "manual")
    floor = open_floor(lambda _: Behaviour(talks=0.1), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with read(sessions) as session:
        entries = list(session.scalars(select(Entry).order_by(Entry.id)))
    return floor, seat_id, agent, entries


def test_a_manual_campaign_is_dialed_by_hand_only(manual, sessions):
    floor, seat_id, agent, (first, second, _) = manual
    turns(floor, 20)
    assert floor.nodes.originated == []
    with read(sessions) as session:
        phone = session.scalars(select(Phone).where(Phone.debtor_id == second.debtor_id)).one()
    asked = ask_dial(
        sessions, agent, key="dial-0001", entry_id=second.id, phone_id=phone.id, now=now()
    )
    assert asked == ask_dial(
        sessions, agent, key="dial-0001", entry_id=second.id, phone_id=phone.id, now=now()
    )
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    (order,) = floor.nodes.originated
    assert (order.number, order.seat_id) == (phone.number, str(seat_id))
    assert (request_of(sessions).state, request_of(sessions).attempt_id) == (
        "placed",
        order.call_id,
    )
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with pytest.raises(Refused, match="number_not_of_case"):
        ask_dial(sessions, agent, key="dial-0002", entry_id=first.id, phone_id=phone.id, now=now())


def test_the_gate_s_no_is_told_with_code_and_time(manual, sessions):
    floor, seat_id, agent, (first, second, _) = manual
    stop_contact(sessions, SETUP, first.debtor_id, "dispute", "says so", now())
    ask_dial(sessions, agent, key="dial-0001", entry_id=first.id, now=now())
    floor.run(lambda: request_of(sessions).state == "blocked")
    assert request_of(sessions).code == "DISPUTE_OPEN"
    ask_dial(sessions, agent, key="dial-0002", entry_id=second.id, now=now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with write(sessions) as session:  # the list would call again today: the number rests
        session.get_one(Entry, second.id).state = "ready"
    ask_dial(sessions, agent, key="dial-0003", entry_id=second.id, now=now())
    floor.run(lambda: request_of(sessions).state == "blocked")
    assert request_of(sessions).code == "CAP_INTERVAL"
    assert request_of(sessions).until > now()
    assert len(floor.nodes.originated) == 1


def test_a_paused_agent_may_dial_and_is_paused_again(manual, sessions):
    floor, seat_id, agent, (first, *_) = manual
    choose_status(sessions, agent, "paused", "other", now())
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")
    ask_dial(sessions, agent, key="dial-0001", entry_id=first.id, now=now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")


def test_a_future_callback_of_one_s_own_may_be_dialed_now(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2, now())
    first, second = rest_all(sessions)
    floor = open_floor(lambda _: Behaviour(), 2)
    (seat_id, agent), (_, other) = floor.agents.items()
    make_callback(sessions, first, agent.user_id, now() + LATER)
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with pytest.raises(Refused, match="not_your_case"):
        ask_dial(sessions, other, key="dial-0001", entry_id=first, now=now())
    with pytest.raises(Refused, match="not_your_case"):
        ask_dial(sessions, agent, key="dial-0002", entry_id=second, now=now())
    with pytest.raises(Refused, match="not_your_seat"):
        ask_dial(sessions, other, key="dial-0003", entry_id=first, seat_id=seat_id, now=now())
    ask_dial(sessions, agent, key="dial-0004", entry_id=first, now=now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    assert [o.seat_id for o in floor.nodes.originated] == [str(seat_id)]


def test_a_supervisor_may_ask_for_an_agent(manual, sessions):
    floor, seat_id, _, (first, *_) = manual
    supervisor = make_user(sessions, "supervisor")
    ask_dial(sessions, supervisor, key="dial-0001", entry_id=first.id, seat_id=seat_id, now=now())
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    assert floor.nodes.originated[0].seat_id == str(seat_id)


def test_a_request_waits_until_no_call_in_the_air_needs_the_agent(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    manual = make_campaign(sessions, tmp_path, 1, now(), seed=2)
    set_mode(sessions, manual, "manual")
    floor = open_floor(lambda _: Behaviour(rings=0.6, talks=0.1), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: len(floor.nodes.originated) == 1)
    with read(sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.campaign_id == manual)).one()
    ask_dial(sessions, agent, key="dial-0001", entry_id=entry.id, now=now())
    turns(floor, 5)
    assert request_of(sessions).state == "asked"
    with pytest.raises(Refused, match="dial_waiting"):
        ask_dial(sessions, agent, key="dial-0002", entry_id=entry.id, now=now())
    floor.run(lambda: len(codes(sessions)) == 2)
    assert codes(sessions) == ["RPC_REFUSE", "RPC_REFUSE"]
    assert [o.seat_id for o in floor.nodes.originated] == ["", str(seat_id)]


def test_a_request_that_waits_too_long_is_not_carried_out_behind_one_s_back(
    manual, sessions, monkeypatch
):
    floor, seat_id, agent, (first, *_) = manual
    floor.nodes.lose_leg(str(seat_id))
    ask_dial(sessions, agent, key="dial-0001", entry_id=first.id, now=now())
    turns(floor)
    assert request_of(sessions).state == "asked"
    monkeypatch.setattr(requests, "EXPIRES", timedelta(0))
    floor.run(lambda: request_of(sessions).state == "blocked")
    assert request_of(sessions).code == "REQUEST_EXPIRED"
    floor.nodes.find_leg(str(seat_id))
    turns(floor)
    assert floor.nodes.originated == []


def test_a_request_may_be_taken_back(manual, sessions):
    floor, seat_id, agent, (first, *_) = manual
    floor.nodes.lose_leg(str(seat_id))
    asked = ask_dial(sessions, agent, key="dial-0001", entry_id=first.id, now=now())
    with pytest.raises(Refused, match="not_your_case"):
        cancel_dial(sessions, make_user(sessions, "agent"), asked["request_id"], now())
    cancel_dial(sessions, agent, asked["request_id"], now())
    floor.nodes.find_leg(str(seat_id))
    turns(floor)
    assert floor.nodes.originated == []
    with pytest.raises(Refused, match="request_over"):
        cancel_dial(sessions, agent, asked["request_id"], now())


def test_two_engines_never_place_it_twice(open_floor, sessions, tmp_path):
    """The older engine still turns while the newer one has the lease."""
    campaign = make_campaign(sessions, tmp_path, 1, now())
    set_mode(sessions, campaign, "manual")
    floor = open_floor(lambda _: RINGS_LONG, 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    old, node = floor.engine, floor.nodes
    newer = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    newer_node = FakeNodes(lambda _: RINGS_LONG, epoch=2)
    newer.start(newer_node)
    floor.engine, floor.nodes = newer, newer_node
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    with read(sessions) as session:
        entry = session.scalars(select(Entry)).one()
    ask_dial(sessions, agent, key="dial-0001", entry_id=entry.id, now=now())
    stale = Directed(sessions, old.floor, CN, old.epoch)
    assert stale.before_pacer("fake", 10, now()) == 0  # it asks first, with an epoch that is over
    assert request_of(sessions).state == "asked"  # and leaves the answer to the newer one
    floor.run(lambda: seat_state(sessions, seat_id) == "dialing")
    turns(floor)
    assert (len(node.originated), len(newer_node.originated)) == (0, 1)
    with read(sessions) as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_a_paused_campaign_is_not_dialed_by_hand_either(manual, sessions):
    floor, _, agent, (first, *_) = manual
    with write(sessions) as session:
        session.get_one(Campaign, first.campaign_id).state = "paused"
    with pytest.raises(Refused, match="campaign_not_running"):
        ask_dial(sessions, agent, key="dial-0001", entry_id=first.id, now=now())
    assert not any(isinstance(c, Hangup) for c in floor.nodes.sent)
