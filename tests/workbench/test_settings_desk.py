"""The settings sheet as a manager uses it: change, see who did, take it back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.agreements import add_agreement, set_campaign_rules
from dialer.packs import load_pack
from dialer.store.session import read, write
from dialer.store.tables import Campaign, Creditor
from tests.factories import MORNING
from tests.workbench.conftest import Office, Visitor
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.web


@pytest.fixture
def manager(office: Office) -> Visitor:
    with write(office.sessions) as session:
        creditor = Creditor(name="Bank", promise_days_max=7, created_at=MORNING)
        session.add(creditor)
        session.flush()
        session.add(Campaign(name="M1", creditor_id=creditor.id, created_by=1, created_at=MORNING))
    return office.visitor("manager")


def sheet(visitor: Visitor) -> dict[str, Any]:
    page = visitor.client.get("/campaigns/1/settings").text
    found = re.search(r'id="page-facts"[^>]*>(.*?)</script>', page, re.S)
    assert found
    return dict(json.loads(found.group(1))["facts"])


def line(sheet: dict[str, Any], key: str) -> dict[str, Any]:
    return next(s for group in sheet["questions"] for s in group["settings"] if s["key"] == key)


def change(visitor: Visitor, **changes: Any) -> Any:
    body = {"changes": {key.replace("__", "."): value for key, value in changes.items()}}
    return visitor.post("/campaigns/1/settings", body)


def test_a_change_is_in_force_on_record_and_can_be_taken_back(manager: Visitor, office: Office):
    answer = change(manager, ring_seconds=20, cap__CAP_DAY_ATTEMPT=4, minutes__BUSY=45)
    assert answer.status_code == 200
    shown = line(answer.json["sheet"], "ring_seconds")
    assert (shown["value"], shown["default"], shown["changed_by"]) == (20, 30, "测试manager")
    with read(office.sessions) as session:
        campaign = session.scalars(select(Campaign)).one()
        assert campaign.ring_seconds == 20
        assert campaign.narrowing == {"caps": {"CAP_DAY_ATTEMPT": 4}}
        assert campaign.recycle == {"minutes": {"BUSY": 45}}
    (row,) = answer.json["sheet"]["history"]
    assert row["after"] == {"ring_seconds": 20, "cap.CAP_DAY_ATTEMPT": 4, "minutes.BUSY": 45}

    back = manager.post(f"/campaigns/1/settings/{row['id']}/take-back")
    assert line(back.json["sheet"], "ring_seconds")["value"] == 30
    assert line(back.json["sheet"], "cap.CAP_DAY_ATTEMPT")["is_default"]
    assert len(back.json["sheet"]["history"]) == 2  # taking back is a change as well


def test_only_tighter_never_wider(manager: Visitor, office: Office):
    with write(office.sessions) as session:
        creditor = session.scalars(select(Creditor)).one().id
    add_agreement(
        office.sessions, SETUP, load_pack("cn"), creditor_id=creditor, name="A", starts_on=MORNING.date(),
        ends_on=None, channels=["voice"], narrowing={"caps": {"CAP_DAY_ATTEMPT": 3}},
        waive_share_max=0, now=MORNING,
    )  # fmt: skip
    assert line(sheet(manager), "cap.CAP_DAY_ATTEMPT")["high"] == 3
    assert change(manager, cap__CAP_DAY_ATTEMPT=4).json["error"]["code"] == "narrowing_widens"
    assert change(manager, cap__CAP_DAY_ATTEMPT=7).json["error"]["code"] == "setting_value"


def test_what_cannot_work_is_refused_with_the_key_and_nothing_is_changed(manager: Visitor):
    answer = change(manager, ring_seconds=20, minutes__BUSY=10, alternate_numbers=False)
    assert answer.status_code == 409
    assert answer.json["error"]["code"] == "lint_faster_than_caps"
    assert answer.json["error"]["faults"][0]["key"] == "recycle.minutes"
    assert line(sheet(manager), "ring_seconds")["value"] == 30
    assert change(manager, colour="red").json["error"]["code"] == "setting_unknown"


def test_closed_all_week_is_no_campaign(manager: Visitor):
    closed = {"hours__weekday": "closed", "hours__saturday": "closed", "hours__sunday": "closed"}
    assert change(manager, **closed).json["error"]["code"] == "lint_never_open"


def test_hours_that_differ_from_day_to_day_survive_other_changes(manager: Visitor, office: Office):
    hours = {"every_day": ["09:00", "20:00"], "wed": ["10:00", "12:00"]}
    set_campaign_rules(
        office.sessions, SETUP, load_pack("cn"), 1, narrowing={"hours": hours}, recycle={},
        now=MORNING,
    )  # fmt: skip
    assert change(manager, ring_seconds=25).status_code == 200
    with read(office.sessions) as session:
        assert session.scalars(select(Campaign)).one().narrowing == {"hours": hours}


def test_another_campaigns_change_cannot_be_taken_back(manager: Visitor):
    assert (
        manager.post("/campaigns/1/settings/99/take-back").json["error"]["code"] == "change_unknown"
    )
    assert manager.client.get("/campaigns/2/settings").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_explained(manager: Visitor, language: str):
    words = catalogue(language)
    for group in sheet(manager)["questions"]:
        assert f"settings.q_{group['question']}" in words
        for setting in group["settings"]:
            key = setting["key"]
            if key.startswith("minutes."):
                assert f"outcome.{key.removeprefix('minutes.')}" in words
                continue
            assert {f"setting.{key}", f"setting.{key}.effect"} <= set(words), key
            assert {f"setting.{key}.{choice}" for choice in setting["choices"]} <= set(words)
            assert not setting["unit"] or f"unit.{setting['unit']}" in words
