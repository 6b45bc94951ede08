"""Quality as a supervisor, an auditor and an agent use it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dialer.domain.scorecards import DEFAULT_CARD
from dialer.reports.period import Period
from dialer.reports.reviews import candidates
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Complaint,
    Creditor,
    Outcome,
    Recording,
    Seat,
    User,
    UserCreditor,
)
from tests.factories import MORNING, make_called, make_campaign
from workbench import recording_desk, review_desk

pytestmark = pytest.mark.web

DAYS = f"from={MORNING.date()}&to={MORNING.date()}"
GOOD = {c.key: c.best for c in DEFAULT_CARD}


@pytest.fixture
def calls(office, monkeypatch):
    """Four recorded conversations of the office's own agent, sealed elsewhere; their attempts' ids."""
    campaign = make_campaign(office.sessions, office.folder, 4, MORNING)
    make_called(office.sessions, campaign, 4, persons=4)
    with write(office.sessions) as session:
        session.execute(update(Seat).values(user_id=office.users["agent"].user_id))
        ids = session.scalars(select(Attempt.id).order_by(Attempt.id)).all()
        session.add_all(
            Recording(attempt_id=i, state="kept", path="ab/x.kept", seconds=60.0, wav_sha256="", saved_at=MORNING)
            for i in ids
        )  # fmt: skip
    # The sound itself is test_recordings_desk's; here it only matters who opened it.
    monkeypatch.setattr(recording_desk, "opened", lambda path: path)
    monkeypatch.setattr(recording_desk, "peaks_of", lambda kept: {"customer": [], "agent": []})
    monkeypatch.setattr(review_desk, "utc_now", lambda: MORNING + timedelta(hours=3))
    return ids


def hear(visitor, attempt_id):
    answer = visitor.post(f"/recordings/{attempt_id}/listen", {"reason": "quality"})
    assert answer.status_code == 200


def review(visitor, attempt_id, **more):
    return visitor.post(f"/reviews/calls/{attempt_id}", {"answers": GOOD, **more})


def facts(visitor, path):
    page = visitor.client.get(path).text
    return json.loads(re.search(r'id="page-facts"[^>]*>(.*?)</script>', page, re.S).group(1))[
        "facts"
    ]


def test_who_judges_has_listened_and_judges_once(office, calls):
    page = office.visitor("auditor")
    assert review(page, calls[0]).json["error"]["code"] == "review_not_heard"
    hear(page, calls[0])
    kept = review(page, calls[0], comments=[{"at": 12.34, "text": "calm"}], summary="well done")
    assert kept.status_code == 201
    assert review(page, calls[0]).json["error"]["code"] == "review_twice"
    assert review(page, "f" * 32).json["error"]["code"] == "recording_unknown"
    with read(office.sessions) as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "review.add")).one()
    assert row.subject == f"attempt:{calls[0]}"
    assert row.after["percent"] == 100

    agent = office.visitor("agent")
    (own,) = facts(agent, "/my-reviews")["reviews"]
    assert (own["percent"], own["comments"]) == (100, [{"at": 12.3, "text": "calm"}])
    told = agent.post(f"/my-reviews/{own['id']}/reply", {"text": "thank you"})
    assert told.json["reviews"][0]["reply"] == "thank you"
    again = agent.post(f"/my-reviews/{own['id']}/reply", {"text": "and another thing"})
    assert again.json["error"]["code"] == "review_replied"
    other = office.visitor("supervisor").post(f"/my-reviews/{own['id']}/reply", {"text": "x"})
    assert other.json["error"]["code"] == "review_not_yours"


def test_the_report_says_score_count_criterion_and_who_reviewed(office, calls):
    first, second = office.visitor("supervisor"), office.visitor("manager")
    for visitor, attempt_id, answers in (
        (first, calls[0], GOOD),
        (first, calls[1], GOOD | {"no_threat": 0}),
        (second, calls[1], GOOD | {"listened": 0, "read_back": None}),
    ):
        hear(visitor, attempt_id)
        assert review(visitor, attempt_id, answers=answers).status_code == 201
    data = first.client.get(f"/reviews/data?{DAYS}").json
    (row,) = data["agents"]
    assert (row["reviews"], row["failed"]) == (3, 1)
    assert [(r["name"], r["reviews"]) for r in row["reviewers"]] == [
        ("测试supervisor", 2),
        ("测试manager", 1),
    ]
    third = 100 * (22 - 3) / 22  # listened: weight 3 of 22 that there was occasion for
    assert row["percent"] == pytest.approx((100 + 0 + third) / 3, abs=0.1)
    by_key = {line["key"]: (line["n"], line["percent"]) for line in row["criteria"]}
    assert by_key["read_back"] == (2, 100)
    assert by_key["no_threat"] == (3, 66.7)
    assert by_key["listened"] == (3, 66.7)
    assert data["waiting"] == 2  # two calls nobody judged
    assert len(data["reviews"]) == 3


def test_the_next_call_is_drawn_among_those_that_nobody_judged(office, calls):
    page = office.visitor("supervisor")
    with write(office.sessions) as session:
        session.get_one(Recording, calls[1]).seconds = 3.0
        session.get_one(Recording, calls[2]).state = "deleted"
    hear(page, calls[0])
    review(page, calls[0])
    drawn = page.client.get(f"/reviews/next?{DAYS}").json["call"]
    assert drawn["attempt_id"] == calls[3]
    assert "*" in drawn["number"]
    hear(page, calls[3])
    review(page, calls[3])
    assert page.client.get(f"/reviews/next?{DAYS}").json["call"] is None


def test_new_agents_and_complaints_are_told_apart(office, calls):
    with write(office.sessions) as session:
        session.execute(update(User).values(created_at=MORNING - timedelta(days=90)))
        session.get_one(Outcome, calls[0]).code = "COMPLAINT"
    period = Period(MORNING.date(), MORNING.date())
    with read(office.sessions) as session:
        found = {c.attempt_id: c for c in candidates(session, period, 0)}
        assert not candidates(session, period, office.users["agent"].user_id)  # not one's own
    assert [found[i].complained for i in calls] == [True, False, False, False]
    assert not any(c.is_new_agent for c in found.values())
    with write(office.sessions) as session:
        session.execute(update(User).values(created_at=MORNING - timedelta(days=3)))
        debtor = session.get_one(Attempt, calls[1]).debtor_id
        session.add(Complaint(
            debtor_id=debtor, channel="phone", text="x", due_on=MORNING.date(),
            at=MORNING + timedelta(days=2),
        ))  # fmt: skip
    with read(office.sessions) as session:
        found = {c.attempt_id: c for c in candidates(session, period, 0)}
    assert found[calls[1]].complained
    assert all(c.is_new_agent for c in found.values())


def test_a_new_card_leaves_earlier_judgements_alone(office, calls):
    manager = office.visitor("manager")
    hear(manager, calls[0])
    review(manager, calls[0])
    bad = manager.post("/reviews/card", {"criteria": [{"kind": "yes_no", "weight": 1}]})
    assert bad.json["error"]["code"] == "card_text"
    assert "1" in bad.json["error"]["text"]
    line = {"key": "own_1", "text": "说了再见", "kind": "yes_no", "weight": 1, "critical": True}
    assert manager.post("/reviews/card", {"criteria": [line]}).json["card"] == [line]
    assert facts(manager, "/reviews")["card"] == [line]
    hear(manager, calls[1])
    assert review(manager, calls[1]).json["error"]["code"] == "review_unknown"
    assert review(manager, calls[1], answers={"own_1": 0}).status_code == 201
    new, old = manager.client.get(f"/reviews/data?{DAYS}").json["reviews"]
    assert (new["percent"], new["failed"]) == (0, ["own_1"])
    assert (old["percent"], len(old["criteria"])) == (100, len(DEFAULT_CARD))


def test_whoever_sees_one_creditor_hears_and_judges_only_its_calls(office, calls):
    supervisor, auditor = office.visitor("supervisor"), office.visitor("auditor")
    hear(supervisor, calls[0])
    review(supervisor, calls[0])
    with write(office.sessions) as session:
        other = Creditor(name="另一家", promise_days_max=7, created_at=MORNING)
        session.add(other)
        session.flush()
        auditor_id = office.users["auditor"].user_id
        session.add(UserCreditor(user_id=auditor_id, creditor_id=other.id))
    assert auditor.client.get(f"/reviews/next?{DAYS}").json["call"] is None
    assert auditor.client.get(f"/reviews/data?{DAYS}").json == {
        "agents": [], "reviews": [], "waiting": 0,
    }  # fmt: skip
    assert auditor.client.get(f"/reviews/calls/{calls[1]}").status_code == 404
    refused = auditor.post(f"/recordings/{calls[1]}/listen", {"reason": "quality"})
    assert refused.json["error"]["code"] == "recording_unknown"
    assert supervisor.client.get(f"/reviews/next?{DAYS}").json["call"] is not None
