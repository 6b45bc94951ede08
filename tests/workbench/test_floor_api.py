"""The floor for programs: assignments, weights, the pacer's words, figures for a monitor."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from dialer.domain.pacing import Plan
from dialer.engine.pulse import write_pulse
from dialer.store.session import read, write
from dialer.store.tables import Assignment, Campaign
from tests.factories import MORNING, make_campaign, make_ready_agent
from tests.workbench.test_api import Program

pytestmark = pytest.mark.web

PLAN = Plan(
    count=3, by_list=(("1", 3),), expected_arrivals=2.4, expected_free=5.2, horizon_seconds=11.0,
    risk=0.021, threshold=0.034, budget_left=7.0, held_by="rate", idle=2, in_air=9, answer_rate=0.24,
)  # fmt: skip


@pytest.fixture
def campaign(office):
    campaign = make_campaign(office.sessions, office.folder, 3, MORNING)
    with write(office.sessions) as session:
        write_pulse(session, campaign, [PLAN], {"total": 3}, MORNING)
    return campaign


def test_agents_and_weights_are_set_by_those_who_may(office, campaign):
    agent = office.users["agent"].user_id
    supervisor, manager = Program(office, "supervisor"), Program(office, "manager")
    answer = supervisor.call("PUT", f"/users/{agent}/campaigns", {"campaign_ids": [campaign]})
    assert answer.status_code == 200, answer.json
    assert manager.call("PUT", f"/campaigns/{campaign}/weight", {"weight": 2.5}).status_code == 200
    assert supervisor.call("PUT", f"/campaigns/{campaign}/weight", {"weight": 2}).status_code == 403
    assert manager.call("PUT", f"/campaigns/{campaign}/weight", {"weight": 0}).status_code == 409
    machines = {"policy": "hang_up", "limit_ms": 2500}
    assert supervisor.call("PUT", f"/campaigns/{campaign}/screening", machines).status_code == 403
    assert manager.call("PUT", f"/campaigns/{campaign}/screening", machines).status_code == 200
    odd = manager.call("PUT", f"/campaigns/{campaign}/screening", {"policy": "shout"})
    assert odd.status_code == 422
    unknown = supervisor.call("PUT", f"/users/{agent}/campaigns", {"campaign_ids": [77]})
    assert unknown.status_code == 404
    with read(office.sessions) as session:
        assert session.scalars(select(Assignment.campaign_id)).all() == [campaign]
        assert session.get_one(Campaign, campaign).weight == 2.5
        assert session.get_one(Campaign, campaign).amd_policy == "hang_up"


def test_the_decision_is_explained_in_a_sentence(office, campaign):
    answer = Program(office, "supervisor").call("GET", f"/campaigns/{campaign}/pacing").json
    assert (answer["expected_free"], answer["threshold"], answer["held_by"]) == (5.2, 0.034, "rate")
    for words in (
        "2 agents idle",
        "5.2 expected free within 11 s",
        "24 % answer",
        "2.1 %",
        "3.4 %",
        "only 3 more",
    ):
        assert words in answer["sentence"]
    assert "{" not in answer["sentence"]
    assert Program(office).call("GET", "/campaigns/99/pacing").status_code == 404


def test_figures_for_a_monitor_are_those_of_the_board(office, campaign):
    make_ready_agent(office.sessions, MORNING)
    answer = Program(office, "supervisor").call("GET", "/metrics")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text) for sample in family.samples
    }  # fmt: skip
    assert found["kept_pacing_risk", str(campaign)] == 0.021
    assert found["kept_campaign_attempts", str(campaign)] == 0
    assert ("kept_seats", "idle") in found
    assert Program(office, "agent").call("GET", "/metrics").status_code == 403
