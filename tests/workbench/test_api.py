"""The API: tokens, roles, one error shape, idempotency, a document that fits, webhooks that are signed."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import re
import threading

import pytest
from sqlalchemy import select

from dialer.actions.access import add_token, add_webhook, replay_webhook, revoke_token
from dialer.actions.actor import SETUP
from dialer.actions.intake import read_upload
from dialer.engine.webhooks import deliver_all
from dialer.facts import PaymentPosted, Pulsed
from dialer.feed import publish
from dialer.store.session import read, write
from dialer.store.tables import Account, ApiToken, Delivery, Payment, Webhook
from tests.factories import MORNING, make_campaign
from workbench.api.endpoints import ENDPOINTS
from workbench.api.openapi import document
from workbench.auth import limiter

pytestmark = pytest.mark.web


class Program:
    """A program with a token."""

    def __init__(self, office, role="manager", token=None) -> None:
        self.token = token or add_token(office.sessions, SETUP, role, "test", MORNING)
        self.client = office.app.test_client()

    def call(self, method, path, json_=None, **headers):
        every = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **headers}
        return self.client.open(f"/api/v1{path}", method=method, json=json_, headers=every)

    def post(self, path, json_=None, **headers):
        return self.call("POST", path, json_ if json_ is not None else {}, **headers)


@pytest.fixture
def manager(office):
    limiter.reset()
    return Program(office)


def test_no_token_wrong_token_revoked_token(office, manager):
    assert manager.client.get("/api/v1/campaigns").status_code == 401
    assert Program(office, token="kept_wrong").call("GET", "/campaigns").status_code == 401
    assert manager.call("GET", "/campaigns").status_code == 200
    with read(office.sessions) as session:
        row = session.scalars(select(ApiToken)).one()
        assert manager.token not in row.sha256
    revoke_token(office.sessions, SETUP, row.id, MORNING)
    assert manager.call("GET", "/campaigns").status_code == 401


def test_the_document_names_every_operation_and_only_those(office):
    doc = document()
    assert doc["openapi"] == "3.1.0"
    described = {(m.upper(), p) for p, operations in doc["paths"].items() for m in operations}
    assert described == {
        (e.method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", e.path)) for e in ENDPOINTS
    }
    served = office.app.test_client().get("/api/v1/openapi.json").get_json()
    assert served == json.loads(json.dumps(doc))
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(doc)))
    assert refs <= set(doc["components"]["schemas"])
    ids = [o["operationId"] for operations in doc["paths"].values() for o in operations.values()]
    assert len(ids) == len(set(ids))


def test_from_a_file_to_a_payment(office, manager):
    created = manager.post("/campaigns", {"name": "A", "creditor": "示例银行"}).get_json()
    manager.post("/numbers", {"numbers": ["95035100"]})
    content = "姓名,合同号,手机号,欠款金额\n王小明,HT-1,15400000001,100\n".encode()
    upload = manager.client.post(
        f"/api/v1/campaigns/{created['id']}/uploads?dry_run=1", data=content,
        headers={"Authorization": f"Bearer {manager.token}", "X-File-Name": "a.csv"},
    ).get_json()["id"]  # fmt: skip
    read_upload(office.sessions, upload, lambda: MORNING)
    view = manager.call("GET", f"/uploads/{upload}").get_json()
    assert (view["state"], view["counts"]["new"], view["forecast"]["entries"]) == ("checked", 1, 1)
    assert manager.post(f"/campaigns/{created['id']}/start").status_code == 409
    assert manager.post(f"/uploads/{upload}/commit").status_code == 201
    read_upload(office.sessions, upload, lambda: MORNING)
    assert manager.post(f"/campaigns/{created['id']}/start").status_code == 201
    steps = manager.call("GET", f"/campaigns/{created['id']}/waterfall").get_json()
    assert steps["total"] == sum(s["count"] for s in steps["steps"]) == 1
    found = manager.post(
        "/accounts/find", {"creditor_id": created["creditor_id"], "contract_no": "HT-1"}
    ).get_json()
    payment = {"creditor_id": created["creditor_id"], "txn_no": "T1", "contract_no": "HT-1",
               "amount_minor": 10_000, "value_on": "2026-11-23"}  # fmt: skip
    posted = manager.post("/payments", payment).get_json()
    assert posted["account_id"] == found["account_id"]
    outlook = manager.call("GET", f"/accounts/{found['account_id']}/outlook").get_json()
    assert outlook["balance_minor"] == 0
    assert outlook["cases"][0]["reason"] == "paid"
    report = manager.call(
        "GET", f"/reports/creditors/{created['creditor_id']}?from=2026-11-01&to=2026-11-30"
    )
    assert report.get_json()["figures"]["collected_minor"] == 10_000
    assert manager.post(f"/uploads/{upload}/undo").status_code == 201
    read_upload(office.sessions, upload, lambda: MORNING)
    undone = manager.call("GET", f"/uploads/{upload}").get_json()
    assert (undone["state"], undone["counts"]["removed"]) == ("undone", 1)


def test_the_same_key_is_one_command(office, manager):
    body = {"creditor_id": 1, "name": "x"}
    key = {"Idempotency-Key": "abcdefgh-1"}
    first = manager.post("/creditors", {"name": "示例银行"}, **key)
    again = manager.post("/creditors", {"name": "示例银行"}, **key)
    assert first.get_json() == again.get_json()
    other = manager.post("/creditors", {"name": "另一家"}, **key)
    assert (other.status_code, other.get_json()["error"]["code"]) == (409, "key_reused")
    assert manager.post(
        "/creditors", body | {"name": "y"}, **{"Idempotency-Key": "x"}
    ).status_code in (409, 422)
    refused = manager.post(
        "/placements/99/recall", {"reason": "creditor"}, **{"Idempotency-Key": "abcdefgh-2"}
    )
    assert refused.status_code == 404
    twice = manager.post(
        "/placements/99/recall", {"reason": "creditor"}, **{"Idempotency-Key": "abcdefgh-2"}
    )
    assert twice.status_code == 404  # a refusal does not use the key up


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [("/payments", {"txn_no": "1"}, 422, "input"), ("/payments", "x", 422, "input"),
     ("/creditors", {"name": ""}, 422, "input"), ("/creditors", {"name": "a", "evil": 1}, 422, "input"),
     ("/placements/99/recall", {"reason": "whim"}, 409, "recall_reason"),
     ("/holds", {"debtor_id": 99, "kind": "cease", "reason": "x"}, 404, "debtor_unknown"),
     ("/holds", {"debtor_id": 99, "kind": "dispute", "reason": "x"}, 409, "hold_dispute"),
     ("/webhooks", {"url": "ftp://x.example/"}, 409, "webhook_url"),
     ("/webhooks", {"url": "http://127.0.0.1/", "facts": ["Nonsense"]}, 409, "webhook_facts")],
)  # fmt: skip
def test_errors_have_one_shape(manager, path, body, status, code):
    answer = manager.post(path, body)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)


def test_a_file_of_payments(office, manager):
    make_campaign(office.sessions, office.folder, 1)
    with read(office.sessions) as session:
        account = session.scalars(select(Account)).one()
    content = (
        f"交易号,合同号,金额,入账日期\nA1,{account.contract_no},10,2026-11-23\nA2,x,y,z\n".encode()
    )
    answer = manager.client.post(
        f"/api/v1/payment-files?creditor_id={account.creditor_id}", data=content,
        headers={"Authorization": f"Bearer {manager.token}"},
    ).get_json()  # fmt: skip
    assert answer["counts"] == {"posted": 1, "rejected": 1}
    assert answer["faults"][0]["line"] == 3
    with read(office.sessions) as session:
        assert session.scalars(select(Payment.amount_minor)).all() == [1000]
    assert list((office.folder / "uploads").iterdir()) == []  # nothing is left lying about


class Listener(threading.Thread):
    """Somebody who wants to hear of facts; answers with what it is told to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.heard: list[tuple[dict, bytes]] = []
        self.status = 200
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_args) -> None:
                """Quiet."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def run(self) -> None:
        self.server.serve_forever()


@pytest.fixture
def listener():
    listener = Listener()
    listener.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def say(office, *amounts: int) -> None:
    with write(office.sessions) as session:
        for amount in amounts:
            publish(
                session, PaymentPosted(payment_id=1, account_id=1, amount_minor=amount), MORNING
            )
            publish(session, Pulsed(campaign_id=1), MORNING)


def test_webhooks_are_signed_in_order_and_told_again_until_they_listen(office, listener):
    hook = add_webhook(
        office.sessions, office.users["manager"], listener.url, ["PaymentPosted"], MORNING
    )
    say(office, 1, 2)
    assert deliver_all(office.sessions, MORNING) == 2
    headers, body = listener.heard[0]
    seconds, digest = re.fullmatch(
        r"t=(\d+),v1=([0-9a-f]{64})", headers["X-Kept-Signature"]
    ).groups()
    expected = hmac.new(
        hook["secret"].encode(), f"{seconds}.".encode() + body, hashlib.sha256
    ).hexdigest()
    assert digest == expected
    assert json.loads(body)["fact"] == {
        "type": "PaymentPosted",
        "payment_id": 1,
        "account_id": 1,
        "amount_minor": 1,
    }
    listener.status = 503
    say(office, 3)
    assert deliver_all(office.sessions, MORNING) == 0
    assert deliver_all(office.sessions, MORNING) == 0  # it waits before it tries again
    assert len(listener.heard) == 3
    listener.status = 200
    with write(office.sessions) as session:
        row = session.get_one(Webhook, hook["id"])
        assert row.failures == 1
        row.try_at = None
    assert deliver_all(office.sessions, MORNING) == 1
    with read(office.sessions) as session:
        assert session.scalars(select(Delivery.tries).order_by(Delivery.fact_id)).all() == [1, 1, 2]
    replay_webhook(office.sessions, office.users["manager"], hook["id"], 0, MORNING)
    listener.heard.clear()
    assert deliver_all(office.sessions, MORNING) == 3
    amounts = [json.loads(body)["fact"]["amount_minor"] for _, body in listener.heard]
    assert amounts == [1, 2, 3]
