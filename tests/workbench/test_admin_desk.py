"""Administration: what changes a user loses, tokens shown once, the audit read page by page, second factors."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from dialer.actions import second_factor
from dialer.actions.actor import SETUP
from dialer.actions.refusals import Refused
from dialer.actions.staff import change_user
from dialer.clock import utc_now
from dialer.reports.audit_log import PAGE, Filter, audit_page
from dialer.store import audit
from dialer.store.session import read, write
from dialer.store.tables import AuditRow, User
from tests.factories import MORNING, make_campaign
from tests.workbench.conftest import PASSWORD

pytestmark = pytest.mark.web


@pytest.fixture
def admin(office):
    return office.visitor("admin")


def get(visitor, path: str) -> dict:
    return visitor.client.get(path).get_json()


def change(visitor, user_id: int, **more) -> dict:
    body = {"role": "agent", "active": True, "team_id": None, "creditor_ids": [], **more}
    return visitor.post(f"/admin/users/{user_id}", body).get_json()


def test_who_loses_a_right_loses_the_session(office, admin):
    make_campaign(office.sessions, office.folder, 1)
    supervisor = office.visitor("supervisor")
    user_id = office.users["supervisor"].user_id
    team = admin.post("/admin/teams", {"name": "早班"}).get_json()["id"]
    assert admin.post("/admin/teams", {"name": "早班"}).get_json()["error"]["code"] == "team_taken"
    creditor = get(admin, "/admin/data/users")["creditors"][0]["id"]
    kept = change(admin, user_id, role="supervisor", team_id=team, creditor_ids=[creditor])
    assert kept == {"ok": True}
    assert supervisor.client.get("/board").status_code == 200  # nothing was taken away
    row = next(u for u in get(admin, "/admin/data/users")["users"] if u["id"] == user_id)
    assert (row["team_id"], row["creditor_ids"]) == (team, [creditor])
    assert change(admin, user_id, role="agent")["ok"]
    assert supervisor.client.get("/board").status_code == 302
    with read(office.sessions) as session:
        last = session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first()
        assert (last.action, last.before["role"], last.after["role"]) == (
            "user.change", "supervisor", "agent",
        )  # fmt: skip


def test_what_no_administrator_can_do(office, admin):
    mine = office.users["admin"].user_id
    assert change(admin, mine, role="manager")["error"]["code"] == "user_self"
    assert change(admin, mine, role="admin", active=False)["error"]["code"] == "user_self"
    with pytest.raises(Refused, match="last_admin"):
        change_user(office.sessions, SETUP, mine, role="agent", active=True, team_id=None,
                    creditor_ids=(), now=MORNING)  # fmt: skip
    other = office.users["agent"].user_id
    assert change(admin, other, role="king")["error"]["code"] == "role_unknown"
    assert change(admin, other, team_id=99)["error"]["code"] == "team_unknown"
    assert change(admin, other, creditor_ids=[99])["error"]["code"] == "creditor_unknown"
    assert change(admin, 99)["error"]["code"] == "user_unknown"


def test_a_new_user_signs_in_and_a_new_password_ends_the_session(office, admin):
    new = {"username": "li.na", "name": "李娜", "role": "auditor", "password": "a long password"}
    user_id = admin.post("/admin/users", new).get_json()["id"]
    short = admin.post("/admin/users", {**new, "username": "b.c", "password": "short"})
    assert short.status_code == 422
    assert "short" not in short.text
    visitor = office.visitor()
    assert visitor.sign_in("li.na", "a long password").status_code == 302
    assert visitor.client.get("/admin/audit").status_code == 200
    assert admin.post(
        f"/admin/users/{user_id}/password", {"password": "another long one"}
    ).get_json()["ok"]
    assert visitor.client.get("/cases").status_code == 302
    assert visitor.sign_in("li.na", "another long one").status_code == 302


def test_a_token_is_shown_once_and_revoked(office, admin):
    token = admin.post("/admin/tokens", {"username": "manager", "name": "BI"}).get_json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert office.app.test_client().get("/api/v1/campaigns", headers=bearer).status_code == 200
    listed = get(admin, "/admin/data/tokens")["tokens"]
    assert token not in json.dumps(listed)
    assert admin.post(f"/admin/tokens/{listed[0]['id']}/revoke").get_json()["ok"]
    assert office.app.test_client().get("/api/v1/campaigns", headers=bearer).status_code == 401


def test_the_audit_is_read_page_by_page_and_filtered(office, admin):
    with write(office.sessions) as session:
        for n in range(PAGE + 20):
            audit.note(session, "user:1", "case.open", f"account:{n % 7}", MORNING)
        audit.note(session, "engine", "seat.choose", "seat:1", MORNING + timedelta(days=1))
    first = get(admin, "/admin/audit?action=case.")
    assert len(first["rows"]) == PAGE
    second = get(admin, f"/admin/audit?action=case.&before={first['next']}")
    assert (len(second["rows"]), second["next"]) == (20, None)
    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids == sorted(set(ids), reverse=True)
    assert {row["actor"] for row in first["rows"]} == {"测试agent"}
    found = get(admin, "/admin/audit?action=case.&subject=account:3")["rows"]
    assert len(found) == sum(n % 7 == 3 for n in range(PAGE + 20))
    assert len(get(admin, "/admin/audit?action=seat&from=2026-11-24&to=2026-11-24")["rows"]) == 1
    assert get(admin, "/admin/audit?action=seat&to=2026-11-23")["rows"] == []
    assert admin.client.get("/admin/audit?from=yesterday").status_code == 400
    assert get(admin, "/admin/audit/check") == {"broken": None}
    with write(office.sessions) as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "seat.choose")).one()
        row.actor = "user:2"
        changed = row.id
        assert audit_page(session, Filter(action="%"))["rows"] == []  # no pattern of LIKE
    assert get(admin, "/admin/audit/check") == {"broken": changed}


def test_rules_agreements_trunks_and_health(office, admin):
    make_campaign(office.sessions, office.folder, 1)
    packs = {pack["name"]: pack for pack in get(admin, "/admin/data/rules")["packs"]}
    assert [name for name, pack in packs.items() if pack["in_force"]] == ["cn"]
    assert all(cap["citation"] for pack in packs.values() for cap in pack["caps"])
    creditor = get(admin, "/admin/data/creditors")["creditors"][0]["id"]
    body = {"creditor_id": creditor, "name": "2026 协议", "starts_on": "2026-01-01", "channels": ["voice"],
            "waive_share_max": 0.05, "waive_share_supervisor": 0.2}  # fmt: skip
    assert admin.post("/admin/agreements", body).status_code == 201
    shown = get(admin, "/admin/data/creditors")["creditors"][0]["agreements"][0]
    assert (shown["waive_share_max"], shown["waive_share_supervisor"]) == (0.05, 0.2)
    assert get(admin, "/admin/data/trunks") == {"trunks": []}
    health = get(admin, "/admin/data/health")
    assert health["engine"]["on"] is False
    assert health["last_fact"] > 0


def code_at(office, name: str, seconds: int = 0) -> str:
    with read(office.sessions) as session:
        secret = session.scalars(select(User.totp_secret).where(User.username == name)).one()
    return pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=seconds))


def post_form(visitor, path: str, **form):
    return visitor.client.post(path, data={"csrf_token": visitor.csrf(), **form})


def test_a_second_factor_from_qr_to_sign_in(office, admin):
    visitor = office.visitor("supervisor")
    page = post_form(visitor, "/second-factor")
    svg = re.search(r'src="data:image/svg\+xml([^"]+)"', page.text)
    assert svg, "the QR code is a picture in the page"
    assert post_form(visitor, "/second-factor/confirm", code="000000").status_code == 409
    assert (
        "已开启"
        in post_form(visitor, "/second-factor/confirm", code=code_at(office, "supervisor")).text
    )
    assert post_form(visitor, "/second-factor").status_code == 409

    other = office.visitor()
    assert other.sign_in("supervisor", PASSWORD).headers["Location"] == "/login/code"
    assert other.client.get("/board").status_code == 302  # the password alone opens nothing
    used = code_at(office, "supervisor")
    assert post_form(other, "/login/code", code=used).status_code == 401  # it set the factor up
    assert (
        post_form(other, "/login/code", code=code_at(office, "supervisor", 30)).status_code == 302
    )
    assert other.client.get("/board").status_code == 200

    user_id = office.users["supervisor"].user_id
    assert admin.post(f"/admin/users/{user_id}/second-factor").get_json()["ok"]
    again = admin.post(f"/admin/users/{user_id}/second-factor").get_json()
    assert again["error"]["code"] == "totp_is_off"
    third = office.visitor()
    assert third.sign_in("supervisor", PASSWORD).headers["Location"] == "/"


def test_a_code_works_once_and_not_for_ever(office):
    me = office.users["manager"]
    second_factor.begin(office.sessions, me)
    with read(office.sessions) as session:
        totp = pyotp.TOTP(session.get_one(User, me.user_id).totp_secret)
    second_factor.confirm(office.sessions, me, totp.at(MORNING), MORNING)

    def accepted(code_of: int, at: int) -> bool:
        code = totp.at(MORNING + timedelta(seconds=code_of))
        return second_factor.accept(
            office.sessions, me.user_id, code, MORNING + timedelta(seconds=at)
        )

    assert not accepted(0, 5)  # used
    assert not accepted(60, 0)  # two steps ahead
    assert accepted(60, 60)
    assert not accepted(60, 61)
    assert not accepted(30, 62)  # older than the last one used
    assert not accepted(300, 400)  # too old
    assert accepted(300, 330)  # clocks are off by one step


def test_half_a_sign_in_does_not_last(office):
    visitor = office.visitor()
    assert visitor.client.get("/login/code").status_code == 302
    assert post_form(visitor, "/login/code", code="123456").headers["Location"] == "/login"
