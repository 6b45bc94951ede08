"""The API round the gate: training, warnings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from dialer.clock import HOME, utc_now
from dialer.packs import load_pack
from tests.workbench.test_api import Program
from workbench import doctor
from workbench.auth import limiter
from workbench.cli import kept
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.web


@pytest.fixture
def manager(office):
    limiter.reset()
    return Program(office)


def test_a_training_is_recorded_and_its_end_is_told(office, manager):
    today = utc_now().astimezone(HOME).date()
    body = {"username": "agent", "kind": "security", "passed_on": str(today - timedelta(300)),
            "valid_until": str(today + timedelta(3))}  # fmt: skip
    assert manager.post("/trainings", body).get_json()["trained_until"] == body["valid_until"]
    rows = manager.call("GET", "/trainings").get_json()["rows"]
    assert [r["username"] for r in rows if r["soon"]] == ["agent"]
    told = manager.call("GET", "/warnings").get_json()["rows"]
    assert {"code": "training_ends", "agents": 1} in told
    assert "training_ends" in office.app.test_client().get("/health").get_json()["warnings"]
    supervisor = office.visitor("supervisor")
    board = office.socket(supervisor).emit("watch", {"view": "board"}, callback=True)
    assert {"code": "training_ends", "agents": 1} in board["view"]["warnings"]
    for row in told:
        assert all(f"warning.{row['code']}" in catalogue(language) for language in LANGUAGES)
    bad = manager.post("/trainings", {**body, "kind": "juggling"})
    assert (bad.status_code, bad.get_json()["error"]["code"]) == (409, "training_kind")


def test_a_stale_pack_is_told_everywhere_and_stops_nothing(office, manager, monkeypatch):
    old = replace(load_pack("cn"), verified_on=date(2020, 1, 1), calendar_through=2020)
    office.app.config["KEPT_PACK"] = old
    told = {row["code"]: row for row in manager.call("GET", "/warnings").get_json()["rows"]}
    assert told["pack_stale"]["day"] == "2020-01-01"
    assert told["calendar_old"]["year"] == 2020
    assert office.app.test_client().get("/health").get_json()["ok"]
    monkeypatch.setattr("dialer.settings.load_pack", lambda *_: old)
    found = {finding.name: finding for finding in doctor.report()}
    assert not found["rule_pack"].ok
    assert not found["days_off"].ok
    assert doctor.exit_code([found["rule_pack"], found["days_off"]]) == 0
    assert " ! 规则包 / rule pack: cn-2025-02 (2020-01-01)" in doctor.render(
        [found["rule_pack"]], None
    )


def test_the_command_line_records_training(office, tmp_path, monkeypatch):
    config = tmp_path / "config.toml"
    config.write_text(f'[dialer]\ndatabase = "sqlite:///{tmp_path}/kept.db"\n')
    monkeypatch.setenv("KEPT_CONFIG", str(config))
    words = [
        "user",
        "train",
        "agent",
        "--kind",
        "entry",
        "--passed-on",
        "2026-01-01",
        "--valid-until",
    ]
    done = CliRunner().invoke(kept, [*words, "2026-12-31"])
    assert (done.exit_code, done.output) == (0, "agent: 2026-12-31\n")
    refused = CliRunner().invoke(kept, [*words, "2025-12-31"])
    assert refused.exit_code == 1
    assert "not be passed after today" in refused.output or "It cannot be passed" in refused.output
