"""Who gets in, who sees what, and what every answer carries."""

from __future__ import annotations

import re

import pytest

from dialer.store.session import write
from dialer.store.tables import User
from workbench.auth import _NOBODY, password_fits

pytestmark = pytest.mark.web

EVERYONE = {"agent", "supervisor", "manager", "admin", "auditor"}
MANAGERS = {"manager", "admin"}
BOARD = {"supervisor", "manager", "admin"}
HEAR = BOARD | {"auditor"}  # who judges calls must hear them
# Every route of the application, with who may use it. "public": nobody needs to be signed in.
MATRIX = {
    ("GET", "/"): "public", ("GET", "/login"): "public", ("POST", "/login"): "public",
    ("POST", "/logout"): "public", ("POST", "/language"): "public", ("GET", "/health"): "public",
    ("GET", "/static/<path:filename>"): "public",
    ("GET", "/desk"): EVERYONE - {"auditor"}, ("GET", "/board"): BOARD, ("GET", "/campaigns"): MANAGERS,
    ("POST", "/campaigns"): MANAGERS, ("POST", "/campaigns/<int:campaign_id>/start"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/pause"): BOARD,
    ("POST", "/campaigns/<int:campaign_id>/uploads"): MANAGERS,
    ("GET", "/campaigns/<int:campaign_id>/waterfall"): BOARD,
    ("GET", "/uploads/<int:upload_id>"): MANAGERS,
    ("POST", "/uploads/<int:upload_id>/<any(commit, discard, cancel, undo):word>"): MANAGERS,
    ("POST", "/uploads/<int:upload_id>/mapping"): MANAGERS,
    ("GET", "/uploads/<int:upload_id>/rejected.csv"): MANAGERS,
    ("GET", "/uploads/<int:upload_id>/rejected.xlsx"): MANAGERS,
    ("GET", "/reports"): BOARD, ("GET", "/reports/data"): BOARD, ("GET", "/reports/all.xlsx"): BOARD,
    ("GET", "/reports/<any(campaigns, agents, numbers):kind>.csv"): BOARD,
    ("GET", "/reports/compare"): BOARD, ("POST", "/reports/compare"): MANAGERS,
    ("GET", "/reports/pools"): BOARD, ("GET", "/reports/proofs"): BOARD, ("GET", "/reports/files"): MANAGERS,
    ("POST", "/reports/files"): MANAGERS, ("GET", "/reports/files/<int:file_id>"): MANAGERS,
    ("POST", "/reports/files/<int:file_id>/cancel"): MANAGERS,
    ("POST", "/reports/schedules"): MANAGERS,
    ("POST", "/reports/schedules/<int:schedule_id>/stop"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/mode"): MANAGERS,
    ("GET", "/campaigns/<int:campaign_id>/settings"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/settings"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/settings/<int:change_id>/take-back"): MANAGERS,
    ("POST", "/uploads/<int:upload_id>/list"): MANAGERS,
    ("GET", "/campaigns/<int:campaign_id>/script"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/script"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/script/<int:change_id>/take-back"): MANAGERS,
    ("GET", "/plan"): BOARD, ("GET", "/plan/measured/<int:campaign_id>"): BOARD,
    ("POST", "/plan/runs"): BOARD, ("GET", "/plan/runs/<run_id>"): BOARD,
    ("POST", "/plan/runs/<run_id>/cancel"): BOARD,
    ("GET", "/prompts"): MANAGERS, ("GET", "/prompts/list"): MANAGERS, ("POST", "/prompts"): MANAGERS,
    ("POST", "/prompts/preview"): MANAGERS, ("POST", "/prompts/upload"): MANAGERS,
    ("GET", "/prompts/<int:prompt_id>/sound"): BOARD, ("GET", "/prompts/shipped/<name>/sound"): BOARD,
    ("POST", "/prompts/<int:prompt_id>/retire"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/message"): MANAGERS,
    ("POST", "/campaigns/<int:campaign_id>/screening"): MANAGERS,
    ("GET", "/recordings"): BOARD, ("POST", "/recordings/find"): BOARD,
    ("POST", "/recordings/<attempt_id>/listen"): HEAR, ("GET", "/recordings/<attempt_id>/sound"): HEAR,
    ("POST", "/recordings/<attempt_id>/hold"): BOARD,
    ("GET", "/reviews"): HEAR, ("GET", "/reviews/data"): HEAR, ("GET", "/reviews/next"): HEAR,
    ("GET", "/reviews/calls/<attempt_id>"): HEAR, ("POST", "/reviews/calls/<attempt_id>"): HEAR,
    ("POST", "/reviews/card"): MANAGERS, ("GET", "/my-reviews"): {"agent", "supervisor"},
    ("POST", "/my-reviews/<int:review_id>/reply"): {"agent", "supervisor"},
    ("GET", "/login/code"): "public", ("POST", "/login/code"): "public",
    ("GET", "/second-factor"): EVERYONE, ("POST", "/second-factor"): EVERYONE,
    ("POST", "/second-factor/confirm"): EVERYONE,
    ("GET", "/admin"): {"admin", "auditor"},
    ("GET", "/admin/data/<any(users, tokens, creditors, trunks):tab>"): {"admin"},
    ("GET", "/admin/data/<any(rules, health):tab>"): {"admin", "auditor"},
    ("GET", "/admin/audit"): {"admin", "auditor"}, ("GET", "/admin/audit/check"): {"admin", "auditor"},
    ("POST", "/admin/users"): {"admin"}, ("POST", "/admin/users/<int:user_id>"): {"admin"},
    ("POST", "/admin/users/<int:user_id>/password"): {"admin"},
    ("POST", "/admin/users/<int:user_id>/second-factor"): {"admin"},
    ("POST", "/admin/teams"): {"admin"}, ("POST", "/admin/tokens"): {"admin"},
    ("POST", "/admin/tokens/<int:token_id>/revoke"): {"admin"},
    ("POST", "/admin/agreements"): {"admin"},
    ("GET", "/board/at"): BOARD, ("GET", "/board/burn-down/<int:campaign_id>"): BOARD,
    ("POST", "/board/seats/<int:seat_id>/force"): BOARD,
    ("POST", "/board/seats/<int:seat_id>/tell"): BOARD,
    ("POST", "/board/alerts/<int:alert_id>/acknowledge"): BOARD,
    ("POST", "/board/concessions/<int:offer_id>"): BOARD,
    ("POST", "/desk/concession"): {"agent"},
    ("POST", "/desk/messages/<int:message_id>/read"): {"agent"},
    ("GET", "/cases"): EVERYONE, ("POST", "/cases"): EVERYONE,
    ("GET", "/cases/<int:account_id>"): EVERYONE, ("GET", "/cases/<int:account_id>/data"): EVERYONE,
    ("POST", "/cases/<int:account_id>/note"): EVERYONE - {"auditor"},
    ("POST", "/cases/<int:account_id>/<any(hold, release, complaint, answer, override):word>"): BOARD,
    ("POST", "/cases/<int:account_id>/approve"): MANAGERS,
    ("GET", "/template.csv"): MANAGERS, ("POST", "/numbers"): MANAGERS,
}  # fmt: skip


def test_every_route_has_its_row_in_the_matrix(office):
    routes = {
        (method, rule.rule)
        for rule in office.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/api/v1")  # its own matrix is in test_api_roles
    }
    assert routes == set(MATRIX)


@pytest.mark.parametrize("role", ["", *sorted(EVERYONE)])
def test_the_matrix_holds_for_every_cell(office, role):
    visitor = office.visitor(role)
    for (method, rule), allowed in MATRIX.items():
        if allowed == "public":
            continue
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule)
        path = re.sub(r"<[^>]*>", "9", path)
        answer = visitor.client.get(path) if method == "GET" else visitor.post(path)
        if not role:
            assert answer.status_code == 302, path  # to the login page
            assert "/login" in answer.headers["Location"]
        else:
            assert (answer.status_code == 403) == (role not in allowed), (path, answer.status_code)


def test_a_wrong_name_and_a_wrong_password_read_the_same(office):
    wrong_name = office.visitor().sign_in("nobody")
    wrong_password = office.visitor().sign_in("agent", "wrong")
    assert wrong_name.status_code == wrong_password.status_code == 401
    assert "用户名或密码不正确" in wrong_name.text
    assert wrong_name.text.count("alert") == wrong_password.text.count("alert")
    assert not password_fits(_NOBODY, "nobody2")


def test_too_many_attempts_wait_a_minute(office):
    visitor = office.visitor()
    codes = [visitor.sign_in("agent", "wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    assert visitor.sign_in("agent").status_code == 429  # even the right one
    assert visitor.sign_in("manager").status_code == 302  # another account is not affected


def test_without_a_token_nothing_is_changed(office):
    visitor = office.visitor("manager")
    answer = visitor.client.post("/campaigns", json={"name": "x", "creditor": "y"})
    assert answer.status_code == 400
    assert "过期" in answer.get_json()["error"]["text"]


def test_a_user_who_was_disabled_is_out_at_once(office):
    visitor = office.visitor("supervisor")
    socket = office.socket(visitor)
    assert visitor.client.get("/board").status_code == 200
    with write(office.sessions) as session:
        session.query(User).filter_by(username="supervisor").update({"active": False})
    assert visitor.client.get("/board").status_code == 302
    assert socket.emit("watch", {"view": "board"}, callback=True)["error"]["code"] == "403"


def test_headers_that_keep_others_out(office):
    answer = office.visitor("manager").client.get("/campaigns")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = office.visitor().sign_in("agent").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    ("header", "word"), [("zh-CN,zh;q=0.9", "登录"), ("en-GB", "Sign in"), ("fr", "登录")]
)
def test_the_language_follows_browser_cookie_and_user(office, header, word):
    visitor = office.visitor()
    page = visitor.client.get("/login", headers={"Accept-Language": header})
    assert word in page.text
    form = {"csrf_token": visitor.csrf(), "language": "en", "back": "//evil.example"}
    answer = visitor.client.post("/language", data=form)
    assert answer.headers["Location"] == "/"
    assert "Sign in" in visitor.client.get("/login").text
    visitor.sign_in("agent")
    assert "Agent desk" in visitor.client.get("/desk").text
    form = {"csrf_token": visitor.csrf(), "language": "zh-CN", "back": "/desk"}
    visitor.client.post("/language", data=form)
    other_browser = office.visitor("agent")
    assert "坐席台" in other_browser.client.get("/desk", headers={"Accept-Language": "en"}).text


def test_health_and_missing_pages(office):
    client = office.visitor().client
    assert client.get("/health").get_json()["ok"]
    assert client.get("/nothing").status_code == 404
    assert "没有这个页面" in client.get("/nothing").text


def test_our_own_fault_shows_a_number_and_no_trace(office, monkeypatch, caplog):
    office.app.testing = False
    monkeypatch.setattr("workbench.campaign_desk.report.upload_detail", lambda *_: 1 / 0)
    answer = office.visitor("manager").client.get(
        "/uploads/1", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 500
    text = answer.get_json()["error"]["text"]
    number = next(r.number for r in caplog.records if getattr(r, "action", "") == "web.error")
    assert number in text
    assert "ZeroDivision" not in answer.text


def test_the_key_that_signs_sessions_is_ours_alone(office):
    assert (office.folder / "secret.key").stat().st_mode & 0o077 == 0
