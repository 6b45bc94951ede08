"""Registers, files, costs, promises and suspense by the API; what no database could keep is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from dialer.clock import utc_now
from dialer.engine.report_files import Maker
from dialer.packs import load_pack
from dialer.reports.registers import PAGE
from dialer.store.session import read, write
from dialer.store.tables import Account, ApiToken, CommandKey, Entry, Promise, Suppression
from tests.factories import MORNING, make_campaign
from tests.workbench.test_api import Program
from workbench.api.registers import READABLE
from workbench.auth import limiter

pytestmark = pytest.mark.web


@pytest.fixture
def manager(office):
    limiter.reset()
    make_campaign(office.sessions, office.folder, 2)
    return Program(office)


@pytest.fixture
def account(office, manager):
    with read(office.sessions) as session:
        return session.scalars(select(Account).order_by(Account.id)).first()


def rows(program, path):
    answer = program.call("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.get_json()["rows"]


def test_every_register_answers_without_secrets(manager, account):
    manager.post("/webhooks", {"url": "http://127.0.0.1/x"})
    manager.post("/holds", {"debtor_id": account.debtor_id, "kind": "complaint", "reason": "x"})
    manager.post("/suppressions", {"number": "15400000009"})
    for name in READABLE:
        for row in rows(manager, f"/{name}"):
            assert not {"secret", "path", "password_hash", "session_token"} & set(row)
    assert rows(manager, "/holds")[0]["kind"] == "complaint"
    assert "*" in rows(manager, "/suppressions")[0]["number"]
    assert rows(manager, "/holds?kind=cease") == []
    assert len(rows(manager, f"/phones?debtor_id={account.debtor_id}")) >= 1
    assert manager.call("GET", "/holds?debtor_id=x").status_code == 409
    assert manager.call("GET", f"/holds?debtor_id={2**70}").status_code == 409
    assert manager.call("GET", f"/holds?after={2**70}").status_code == 409


def test_registers_come_page_by_page(office, manager):
    with write(office.sessions) as session:
        session.add_all(
            Suppression(number=f"1540{n:07d}", reason="DNC", at=MORNING) for n in range(PAGE + 1)
        )
    first = manager.call("GET", "/suppressions").get_json()
    second = manager.call("GET", f"/suppressions?after={first['next']}").get_json()
    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (PAGE, 1, None)


def test_users_seats_tokens(office, manager):
    admin = Program(office, "admin")
    assert {u["role"] for u in rows(manager, "/users")} >= {"agent", "manager"}
    assert rows(manager, "/seats") == []
    key = {"Idempotency-Key": "token-00001"}
    made = admin.post("/tokens", {"username": "agent", "name": "bank"}, **key).get_json()
    again = admin.post("/tokens", {"username": "agent", "name": "bank"}, **key).get_json()
    assert made["token"].startswith("kept_")
    assert "token" not in again  # shown once, and kept nowhere
    with read(office.sessions) as session:
        assert made["token"] not in str(session.get_one(CommandKey, "token-00001").answer)
        bank = session.scalars(select(ApiToken.id).where(ApiToken.name == "bank")).one()
    assert Program(office, token=made["token"]).call("GET", "/campaigns").status_code == 403
    assert admin.call("DELETE", f"/tokens/{bank}").status_code == 200
    assert Program(office, token=made["token"]).call("GET", "/campaigns").status_code == 401
    assert [t["revoked_at"] is not None for t in rows(admin, "/tokens") if t["id"] == bank] == [
        True
    ]


def test_suspense_is_assigned_and_settles(office, manager, account):
    payment = {"creditor_id": account.creditor_id, "txn_no": "S1", "contract_no": "unknown",
               "amount_minor": account.balance_minor, "value_on": "2026-11-23"}  # fmt: skip
    made = manager.post("/payments", payment).get_json()
    assert made["state"] == "suspense"
    assert [row["id"] for row in rows(manager, "/suspense")] == [made["id"]]
    path = f"/suspense/{made['id']}/assign"
    assert manager.post(path, {"account_id": 999}).status_code == 404
    assert manager.post(path, {"account_id": account.id}).status_code == 201
    assert manager.post(path, {"account_id": account.id}).status_code == 404
    assert rows(manager, "/suspense") == []
    view = manager.call("GET", f"/accounts/{account.id}/outlook").get_json()
    assert (view["balance_minor"], view["cases"][0]["reason"]) == (0, "paid")


def test_promises_are_cancelled_or_replaced(office, manager, account):
    today = utc_now().date()
    with write(office.sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.account_id == account.id)).one()
        session.add(Promise(
            account_id=account.id, campaign_id=entry.campaign_id, amount_minor=100, currency="CNY",
            due_on=today, made_on=today, at=utc_now(),
        ))  # fmt: skip
    (old,) = rows(manager, f"/promises?account_id={account.id}")
    from datetime import timedelta

    another = {"amount_minor": 200, "due_on": (today + timedelta(days=3)).isoformat()}
    path = f"/promises/{old['id']}/renegotiate"
    assert manager.post(path, {**another, "due_on": "2099-01-01"}).status_code == 409
    new = manager.post(path, another).get_json()["id"]
    assert manager.post(path, another).status_code == 404
    assert manager.post(f"/promises/{new}/cancel", {"reason": "typing error"}).status_code == 201
    states = [row["state"] for row in rows(manager, f"/promises?account_id={account.id}")]
    assert states == ["renegotiated", "cancelled"]
    events = manager.call("GET", f"/debtors/{account.debtor_id}/timeline").get_json()["events"]
    assert [event["kind"] for event in events] == ["promise", "promise"]
    assert manager.call("GET", "/debtors/999/timeline").status_code == 404


def test_files_and_schedules(office, manager, account):
    creditor = account.creditor_id
    ask = {"creditor_id": creditor, "kind": "audit_pack", "format": "zip", "first": "2026-11-23",
           "last": "2026-11-23"}  # fmt: skip
    file = manager.post("/report-files", ask).get_json()["id"]
    assert manager.call("GET", f"/report-files/{file}").get_json()["state"] == "waiting"
    assert manager.call("GET", f"/report-files/{file}/content").status_code == 404
    Maker(office.sessions, office.folder / "made", None, load_pack("cn")).run(utc_now)
    view = manager.call("GET", f"/report-files/{file}").get_json()
    assert (view["state"], "path" in view) == ("ready", False)
    content = manager.call("GET", f"/report-files/{file}/content")
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(content.data)).namelist()
    assert manager.post(f"/report-files/{file}/cancel").status_code == 404
    assert manager.post("/report-files", {**ask, "format": "xlsx"}).status_code == 409
    assert manager.post("/report-files", {**ask, "first": "1000-01-01"}).status_code == 422
    schedule = {"creditor_id": creditor, "every": "weekly", "hour": 8, "formats": ["xlsx"]}
    made = manager.post("/report-schedules", schedule).get_json()["id"]
    assert manager.post("/report-schedules", {**schedule, "timezone": "x/y"}).status_code == 409
    assert rows(manager, "/report-schedules")[0]["active"] is True
    assert manager.call("DELETE", f"/report-schedules/{made}").status_code == 200
    assert manager.call("DELETE", f"/report-schedules/{made}").status_code == 404


def test_costs_and_compliance(manager, account):
    cost = {"creditor_id": account.creditor_id, "kind": "labour", "amount_minor": 5000,
            "first": "2026-11-01", "last": "2026-11-30"}  # fmt: skip
    assert manager.post("/costs", cost).status_code == 201
    assert manager.post("/costs", {**cost, "kind": "coffee"}).status_code == 422
    assert len(rows(manager, "/costs")) == 1
    days = "from=2026-11-01&to=2026-11-30"
    report = manager.call("GET", f"/reports/creditors/{account.creditor_id}?{days}").get_json()
    assert report["cost"]["cost_minor"] == 5000
    view = manager.call(
        "GET", f"/reports/creditors/{account.creditor_id}/compliance?{days}"
    ).get_json()
    assert {row["broken"] for row in view["proofs"]} == {0}


def test_deliveries_of_a_webhook(manager):
    hook = manager.post("/webhooks", {"url": "http://127.0.0.1/x"}).get_json()["id"]
    assert rows(manager, f"/webhooks/{hook}/deliveries") == []
    assert manager.call("GET", "/webhooks/99/deliveries").status_code == 404
    assert manager.call("GET", "/campaigns/99/rules").status_code == 404


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_no_database_could_keep(manager, text):
    assert manager.post("/creditors", {"name": text}).status_code == 422


def test_what_a_program_may_get_wrong(manager, account):
    """Found by schemathesis: each was once answered with 500, or with yes."""
    note = {"debtor_id": account.debtor_id, "text": "x", "account_id": 999}
    assert manager.post("/notes", note).status_code == 404
    assert manager.post("/notes", {**note, "account_id": account.id}).status_code == 201
    assert manager.call("GET", "/suspense?creditor_id=null").status_code == 409
    empty = manager.post("/creditors", {"name": "a"}, **{"Idempotency-Key": ""})
    assert empty.get_json()["error"]["code"] == "key_form"
    blank = {"debtor_id": account.debtor_id, "channel": "\n", "text": "x"}
    assert manager.post("/complaints", blank).status_code == 422


@pytest.mark.parametrize("path", ["/uploads/99999999999999999999", "/nothing", "/uploads/x"])
def test_what_is_not_there_has_the_same_shape(manager, path):
    answer = manager.call("GET", path)
    assert answer.status_code == 404
    assert set(answer.get_json()["error"]) == {"code", "text"}
    refused = manager.call("PATCH", "/campaigns")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (405, "405")
    assert {"GET", "POST"} <= set(refused.headers["Allow"].split(", "))


def test_a_file_sent_twice_under_one_key_counts_once(manager):
    head = {"Authorization": f"Bearer {manager.token}", "Idempotency-Key": "file-000001"}
    path = "/api/v1/campaigns/1/uploads"
    first = manager.client.post(path, data=b"a,b\n1,2\n", headers=head).get_json()
    again = manager.client.post(path, data=b"a,b\n1,2\n", headers=head).get_json()
    assert first == again
    assert first["ok"]
    other = manager.client.post(path, data=b"a,b\n1,2,3\n", headers=head)
    assert other.get_json()["error"]["code"] == "key_reused"
