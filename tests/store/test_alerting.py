"""Alerts as rows: raised once, over when good again, kept over a restart; values come from what is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.alerting import Alerts
from dialer.actions.supervising import acknowledge_alert
from dialer.domain.alerts import Value
from dialer.facts import CallMoved
from dialer.feed import publish
from dialer.packs import load_pack
from dialer.reports.alert_values import alert_values
from dialer.reports.board_extras import alerts
from dialer.store.session import read, write
from dialer.store.tables import Alert, FactRow, Pulse, Seat
from tests.factories import MORNING, make_called, make_campaign, make_ready_agent, make_user

pytestmark = pytest.mark.store
PACK = load_pack("cn")


def later(seconds: int):
    return MORNING + timedelta(seconds=seconds)


def rows(sessions) -> list[Alert]:
    with read(sessions) as session:
        return list(session.scalars(select(Alert).order_by(Alert.id)))


def test_raised_once_acknowledged_and_over(sessions):
    watch, bad = Alerts(), Value("calls_failing", "", 0.9, {"failed": 9, "calls": 10})
    assert watch.look(sessions, [bad], MORNING) == 0  # must last ten seconds
    assert watch.look(sessions, [bad], later(10)) == 1
    assert watch.look(sessions, [bad], later(15)) == 0
    assert Alerts().look(sessions, [bad], later(20)) == 0  # a new engine does not ring again
    supervisor = make_user(sessions, "supervisor")
    acknowledge_alert(sessions, supervisor, rows(sessions)[0].id, "在查中继", later(25))
    with read(sessions) as session:
        assert alerts(session)[0]["acknowledged_by"].startswith("测试")
    assert watch.look(sessions, [Value("calls_failing", "", 0.3)], later(30)) == 0  # not good yet
    assert watch.look(sessions, [Value("calls_failing", "", None)], later(31)) == 0
    assert watch.look(sessions, [Value("calls_failing", "", 0.1)], later(35)) == 1
    one = rows(sessions)[0]
    assert (one.raised_at, one.cleared_at, one.comment) == (later(10), later(35), "在查中继")
    with read(sessions) as session:
        moved = session.scalars(select(FactRow.body).where(FactRow.name == "AlertMoved")).all()
    assert [body["state"] for body in moved] == ["raised", "acknowledged", "cleared"]


def test_an_alert_of_a_campaign_that_stopped_is_over(sessions):
    watch = Alerts()
    watch.look(sessions, [Value("list_ending", "campaign:7", 0.01)], MORNING)
    assert watch.look(sessions, [], later(5)) == 1
    assert rows(sessions)[0].cleared_at == later(5)


def test_values_of_a_floor(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3)
    make_called(sessions, campaign, 20, 10)
    for _ in range(3):
        make_ready_agent(sessions)
    with write(sessions) as session:
        session.add(Pulse(campaign_id=campaign, at=MORNING, body={
            "entries": {"total": 100, "dialable": 1, "resting": 2, "done": 97}, "numbers": "CLI_CAP",
        }))  # fmt: skip
        for seat, state in zip(session.scalars(select(Seat)), ("talking", "idle", "idle", "idle"),
                               strict=True):  # fmt: skip
            seat.state, seat.leg_up = state, state == "talking"
        for n in range(12):
            publish(session, CallMoved(attempt_id=f"{n}", campaign_id=campaign, state="ended",
                                       verdict="failed" if n % 4 == 0 else "busy"), MORNING)  # fmt: skip
    with read(sessions) as session:
        found = {(v.code, v.subject): v for v in alert_values(session, PACK, tmp_path, later(60))}
        old = {v.code: v for v in alert_values(session, PACK, None, later(600))}
    subject = f"campaign:{campaign}"
    assert found["abandonment", subject].value == 0
    assert found["list_ending", subject].value == pytest.approx(0.03)
    assert found["numbers_out", subject].value == 1
    assert found["idle_share", ""].value == pytest.approx(0.75)
    assert found["legs_down", ""].value == pytest.approx(0.75)
    assert found["calls_failing", ""].value == pytest.approx(0.25)
    assert 0 < found["disk", ""].value < 1
    assert old["calls_failing"].value == 0  # calls of ten minutes ago say nothing of now
    assert "disk" not in old
