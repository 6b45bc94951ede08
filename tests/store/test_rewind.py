"""The board as it was at a minute, and the day's room for abandoned calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.packs import load_pack
from dialer.reports.burn_down import burn_down
from dialer.reports.rewind import state_at
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Seat, SeatSpan
from tests.factories import MORNING, make_called, make_campaign

pytestmark = pytest.mark.store


def later(seconds: int):
    return MORNING + timedelta(seconds=seconds)


def test_counts_of_a_past_moment_are_what_was_true_then(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3)
    make_called(
        sessions, campaign, 12, 4
    )  # 4 answer after 8 s, two talk 60 s, two 120 s; 8 ring 20 s
    with write(sessions) as session:
        seat = session.scalars(select(Seat)).one()
        for state, begin, end in (("talking", 8, 90), ("idle", 90, None)):
            session.add(SeatSpan(
                seat_id=seat.id, state=state, started_at=later(begin),
                ended_at=later(end) if end else None,
            ))  # fmt: skip
    with read(sessions) as session:
        states = {s: state_at(session, later(s)) for s in (-1, 5, 10, 30, 100)}
    totals = {s: state["totals"] for s, state in states.items()}
    assert totals[-1].get("attempts", 0) == 0
    assert [totals[s]["attempts"] for s in (5, 10, 30, 100)] == [12] * 4
    assert [totals[s]["in_air"] for s in (5, 10, 30, 100)] == [12, 8, 0, 0]
    assert [totals[s]["connected"] for s in (5, 10, 30, 100)] == [0, 4, 4, 4]
    assert [(totals[s]["talking"], totals[s]["idle"]) for s in (5, 10, 100)] == [
        (0, 0),
        (1, 0),
        (0, 1),
    ]
    assert states[10]["campaigns"][0]["id"] == campaign
    assert states[100]["seats"][0]["since"] == later(90).isoformat()


def test_room_over_the_day_adds_up_to_the_rate_of_now(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3)
    make_called(sessions, campaign, 40, 30)
    with write(sessions) as session:
        answered = select(Attempt).where(Attempt.answered_at.is_not(None)).order_by(Attempt.id)
        for n, attempt in enumerate(session.scalars(answered)):
            attempt.answered_at += timedelta(minutes=4 * n)  # over two hours
            if n == 0:
                attempt.abandoned, attempt.seat_id = True, None
    with read(sessions) as session:
        points = burn_down(session, campaign, load_pack("cn"), later(7200))["points"]
        assert burn_down(session, campaign + 1, load_pack("cn"), later(7200)) is None
    assert [point["persons"] for point in points] == [0, 8, 15, 23, 30]
    assert [point["abandoned"] for point in points] == [0, 1, 1, 1, 1]
    assert points[-1]["at"] == later(7200).isoformat()
    assert points[1]["rate"] == pytest.approx(1 / 8)
    assert points[-1]["budget_left"] == 0
