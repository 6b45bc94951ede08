"""The board's figures are those that somebody who counts row by row would find."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from dialer.facts import CallMoved, OutcomeRecorded
from dialer.feed import publish
from dialer.packs import load_pack
from dialer.reports.abandonment import binding, measured
from dialer.reports.call_counts import CallCounts, Calls, Recounted
from dialer.reports.live_board import IN_AIR, day_start, snapshot
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Campaign, Entry, Outcome
from tests.factories import MORNING, make_called, make_campaign, make_ready_agent

pytestmark = pytest.mark.store
CN = load_pack("cn")


def test_the_day_is_counted_as_by_hand(sessions, tmp_path):
    campaign_id = make_campaign(sessions, tmp_path, 1, MORNING, 1)
    _, seat = make_ready_agent(sessions)
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        for n in range(
            60
        ):  # every fifth yesterday, every second answered, some abandoned or in the air
            at = MORNING - (timedelta(days=1) if n % 5 == 0 else timedelta(minutes=1))
            in_air = n % 7 == 3
            session.add(Attempt(
                id=f"{n:032}", entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign_id,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"154{n:08}",
                outbound_number="95035100", local_day=at.date(), licence={}, engine_epoch=1, node="n",
                state="ringing" if in_air else "ended", created_at=at,
                answered_at=at if n % 2 else None, seat_id=seat if n % 4 == 1 else None,
                abandoned=n % 4 == 3, abandon_cause=("", "late", "paused")[n % 3] if n % 4 == 3 else "",
                ended_at=None if in_air else at,
            ))  # fmt: skip
    with read(sessions) as session:
        shown = snapshot(session, MORNING, CN)["campaigns"][0]
        calls = session.scalars(
            select(Attempt).where(Attempt.created_at >= day_start(MORNING))
        ).all()
        windows = measured(session, session.get_one(Campaign, campaign_id), CN, MORNING)
    assert len(calls) == shown["attempts"] == 48
    assert shown["in_air"] == sum(call.state in IN_AIR for call in calls) > 0
    assert shown["answered"] == sum(call.answered_at is not None for call in calls) > 0
    assert shown["connected"] == sum(call.seat_id is not None for call in calls) > 0
    causes = Counter(call.abandon_cause or "unknown" for call in calls if call.abandoned)
    assert shown["causes"] == causes
    assert set(causes) == {"late", "paused", "unknown"}
    assert shown["window"] == binding(windows, CN.abandon.hard).span.name


def test_what_is_kept_is_what_a_recount_finds(sessions, tmp_path):
    """Calls are made, answered, connected, abandoned and given their outcomes, hours later too, while the
    clock goes on over two midnights."""
    chance = random.Random(7)
    campaigns = [make_campaign(sessions, tmp_path, 1, MORNING, seed) for seed in (1, 2)]
    _, seat = make_ready_agent(sessions)
    with read(sessions) as session:
        entries = {
            entry.campaign_id: (entry.id, entry.case_id, entry.account_id, entry.debtor_id)
            for entry in session.scalars(select(Entry))
        }
    counts, now = CallCounts(), MORNING
    ids: list[str] = []
    for step in range(18):
        now += timedelta(minutes=chance.choice((1, 5, 45, 500)))
        with write(sessions) as session:
            for _ in range(6):
                campaign = chance.choice(campaigns)
                ids.append(f"{len(ids):032}")
                entry_id, case_id, account_id, debtor_id = entries[campaign]
                session.add(Attempt(
                    id=ids[-1], entry_id=entry_id, case_id=case_id, campaign_id=campaign,
                    account_id=account_id, debtor_id=debtor_id, number=f"154{len(ids):08}",
                    outbound_number="95035100", local_day=now.date(), licence={}, engine_epoch=1,
                    node="n", created_at=now - timedelta(seconds=chance.randrange(90)),
                ))  # fmt: skip
                _told(session, ids[-1], campaign, now)
            for attempt_id in chance.sample(ids, 6):
                _moves_on(session, session.get_one(Attempt, attempt_id), chance, seat, now)
        if step == 9:
            fresh = CallCounts()  # a process that starts now
            assert _seen(fresh, sessions, campaigns, now) == _recounted(sessions, campaigns, now)
        assert _seen(counts, sessions, campaigns, now) == _recounted(sessions, campaigns, now)
    with read(sessions) as session:
        for pack in (CN, load_pack("us"), load_pack("uk")):
            assert snapshot(session, now, pack, counts) == snapshot(session, now, pack)


def test_only_parts_in_which_a_call_moved_are_counted_again(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1, MORNING)
    make_called(sessions, campaign, 6, 4)
    counts, now = CallCounts(), MORNING + timedelta(hours=3)
    since = MORNING - timedelta(hours=1)

    def made() -> int:
        with read(sessions) as session, counts.looking(session, now) as calls:
            return calls.made(campaign, since).total()

    assert made() == 6
    with write(sessions) as session:
        session.execute(delete(Outcome))
        session.execute(delete(Attempt).where(Attempt.answered_at.is_(None)))
    assert made() == 6  # nobody told us
    with write(sessions) as session:
        first = session.scalars(select(Attempt)).first()
        _told(session, first.id, campaign, now)
    assert made() == 4
    with write(sessions) as session:
        session.execute(delete(Attempt).where(Attempt.id != first.id))
    now += timedelta(hours=1)
    assert made() == 1  # after an hour everything is asked for again


def _told(session, attempt_id: str, campaign: int, now) -> None:
    publish(session, CallMoved(attempt_id=attempt_id, campaign_id=campaign, state="x"), now)


def _moves_on(session, call: Attempt, chance: random.Random, seat: int, now) -> None:
    """One step of a call's life, told in the same transaction as the engine does."""
    if call.answered_at is None and chance.random() < 0.8:
        call.answered_at, call.state = now, "answered"
    elif call.ended_at is None:
        call.ended_at, call.state = now, "ended"
        match chance.randrange(4):
            case 0:
                call.abandoned, call.abandon_cause = True, chance.choice(("", "no_agent_free"))
                call.message_ms = chance.choice((None, 500.0, 9000.0))
            case 1:
                call.screened = "machine"
            case _:
                call.seat_id, call.connected_at = seat, now
    elif session.get(Outcome, call.id) is None:
        code = chance.choice(("RPC_REFUSE", "AM_AGENT", "NO_AUDIO"))
        session.add(Outcome(attempt_id=call.id, campaign_id=call.campaign_id, code=code, at=now))
        publish(session, OutcomeRecorded(
            attempt_id=call.id, entry_id=call.entry_id, campaign_id=call.campaign_id, code=code,
        ), now)  # fmt: skip
        return
    _told(session, call.id, call.campaign_id, now)


SPANS = (timedelta(minutes=7), timedelta(hours=24), timedelta(days=3))


def _all(calls: Calls, campaigns: list[int], now) -> list[object]:
    sinces = [day_start(now), *(now - span for span in SPANS)]
    return [(calls.made(c, s), calls.kinds(c, s)) for c in campaigns for s in sinces]


def _seen(counts: CallCounts, sessions, campaigns: list[int], now) -> list[object]:
    with read(sessions) as session, counts.looking(session, now) as calls:
        return _all(calls, campaigns, now)


def _recounted(sessions, campaigns: list[int], now) -> list[object]:
    with read(sessions) as session:
        return _all(Recounted(session), campaigns, now)
