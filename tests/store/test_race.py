"""Two workers, one person, one allowed call: exactly one of them places it, on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from dialer.clock import monotonic
from dialer.domain.seat import SeatState, SeatStatus
from dialer.engine.floor import Floor, LiveSeat
from dialer.engine.place import Placing, place
from dialer.packs import load_pack
from dialer.store import lease
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Entry, Phone
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store


def floor_with_an_agent() -> Floor:
    """Somebody waits, so the abandonment budget is not asked."""
    seat = LiveSeat(1, 1, "", "", SeatStatus.READY, "", SeatState.IDLE, leg_up=True, node="n")
    return Floor(seats={1: seat})


def test_the_last_allowed_call_is_placed_once(sessions, tmp_path):
    campaigns = [make_campaign(sessions, tmp_path, 1, seed=n) for n in (1, 2)]
    with write(sessions) as session:
        one, other = session.scalars(select(Entry).order_by(Entry.id)).all()
        other.debtor_id = one.debtor_id  # the same person owes on two lists
        number = session.scalar(select(Phone.number).where(Phone.debtor_id == one.debtor_id))
        epoch = lease.acquire(session, "test", MORNING)
    placed, faults = [], []
    start = threading.Barrier(2)

    def work(campaign: int) -> None:
        placing = Placing(campaign, "n", 1, epoch, load_pack("cn"), monotonic)
        start.wait()
        try:
            with write(sessions) as session:
                placed.append(place(session, floor_with_an_agent(), placing, MORNING).count)
        except Exception as fault:
            faults.append(fault)

    for _ in range(5):
        threads = [threading.Thread(target=work, args=(campaign,)) for campaign in campaigns]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with write(sessions) as session:
            assert session.scalar(select(func.count()).select_from(Attempt)) == 1
            for entry in session.scalars(select(Entry).where(Entry.state == "ready")):
                entry.next_at = MORNING
    assert faults == []
    assert sum(placed) == 1
    with read(sessions) as session:
        assert session.scalars(select(Attempt.number)).all() == [number]
        assert (
            session.scalar(select(Entry.block_reason).where(Entry.state == "ready")) == "IN_FLIGHT"
        )
