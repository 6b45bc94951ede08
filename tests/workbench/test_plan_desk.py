"""The plan page: measured figures, a run in its own process, progress, cancel, and whose run it is."""

from __future__ import annotations

import threading

import pytest

from dialer.clock import monotonic, utc_now
from tests.factories import make_called, make_campaign
from workbench.plan_runs import Runs

pytestmark = pytest.mark.web
PAUSE = threading.Event()
JSON = {"Accept": "application/json"}
FIGURES = {
    "agents": 3, "hours": 0.5, "answer_rate": 0.3, "talk": 60, "wrap": 10, "days": 2,
    "pacer": "progressive",
}  # fmt: skip
# Long enough to be met while it runs, whatever the machine.
LONG = FIGURES | {"agents": 100, "hours": 8, "days": 3}


@pytest.fixture
def manager(office):
    yield office.visitor("manager")
    office.app.extensions["kept_plan_runs"].stop()


def until_over(visitor, run_id: str) -> dict:
    end = monotonic() + 60
    while True:
        found = visitor.client.get(f"/plan/runs/{run_id}", headers=JSON).get_json()
        if found["state"] != "running" or monotonic() > end:
            return found
        PAUSE.wait(0.05)


def test_the_page_offers_campaigns_that_have_called(office, manager):
    campaign = make_campaign(office.sessions, office.folder, 2)
    assert '"campaigns": []' in manager.client.get("/plan").text
    few = manager.client.get(f"/plan/measured/{campaign}", headers=JSON)
    assert few.status_code == 409
    assert "0" in few.get_json()["error"]["text"]
    make_called(office.sessions, campaign, attempts=250, persons=75, machines=25, now=utc_now())
    assert '"attempts": 250' in manager.client.get("/plan").text
    found = manager.client.get(f"/plan/measured/{campaign}", headers=JSON).get_json()
    assert found["figures"]["answer_rate"] == 0.3
    assert found["figures"]["machine_share"] == 0.25
    assert manager.client.get("/plan/measured/999", headers=JSON).status_code == 404


def test_a_run_answers_the_question_and_its_variants(manager):
    begun = manager.post("/plan/runs", FIGURES | {"changes": ["agents=+2", "target=2%"]}).get_json()
    assert begun["ok"], begun
    found = until_over(manager, begun["id"])
    assert found["state"] == "done", found
    answers = found["result"]["answers"]
    assert [one["label"] for one in answers] == ["progressive", "agents=+2", "target=2%"]
    assert [one["agents"] for one in answers] == [3, 5, 3]
    assert answers[2]["target"] == 0.02
    assert 0.3 < answers[0]["occupancy"] < 1
    assert found["result"]["timeline"]["occupancy"]


def test_a_run_can_be_stopped_and_is_nobody_elses(office, manager):
    begun = manager.post("/plan/runs", LONG).get_json()
    again = manager.post("/plan/runs", FIGURES)
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "plan_running")
    other = office.visitor("supervisor")
    assert other.client.get(f"/plan/runs/{begun['id']}", headers=JSON).status_code == 404
    assert other.post(f"/plan/runs/{begun['id']}/cancel").status_code == 404
    found = manager.client.get(f"/plan/runs/{begun['id']}", headers=JSON).get_json()
    assert found["state"] == "running"
    assert 0 <= found["share"] < 1
    assert manager.post(f"/plan/runs/{begun['id']}/cancel").get_json() == {"ok": True}
    found = manager.client.get(f"/plan/runs/{begun['id']}", headers=JSON).get_json()
    assert found["state"] == "cancelled"
    assert manager.post("/plan/runs", FIGURES).get_json()["ok"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [({"agents": 0}, 422, "input"), ({"talk": "long"}, 422, "input"), ({"hope": 1}, 422, "input"),
     ({"changes": ["agents=-3"]}, 409, "plan_figure"), ({"changes": ["mood=1"]}, 409, "plan_figure"),
     ({"answer_rate": 0.9, "machine_share": 0.5}, 409, "plan_figure"),
     ({"agents": 500, "hours": 16, "days": 10}, 409, "plan_too_long"),
     ({"agents": 100, "hours": 8, "days": 3, "compare": True}, 409, "plan_too_long")],
)  # fmt: skip
def test_what_cannot_be_played_is_refused(manager, change, status, code):
    answer = manager.post("/plan/runs", FIGURES | change)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_agents_have_no_plan(office):
    assert office.visitor("agent").client.get("/plan").status_code == 403
    assert office.visitor().client.get("/plan").status_code == 302


def test_a_machine_plays_only_a_few_at_once_and_forgets_old_answers(office):
    runs = Runs()
    try:
        first, _ = (runs.start(user, ["--agents=100", "--days=9"]) for user in (1, 2))
        with pytest.raises(Exception, match="plan_busy"):
            runs.start(3, ["--hours=0.1"])
        assert runs.cancel(1, first)
        broken = runs.start(3, ["--nonsense"])
        runs._runs[broken].process.wait(60)
        assert runs.view(3, broken) == {"state": "failed"}
        assert runs.view(3, "unknown") is None
    finally:
        runs.stop()
    assert runs.view(2, first) is None
