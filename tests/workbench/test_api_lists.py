"""Order, switches, end and lint of a campaign's lists, over the API and on the manager's page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.store.session import read
from dialer.store.tables import Campaign, Upload
from tests.factories import MORNING, make_campaign
from tests.workbench.test_api import Program
from workbench.auth import limiter

pytestmark = pytest.mark.web


@pytest.fixture
def manager(office):
    limiter.reset()
    return Program(office)


@pytest.fixture
def campaign(office, tmp_path) -> int:
    return make_campaign(office.sessions, tmp_path, 2, MORNING)


def test_lists_are_ordered_weighed_switched_and_shown(manager, office, campaign):
    put = f"/campaigns/{campaign}/lists"
    rule = {"order": "balance", "end": {"then": "again", "hours": 48, "times": 2}}
    assert manager.call("PUT", put, rule).status_code == 200
    with read(office.sessions) as session:
        upload = session.scalars(select(Upload.id)).one()
    changed = manager.call("PUT", f"/uploads/{upload}/list", {"weight": 3, "active": False})
    assert changed.status_code == 200
    shown = manager.call("GET", "/campaigns").json["campaigns"][0]
    assert (shown["order"], shown["end"]["then"], shown["end"]["times"]) == ("balance", "again", 2)
    assert (shown["uploads"][0]["weight"], shown["uploads"][0]["active"]) == (3, False)
    steps = manager.call("GET", f"/campaigns/{campaign}/waterfall").json["steps"]
    assert steps == [{"step": "list_off", "count": 2}]
    faults = manager.call("GET", f"/campaigns/{campaign}/lint").json["faults"]
    assert [(f["code"], f["hint"]) for f in faults] == [("lists_off", True)]
    assert "switch one on" in faults[0]["text"]


def test_a_refusal_names_every_fault_with_its_key(manager, office, campaign):
    body = {"recycle": {"attempts_max": 0, "minutes": {"PTP": 9, "XX": 0}, "per_daypart": 0}}
    answer = manager.call("PUT", f"/campaigns/{campaign}/rules", body)
    assert answer.status_code == 409
    found = {f["code"]: f["key"] for f in answer.json["error"]["faults"]}
    assert found == {
        "attempts_max": "recycle.attempts_max", "daypart_zero": "recycle.per_daypart",
        "unknown_codes": "recycle.minutes", "never_retried": "recycle.minutes",
        "minutes": "recycle.minutes",
    }  # fmt: skip
    assert all(f["text"] for f in answer.json["error"]["faults"])
    with read(office.sessions) as session:
        assert session.get_one(Campaign, campaign).recycle == {}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/campaigns/999/lists", {}, 404), ("/uploads/999/list", {}, 404),
     ("/uploads/1/list", {"weight": 0}, 409), ("/uploads/1/list", {"colour": 1}, 422)],
)  # fmt: skip
def test_what_cannot_be(manager, campaign, path, body, status):
    assert manager.call("PUT", path, body).status_code == status
