"""A comparison is planned first and judged on the people it was planned for, whatever comes later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dialer.store.session import write
from dialer.store.tables import Attempt, Campaign, Comparison, Entry, Outcome, Promise
from tests.factories import MORNING, make_called, make_campaign
from workbench import compare_desk

pytestmark = pytest.mark.web

LATER = MORNING + timedelta(days=8)


@pytest.fixture
def pair(office, monkeypatch):
    """Two campaigns of four people, each called once; of the second's, two promised. Planned before."""
    monkeypatch.setattr(compare_desk, "utc_now", lambda: MORNING - timedelta(hours=1))
    first = make_campaign(office.sessions, office.folder, 8, MORNING)
    with write(office.sessions) as session:
        other = Campaign(
            name="B", creditor_id=session.get_one(Campaign, first).creditor_id, created_by=1,
            created_at=MORNING,
        )  # fmt: skip
        session.add(other)
        session.flush()
        for entry in session.scalars(select(Entry).order_by(Entry.id.desc()).limit(4)).all():
            entry.campaign_id = other.id
        ids = [first, other.id]
    for campaign in ids:
        make_called(office.sessions, campaign, 4, persons=3)
        with write(office.sessions) as session:
            entries = session.scalars(select(Entry).where(Entry.campaign_id == campaign)).all()
            calls = session.scalars(
                select(Attempt).where(Attempt.campaign_id == campaign).order_by(Attempt.id)
            )
            for call, entry in zip(calls, entries, strict=True):
                call.entry_id, call.account_id = entry.id, entry.account_id
    with write(office.sessions) as session:
        for call in session.scalars(
            select(Attempt).where(Attempt.campaign_id == ids[1], Attempt.talk_ms > 0).limit(2)
        ):
            session.get_one(Outcome, call.id).code = "PTP"
            session.add(Promise(
                account_id=call.account_id, attempt_id=call.id, campaign_id=ids[1], amount_minor=1,
                made_on=MORNING.date(), currency="CNY", due_on=MORNING.date(), state="kept",
                at=MORNING + timedelta(minutes=2),
            ))  # fmt: skip
    return ids


def plan(visitor, pair, **more):
    asked = {"campaign_a": pair[0], "campaign_b": pair[1], "measure": "promise", "base": 0.1,
             "least": 0.3, "window_days": 7}  # fmt: skip
    return visitor.post("/reports/compare", asked | more)


def test_figures_are_of_people_within_their_days(office, pair, monkeypatch):
    manager = office.visitor("manager")
    made = plan(manager, pair)
    assert made.status_code == 201
    assert made.json["comparisons"][0]["verdict"] == "early"
    assert [side["people"] for side in made.json["comparisons"][0]["sides"]] == [0, 0]  # not ripe

    monkeypatch.setattr(compare_desk, "utc_now", lambda: LATER)
    with write(office.sessions) as session:
        session.execute(update(Comparison).values(planned=4))
    (one,) = manager.client.get("/reports/compare").json["comparisons"]
    a, b = one["sides"]
    assert (a["people"], a["attempts"], b["people"]) == (4, 4, 4)
    assert (a["contact"][0], a["promise"][0], a["kept"]) == (0.75, 0, None)
    assert (b["promise"][0], b["kept"][0]) == (0.5, 1)
    assert b["minutes_per_promise"][0] == pytest.approx((60 + 120 + 60 + 30) / 60 / 2)
    assert one["verdict"] == "none"  # two of four against none: nothing is shown
    assert one["difference"][0] == 0.5


def test_people_beyond_the_plan_and_what_came_too_late_change_nothing(office, pair, monkeypatch):
    manager = office.visitor("manager")
    plan(manager, pair)
    monkeypatch.setattr(compare_desk, "utc_now", lambda: LATER)
    with write(office.sessions) as session:
        session.execute(update(Comparison).values(planned=3))
        session.execute(update(Promise).values(at=MORNING + timedelta(days=7, minutes=1)))
    (one,) = manager.client.get("/reports/compare").json["comparisons"]
    assert [side["people"] for side in one["sides"]] == [3, 3]
    assert [side["promise"][0] for side in one["sides"]] == [0, 0]


def test_a_plan_that_makes_no_sense_is_refused_in_words(office, pair):
    manager = office.visitor("manager")
    for more, code in (
        ({"campaign_b": pair[0]}, "compare_same"), ({"measure": "luck"}, "compare_measure"),
        ({"least": 0.001}, "compare_shares"), ({"base": 0.8}, "compare_shares"),
        ({"window_days": 0}, "compare_window"), ({"campaign_b": 99}, "campaign_unknown"),
    ):  # fmt: skip
        refused = plan(manager, pair, **more)
        assert refused.json["error"]["code"] == code
        assert "{" not in refused.json["error"]["text"]
