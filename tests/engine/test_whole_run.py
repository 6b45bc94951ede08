"""A whole list against the fake node: totals add up, nothing is dialed twice."""

from __future__ import annotations

from collections import Counter

import pytest

from dialer.reports import tally
from dialer.store import audit
from dialer.store.session import read
from dialer.store.tables import Attempt, Entry, SeatSpan
from telephony.fake import Behaviour
from telephony.protocol import Verdict
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine

KINDS = (
    Behaviour(), Behaviour(), Behaviour(Verdict.BUSY), Behaviour(Verdict.NO_ANSWER),
    Behaviour(Verdict.INVALID_NUMBER), Behaviour(Verdict.FAILED),
)  # fmt: skip


def script(number: str) -> Behaviour:
    return KINDS[int(number[-3:]) % len(KINDS)]


def test_a_list_runs_to_its_end_and_adds_up(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 60, now())
    floor = open_floor(script, 3)

    def over() -> bool:
        with read(sessions) as session:
            return tally.is_over(session, [campaign], now())

    floor.run(over)
    with read(sessions) as session:
        totals = tally.run_totals(session, [campaign], now())
        expected = Counter(script(o.number).verdict for o in floor.nodes.originated)
        assert totals["attempts"] == 60 == len(floor.nodes.originated)
        assert totals["answered"] == totals["connected"] == expected[Verdict.ANSWERED]
        assert totals["abandoned"] == 0
        assert sum(totals["outcomes"].values()) == 60
        assert totals["outcomes"]["RPC_REFUSE"] == expected[Verdict.ANSWERED]
        assert totals["outcomes"]["INVALID"] == expected[Verdict.INVALID_NUMBER]
        assert session.query(Entry).filter_by(state="in_flight").count() == 0
        assert session.query(Attempt).filter(Attempt.licence.is_(None)).count() == 0
        assert audit.first_broken(session) is None
        for (seat_id,) in session.query(SeatSpan.seat_id).distinct():
            open_spans = session.query(SeatSpan).filter_by(seat_id=seat_id, ended_at=None)
            assert open_spans.count() == 1
    assert len({o.number for o in floor.nodes.originated}) == 60
    assert {o.outbound_number for o in floor.nodes.originated} == {"95035100", "95035101"}


def test_never_more_calls_in_the_air_than_idle_seats(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 30, now())
    floor = open_floor(lambda _: Behaviour(rings=0.05), 2)
    for _ in range(40):
        floor.turn()
        assert floor.engine.floor.in_air("fake") <= 2
    assert len(floor.nodes.originated) > 4
