"""Preview: offered to one agent, answered or not, whatever dies in the middle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import pause_campaign
from dialer.actions.intake.asking import undo_upload
from dialer.actions.intake.withdrawing import withdraw_upload
from dialer.actions.previews import answer_preview
from dialer.actions.refusals import Refused
from dialer.actions.seats import choose_status
from dialer.actions.stops import stop_contact
from dialer.domain.previews import SKIP_REST
from dialer.engine import loop
from dialer.settings import DialerSettings
from dialer.store.session import read, write
from dialer.store.tables import Campaign, DialRequest, Entry, Preview, Seat, SeatSpan, Upload
from telephony.fake import Behaviour, FakeNodes
from telephony.protocol import Verdict
from tests.engine.conftest import SETTINGS, now
from tests.engine.test_directed import codes, entry_of, make_callback, seat_state, set_mode, turns
from tests.factories import make_campaign, make_user

pytestmark = pytest.mark.engine


def previews(sessions) -> list[Preview]:
    with read(sessions) as session:
        return list(session.scalars(select(Preview).order_by(Preview.id)))


def in_state(sessions, *states: str) -> list[int]:
    return [p.id for p in previews(sessions) if p.state in states]


@pytest.fixture
def offered(open_floor, sessions, tmp_path):
    """A preview campaign of three; its first entry is offered to the only agent."""
    campaign = make_campaign(sessions, tmp_path, 3, now())
    set_mode(sessions, campaign, "preview", preview_seconds=30)
    floor = open_floor(lambda _: Behaviour(talks=0.1), 1)
    ((seat_id, agent),) = floor.agents.items()
    floor.run(lambda: seat_state(sessions, seat_id) == "previewing")
    (preview,) = previews(sessions)
    return floor, seat_id, agent, preview


def test_an_offer_is_claimed_and_dialed_for_its_agent(offered, sessions):
    floor, seat_id, agent, preview = offered
    assert floor.nodes.originated == []
    assert entry_of(sessions, preview.entry_id).state == "offered"
    assert preview.deadline_at - preview.offered_at == timedelta(seconds=30)
    answer_preview(
        sessions, agent, key="preview-01", preview_id=preview.id, answer="dial", now=now()
    )
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])
    assert [o.seat_id for o in floor.nodes.originated] == [str(seat_id)]
    assert previews(sessions)[0].state == "dialed"
    floor.run(lambda: seat_state(sessions, seat_id) == "previewing")  # and the next one
    assert previews(sessions)[1].entry_id != preview.entry_id
    with read(sessions) as session:
        spans = list(session.scalars(select(SeatSpan.state).where(SeatSpan.seat_id == seat_id)))
    at = spans.index("previewing")
    assert spans[at : at + 4] == ["previewing", "dialing", "talking", "wrap_up"]


def test_a_second_agent_gets_another_entry(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3, now())
    set_mode(sessions, campaign, "preview")
    floor = open_floor(lambda _: Behaviour(), 2)
    floor.run(lambda: len(in_state(sessions, "open")) == 2)
    assert len({p.entry_id for p in previews(sessions)}) == 2
    assert len({p.seat_id for p in previews(sessions)}) == 2


@pytest.mark.parametrize(
    ("answer", "more", "rest"),
    [
        ("skip", {"reason": "unclear"}, SKIP_REST),
        ("snooze", {"minutes": 45}, timedelta(minutes=45)),
    ],
)
def test_skip_and_snooze_give_the_entry_back_with_a_rest(offered, sessions, answer, more, rest):
    floor, _, agent, preview = offered
    asked = now()
    words = {"key": "preview-01", "preview_id": preview.id, "answer": answer, **more}
    answer_preview(sessions, agent, now=asked, **words)
    assert answer_preview(sessions, agent, now=asked, **words) == {"ok": True}
    entry = entry_of(sessions, preview.entry_id)
    assert (entry.state, entry.next_at) == ("ready", asked + rest)
    floor.run(lambda: len(in_state(sessions, "open")) == 1)
    assert previews(sessions)[-1].entry_id != preview.entry_id
    assert floor.nodes.originated == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"answer": "skip"}, "skip_reason"),
        ({"answer": "snooze", "minutes": 1}, "snooze_minutes"),
        ({"answer": "sing"}, "preview_answer"),
        ({"answer": "dial", "phone_id": 999_999}, "number_not_of_case"),
    ],
)
def test_wrong_answers_change_nothing(offered, sessions, words, code):
    _, _, agent, preview = offered
    with pytest.raises(Refused, match=code):
        answer_preview(sessions, agent, key="preview-01", preview_id=preview.id, now=now(), **words)
    assert in_state(sessions, "open") == [preview.id]


def test_nobody_else_answers_and_nobody_answers_late(offered, sessions):
    _, _, agent, preview = offered
    words = {"key": "preview-01", "preview_id": preview.id, "answer": "dial"}
    with pytest.raises(Refused, match="not_your_case"):
        answer_preview(sessions, make_user(sessions, "agent"), now=now(), **words)
    with pytest.raises(Refused, match="preview_over"):
        answer_preview(sessions, agent, now=preview.deadline_at, **words)


def test_a_missed_offer_goes_back_and_pauses_the_seat(offered, sessions):
    floor, seat_id, _, preview = offered
    with write(sessions) as session:
        session.get_one(Preview, preview.id).deadline_at = now()
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")
    assert in_state(sessions, "missed") == [preview.id]
    assert entry_of(sessions, preview.entry_id).state == "ready"
    with read(sessions) as session:
        seat = session.get_one(Seat, seat_id)
    assert (seat.status, seat.pause_reason) == ("paused", "preview_missed")
    turns(floor)
    assert len(previews(sessions)) == 1  # nothing is shown to an empty chair


def test_a_pause_takes_the_offer_back(offered, sessions):
    floor, seat_id, agent, preview = offered
    choose_status(sessions, agent, "paused", "short", now())
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")
    assert in_state(sessions, "withdrawn") == [preview.id]
    assert entry_of(sessions, preview.entry_id).state == "ready"


def test_a_stop_takes_the_offer_off_the_screen(offered, sessions):
    floor, _, _, preview = offered
    with read(sessions) as session:
        debtor = session.get_one(Entry, preview.entry_id).debtor_id
    stop_contact(sessions, SETUP, debtor, "dispute", "says so", now())
    floor.run(lambda: in_state(sessions, "withdrawn") == [preview.id])
    assert entry_of(sessions, preview.entry_id).state == "held"


def test_a_paused_campaign_takes_its_offers_back(offered, sessions):
    floor, seat_id, _, preview = offered
    with read(sessions) as session:
        campaign = session.scalars(select(Campaign.id)).one()
    pause_campaign(sessions, SETUP, campaign, now())
    floor.run(lambda: seat_state(sessions, seat_id) == "idle")
    assert in_state(sessions, "withdrawn") == [preview.id]
    assert entry_of(sessions, preview.entry_id).state == "ready"


def test_the_gate_is_asked_again_before_the_invite(offered, sessions):
    floor, seat_id, agent, preview = offered
    answer_preview(
        sessions, agent, key="preview-01", preview_id=preview.id, answer="dial", now=now()
    )
    with write(sessions) as session:  # a hand in the database: no fact tells of it
        from dialer.store.tables import Hold

        debtor = session.get_one(Entry, preview.entry_id).debtor_id
        session.add(Hold(debtor_id=debtor, kind="cease", starts_at=now() - timedelta(days=1)))
    floor.run(lambda: in_state(sessions, "blocked") == [preview.id])
    with read(sessions) as session:
        assert session.scalars(select(DialRequest.code)).all() == ["CEASE"]
    assert entry_of(sessions, preview.entry_id).state == "held"
    floor.run(lambda: seat_state(sessions, seat_id) == "previewing")
    assert floor.nodes.originated == []


def test_an_offer_survives_its_engine(offered, sessions):
    floor, seat_id, agent, preview = offered
    again = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    again.start(floor.nodes)
    floor.engine = again
    turns(floor, 30)
    assert in_state(sessions, "open") == [preview.id]
    assert seat_state(sessions, seat_id) == "previewing"
    answer_preview(
        sessions, agent, key="preview-01", preview_id=preview.id, answer="dial", now=now()
    )
    floor.run(lambda: codes(sessions) == ["RPC_REFUSE"])


def test_what_ran_out_without_an_engine_is_taken_back_and_nobody_is_paused(offered, sessions):
    floor, seat_id, _, preview = offered
    with write(sessions) as session:
        session.get_one(Preview, preview.id).deadline_at = now() - timedelta(seconds=1)
    again = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
    again.start(FakeNodes(lambda _: Behaviour(), epoch=2))
    floor.engine, floor.nodes = again, again.client
    assert in_state(sessions, "withdrawn") == [preview.id]
    floor.run(lambda: seat_state(sessions, seat_id) == "previewing")
    with read(sessions) as session:
        assert session.get_one(Seat, seat_id).status == "ready"


def test_a_callback_in_a_preview_campaign_is_offered_first(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3, now())
    set_mode(sessions, campaign, "preview")
    floor = open_floor(lambda _: Behaviour(), 1)
    ((seat_id, agent),) = floor.agents.items()
    with read(sessions) as session:
        last = session.scalars(select(Entry.id).order_by(Entry.id.desc())).first()
    make_callback(sessions, last, agent.user_id)
    floor.run(lambda: seat_state(sessions, seat_id) == "previewing")
    assert previews(sessions)[0].entry_id == last
    assert floor.nodes.originated == []


def test_preview_and_the_pacer_take_turns_at_one_agent(open_floor, sessions, tmp_path):
    looked = make_campaign(sessions, tmp_path, 9, now())
    make_campaign(sessions, tmp_path, 9, now(), seed=2)
    set_mode(sessions, looked, "preview")
    floor = open_floor(lambda _: Behaviour(Verdict.BUSY), 1)
    ((_, agent),) = floor.agents.items()

    def answer() -> bool:
        for number in in_state(sessions, "open"):
            answer_preview(
                sessions, agent, key=f"preview-{number}", preview_id=number, answer="dial",
                now=now(),
            )  # fmt: skip
        return len(codes(sessions)) >= 12

    floor.run(answer)
    first = [int(o.campaign) == looked for o in floor.nodes.originated[:12]]
    assert 4 <= sum(first) <= 8, first


def test_an_upload_with_an_offer_is_in_use_and_afterwards_it_can_be_undone(offered, sessions):
    floor, seat_id, agent, preview = offered
    with read(sessions) as session:
        upload = session.scalars(select(Upload.id)).one()
    with pytest.raises(Refused, match="upload_in_use"):
        undo_upload(sessions, SETUP, upload, now())
    choose_status(sessions, agent, "paused", "short", now())
    floor.run(lambda: seat_state(sessions, seat_id) == "paused")
    undo_upload(sessions, SETUP, upload, now())
    withdraw_upload(sessions, upload, now)
    with read(sessions) as session:
        assert session.get_one(Upload, upload).counts["removed"] == 3
    assert previews(sessions) == []
    assert preview.id
