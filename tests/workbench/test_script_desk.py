"""The script editor as a manager uses it."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from dialer.store.session import read
from dialer.store.tables import Campaign
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.web

STEPS = [
    {"title": "开场", "text": "您好，{name}"},
    {"title": "账款", "text": "应还 {balance}"},
]


def test_a_script_is_written_checked_and_taken_back(office):
    campaign = make_campaign(office.sessions, office.folder, 1, MORNING)
    manager, path = office.visitor("manager"), f"/campaigns/{campaign}/script"
    page = manager.client.get(path).text
    facts = json.loads(re.search(r'id="page-facts"[^>]*>(.*?)</script>', page, re.S).group(1))[
        "facts"
    ]
    assert facts["steps"] == []
    assert {code: len(steps) for code, steps in facts["shipped"].items()} == {"zh-CN": 5, "en": 5}

    answer = manager.post(path, {"steps": STEPS}).json
    (row,) = answer["sheet"]["history"]
    assert (row["by"], row["after"]["script"]) == ("测试manager", STEPS)
    assert len(manager.post(path, {"steps": STEPS}).json["sheet"]["history"]) == 1  # nothing new

    for text, code in (
        ("您欠款了", "script_opening"),
        ("{iban}", "script_word"),
        ("警察会来", "script_forbidden"),
    ):
        refused = manager.post(path, {"steps": [{"title": "开场", "text": text}]})
        assert refused.json["error"]["code"] == code
    with read(office.sessions) as session:
        assert session.scalars(select(Campaign.script)).one() == STEPS

    back = manager.post(f"{path}/{row['id']}/take-back").json["sheet"]
    assert back["steps"] == []
    assert len(back["history"]) == 2
    wrong = manager.post(f"{path}/{row['id'] - 1}/take-back").json
    assert wrong["error"]["code"] == "change_unknown"
    assert manager.client.get("/campaigns/9/script").status_code == 404
