"""Number pools over the API, on the page, and from the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from dialer.actions.refusals import Refused
from tests.factories import MORNING, make_campaign
from tests.workbench.test_api import Program
from workbench.auth import limiter
from workbench.cli import kept
from workbench.errors import refusal_text

pytestmark = pytest.mark.web
POOL = {
    "name": "消费金融外呼", "ranges": ["95035000-95035004"], "licence_no": "B2-00000001",
    "certificate_no": "号〔0001〕", "undertaking_on": "2026-01-05", "licence_until": "2099-12-31",
    "second_max": 3,
}  # fmt: skip


@pytest.fixture
def manager(office):
    limiter.reset()
    return Program(office)


def test_a_pool_is_made_changed_and_shown(manager, office, tmp_path):
    campaign = make_campaign(office.sessions, tmp_path, 1, MORNING)
    made = manager.post("/pools", POOL)
    assert (made.status_code, made.json["numbers"]) == (201, 5)
    pool = made.json["id"]
    assert manager.call("PUT", f"/campaigns/{campaign}/pool", {"pool_id": pool}).status_code == 200
    changed = manager.call(
        "PUT", f"/pools/{pool}", {"second_max": None, "region": "浙江", "trunk": None}
    )
    assert changed.status_code == 200
    view = manager.call("GET", "/pools").json
    row = next(p for p in view["pools"] if p["id"] == pool)
    assert (row["caps"]["second"], row["region"], row["trunk"]) == (None, "浙江", "")
    assert len(row["campaigns"]) == 1
    number = row["numbers"][0]
    assert (number["state"], number["why_not"]) == ("healthy", "")
    assert manager.post(f"/numbers/{number['id']}/rest", {"rest": True}).status_code == 201
    manager.call("PUT", f"/numbers/{row['numbers'][1]['id']}", {"active": False})
    row = manager.call("GET", "/pools").json["pools"][0]
    assert [n["why_not"] for n in row["numbers"][:3]] == ["resting", "switched_off", ""]


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [({"licence_until": "2020-01-01"}, 409, "2020-01-01"), ({"ranges": ["boss"]}, 409, "boss"),
     ({"licence_no": ""}, 422, "licence_no"), ({"second_max": 0}, 422, "second_max"),
     ({"colour": "red"}, 422, "colour")],
)  # fmt: skip
def test_what_is_wrong_with_a_pool_is_named(manager, fields, status, word):
    answer = manager.post("/pools", {**POOL, **fields})
    assert answer.status_code == status
    assert word in answer.json["error"]["text"]


def test_the_command_line_adds_and_lists(office, monkeypatch):
    monkeypatch.setattr("workbench.cli_numbers._sessions", lambda: office.sessions)
    arguments = ["pool", "add", "二号池", "--range", "95036xx", "--licence", "B2-2", "--certificate", "C-2",
                 "--undertaking", "2026-01-05"]  # fmt: skip
    done = CliRunner().invoke(kept, [*arguments, "--until", "2099-12-31"])
    assert (done.exit_code, done.output.split(": ")[1].strip()) == (0, "100")
    again = CliRunner().invoke(kept, [*arguments, "--until", "2099-12-31"])
    assert again.exit_code == 1
    assert refusal_text(Refused("pool_name_taken", name="二号池"), "zh-CN") in again.output
    listed = CliRunner().invoke(kept, ["pool", "list"])
    assert "95036xx"[:5] + "00  healthy" in listed.output
