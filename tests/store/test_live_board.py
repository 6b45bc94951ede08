"""The board's figures are those that somebody who counts row by row would find."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.packs import load_pack
from dialer.reports.abandonment import binding, measured
from dialer.reports.live_board import IN_AIR, day_start, snapshot
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Campaign, Entry
from tests.factories import MORNING, make_campaign, make_ready_agent

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
