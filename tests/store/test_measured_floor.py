"""What a campaign measured, counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.reports.measured_floor import campaign_named, campaigns_with_calls, measured_floor
from dialer.simulation.questions import Question
from dialer.store.session import read
from dialer.store.tables import Campaign
from tests.factories import MORNING, make_called, make_campaign

pytestmark = pytest.mark.store


def test_figures_by_hand(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3)
    make_called(sessions, campaign, attempts=200, persons=60, machines=20)
    with read(sessions) as session:
        found = measured_floor(session, campaign, MORNING + timedelta(hours=8))
        assert campaigns_with_calls(session)[0]["attempts"] == 200
        name = session.get_one(Campaign, campaign).name
        assert campaign_named(session, name) == campaign
    assert found is not None
    assert found.enough
    assert (found.attempts, found.conversations) == (200, 60)
    figures = found.figures()
    assert figures == {
        "answer_rate": 0.3, "machine_share": 0.25, "busy": 0.5, "failed": 0.0, "ring": 8.0,
        "ring_timeout": 15.0, "talk": 90.0, "talk_cv": 0.34, "wrap": 10.0,
    }  # fmt: skip
    assert Question(**figures).talk == 90.0


def test_too_few_and_none(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 3)
    with read(sessions) as session:
        empty = measured_floor(session, campaign, MORNING)
        assert measured_floor(session, 999, MORNING) is None
        assert campaign_named(session, "没有") is None
        assert campaigns_with_calls(session) == []
    make_called(sessions, campaign, attempts=199, persons=60)
    with read(sessions) as session:
        few = measured_floor(session, campaign, MORNING)
        late = measured_floor(session, campaign, MORNING + timedelta(days=31))
    assert empty is not None
    assert few is not None
    assert late is not None
    assert (empty.enough, few.enough, late.attempts) == (False, False, 0)
