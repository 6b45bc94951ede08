"""The API round the gate: training, warnings, messages, disputes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dialer.clock import HOME, utc_now
from dialer.packs import load_pack
from dialer.store.session import read
from dialer.store.tables import Entry, Phone
from tests.factories import MORNING, make_campaign
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


@pytest.fixture
def debt(office, manager, tmp_path, monkeypatch):
    """One debt at 10:00 in Shanghai, whatever the clock of this machine says."""
    for module in ("contacts", "disputes"):
        monkeypatch.setattr(f"workbench.api.{module}.utc_now", lambda: MORNING)
    make_campaign(office.sessions, tmp_path, 1)
    with read(office.sessions) as session:
        entry = session.scalars(select(Entry)).one()
        phone = session.scalars(select(Phone).order_by(Phone.rank, Phone.id)).first()
    return {"account_id": entry.account_id, "debtor_id": entry.debtor_id, "phone_id": phone.id}


def test_the_gate_is_asked_and_a_text_reserved(office, manager, debt):
    text = {"account_id": debt["account_id"], "channel": "sms", "phone_id": debt["phone_id"]}
    asked = manager.post("/contacts/check", text).get_json()
    assert asked["allowed"]
    assert asked["licence"]["channel"] == "sms"
    assert Program(office, "agent").post("/contacts", text).status_code == 403
    reserved = manager.post("/contacts", text, **{"Idempotency-Key": "text-0001"}).get_json()
    again = manager.post("/contacts", text, **{"Idempotency-Key": "text-0001"}).get_json()
    assert reserved == again  # sent twice, reserved once
    said = manager.post("/contacts/check", text).get_json()
    assert (said["code"], said["text"]) == ("CAP_INTERVAL", "number still rests")
    assert manager.post(f"/contacts/{reserved['id']}/close", {"state": "sent"}).status_code == 201
    out = {"debtor_id": debt["debtor_id"], "channel": "sms", "reason": "STOP"}
    number = Program(office, "agent").post("/opt-outs", out).get_json()["id"]
    assert manager.post("/contacts/check", text).get_json()["code"] == "CHANNEL_OPT_OUT"
    assert manager.post(f"/opt-outs/{number}/withdraw", {"reason": "asked"}).status_code == 201
    consent = {"debtor_id": debt["debtor_id"], "kind": "calls", "evidence": "call 1",
               "given_at": MORNING.isoformat(), "until": "2026-11-24T02:00:00Z"}  # fmt: skip
    given = manager.post("/consents", consent).get_json()["id"]
    assert manager.post(f"/consents/{given}/revoke").status_code == 201
    assert manager.post("/contacts/check", {**text, "channel": "fax"}).status_code == 409


def test_a_dispute_is_a_ticket(manager, debt):
    body = {"account_id": debt["account_id"], "kind": "paid", "text": "paid in May"}
    ticket = manager.post("/disputes", body).get_json()["id"]
    row = manager.call("GET", "/disputes").get_json()["rows"][0]
    assert (row["id"], row["state"], row["due_on"], row["late"]) == (
        ticket,
        "open",
        "2026-12-08",
        False,
    )
    voice = {"account_id": debt["account_id"], "channel": "voice", "phone_id": debt["phone_id"]}
    assert manager.post("/contacts/check", voice).get_json()["code"] == "DISPUTE_OPEN"
    early = manager.post(f"/disputes/{ticket}/resolve", {"resolution": "upheld", "reason": "x"})
    assert early.get_json()["error"]["code"] == "dispute_unanswered"
    assert manager.post(f"/disputes/{ticket}/answer", {"answer": "found it"}).status_code == 201
    done = manager.post(f"/disputes/{ticket}/resolve", {"resolution": "upheld", "reason": "paid"})
    assert done.status_code == 201
    assert manager.call("GET", "/disputes").get_json()["rows"] == []
    assert manager.call("GET", "/disputes?state=resolved").get_json()["rows"][0]["id"] == ticket
    assert manager.post("/contacts/check", voice).get_json()["allowed"]


def test_abandonment_by_window_and_the_amd_sample(office, manager, debt):
    with read(office.sessions) as session:
        campaign = session.scalars(select(Entry.campaign_id)).one()
    view = manager.call("GET", f"/campaigns/{campaign}/abandonment").get_json()
    assert [w["window"] for w in view["windows"]] == ["PT24H", "CAMPAIGN"]
    assert (view["hard"], view["amd"]["share"]) == (0.03, 1.0)
    drawn = manager.post(f"/campaigns/{campaign}/amd-sample", {"size": 5})
    assert drawn.get_json()["drawn"] == []
    heard = manager.post("/amd-sample/" + "0" * 32, {"is_person": True})
    assert heard.get_json()["error"]["code"] == "amd_unknown"
    assert manager.call("GET", "/campaigns/999/abandonment").status_code == 404
