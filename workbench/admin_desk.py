"""Administration: users and teams, tokens, rules, agreements, trunks, the audit, health; and everybody's own
second factor. One page; each tab asks for its own data.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import segno
from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import login_required
from pydantic import Field, SecretStr

from dialer.actions import access, agreements, second_factor, staff, users
from dialer.actions.refusals import Refused
from dialer.clock import HOME, utc_now
from dialer.domain.roles import ROLES
from dialer.reports import installation
from dialer.reports.audit_log import Filter, audit_page
from dialer.reports.people import api_tokens, person_by_id
from dialer.store.audit import first_broken
from dialer.store.session import Sessions, read
from workbench.api.lists import AgreementIn
from workbench.auth import actor, hash_password, language_now, needs
from workbench.errors import refusal_text
from workbench.rules import pack_in_force
from workbench.schemas import Id, Message, Name

pages = Blueprint("admin", __name__)
Password = Annotated[SecretStr, Field(min_length=10, max_length=200)]
Role = Annotated[str, Field(max_length=20)]


class UserIn(Message):
    """A new user; the password is said to them and changed by them."""

    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{2,60}$")]
    name: Name
    role: Role
    password: Password
    staff_no: Annotated[str, Field(max_length=40)] = ""
    leg_address: Annotated[str, Field(max_length=120)] = ""


class ChangeIn(Message):
    """What a user is and may."""

    role: Role
    active: bool
    team_id: Id | None = None
    creditor_ids: Annotated[list[Id], Field(max_length=500)]


class PasswordIn(Message):
    """A new password for somebody."""

    password: Password


class TeamIn(Message):
    """A team."""

    name: Name


class TokenIn(Message):
    """A key of the API that acts as a user."""

    username: Name
    name: Name


@pages.get("/admin")
@needs("admin", "auditor")
def page() -> ResponseReturnValue:
    """An auditor sees the audit and the rules only."""
    tabs = ["audit", "rules", "health"]
    if actor().role == "admin":
        tabs = ["users", "tokens", "rules", "creditors", "trunks", "audit", "health"]
    return render_template(
        "page.html", view="admin", facts={"tabs": tabs, "roles": ROLES, "me": actor().user_id}
    )


@pages.get("/admin/data/<any(users, tokens, creditors, trunks):tab>")
@needs("admin")
def data(tab: str) -> ResponseReturnValue:
    """What a tab shows."""
    with read(_sessions()) as session:
        if tab == "users":
            return jsonify(installation.staff(session))
        if tab == "tokens":
            return jsonify(tokens=api_tokens(session))
        if tab == "creditors":
            return jsonify(installation.agreements(session))
    return jsonify(trunks=[
        {"name": trunk.name, "proxy": trunk.proxy, "channels": trunk.channels,
         "calls_per_second": trunk.calls_per_second, "numbers": len(trunk.numbers)}
        for trunk in current_app.config["KEPT_TRUNKS"]
    ])  # fmt: skip


@pages.get("/admin/data/<any(rules, health):tab>")
@needs("admin", "auditor")
def facts(tab: str) -> ResponseReturnValue:
    """What an auditor may read too."""
    with read(_sessions()) as session:
        if tab == "rules":
            return jsonify(installation.rule_packs(pack_in_force(), utc_now()))
        return jsonify(installation.health(session, pack_in_force(), utc_now()))


@pages.get("/admin/audit")
@needs("admin", "auditor")
def show_audit() -> ResponseReturnValue:
    """`?user=&action=&subject=&from=&to=&before=`; ids, codes and days only."""
    wanted = Filter(
        user_id=request.args.get("user", 0, type=int), action=request.args.get("action", "")[:40],
        subject=request.args.get("subject", "")[:60], since=_day("from", time.min),
        until=_day("to", time.max),
    )  # fmt: skip
    with read(_sessions()) as session:
        return jsonify(audit_page(session, wanted, request.args.get("before", type=int)))


@pages.get("/admin/audit/check")
@needs("admin", "auditor")
def check_audit() -> ResponseReturnValue:
    """Whether the chain of hashes holds, from the first row on."""
    with read(_sessions()) as session:
        return jsonify(broken=first_broken(session))


@pages.post("/admin/users")
@needs("admin")
def add_user() -> ResponseReturnValue:
    """A new user."""
    body = UserIn.model_validate(request.get_json())
    if body.role not in ROLES:
        raise Refused("role_unknown", roles=", ".join(ROLES))
    added = users.add_user(
        _sessions(), actor(), username=body.username, display_name=body.name, role=body.role,
        password_hash=hash_password(body.password.get_secret_value()), staff_no=body.staff_no,
        leg_address=body.leg_address, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, id=added), 201


@pages.post("/admin/users/<int:user_id>")
@needs("admin")
def change_user(user_id: int) -> ResponseReturnValue:
    """Role, team, creditors, whether they may sign in."""
    body = ChangeIn.model_validate(request.get_json())
    staff.change_user(
        _sessions(), actor(), user_id, role=body.role, active=body.active, team_id=body.team_id,
        creditor_ids=body.creditor_ids, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True)


@pages.post("/admin/users/<int:user_id>/password")
@needs("admin")
def set_password(user_id: int) -> ResponseReturnValue:
    """A new password; their sessions end."""
    body = PasswordIn.model_validate(request.get_json())
    hashed = hash_password(body.password.get_secret_value())
    staff.set_password(_sessions(), actor(), user_id, hashed, utc_now())
    return jsonify(ok=True)


@pages.post("/admin/users/<int:user_id>/second-factor")
@needs("admin")
def take_factor(user_id: int) -> ResponseReturnValue:
    """The phone is lost."""
    second_factor.take_away(_sessions(), actor(), user_id, utc_now())
    return jsonify(ok=True)


@pages.post("/admin/teams")
@needs("admin")
def add_team() -> ResponseReturnValue:
    """A team."""
    body = TeamIn.model_validate(request.get_json())
    return jsonify(ok=True, id=staff.add_team(_sessions(), actor(), body.name, utc_now())), 201


@pages.post("/admin/tokens")
@needs("admin")
def add_token() -> ResponseReturnValue:
    """The token is in this answer and nowhere else."""
    body = TokenIn.model_validate(request.get_json())
    token = access.add_token(_sessions(), actor(), body.username, body.name, utc_now())
    return jsonify(ok=True, token=token), 201


@pages.post("/admin/tokens/<int:token_id>/revoke")
@needs("admin")
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Refused from the next request on."""
    access.revoke_token(_sessions(), actor(), token_id, utc_now())
    return jsonify(ok=True)


@pages.post("/admin/agreements")
@needs("admin")
def add_agreement() -> ResponseReturnValue:
    """协议 of a creditor."""
    body = AgreementIn.model_validate(request.get_json())
    added = agreements.add_agreement(
        _sessions(), actor(), pack_in_force(), now=utc_now(), **body.model_dump()
    )
    return jsonify(ok=True, id=added), 201


@pages.get("/second-factor")
@login_required
def own_factor() -> ResponseReturnValue:
    """Everybody's own second factor."""
    return _factor()


@pages.post("/second-factor")
@login_required
def begin_factor() -> ResponseReturnValue:
    """A QR code for the app, shown once."""
    try:
        return _factor(uri=second_factor.begin(_sessions(), actor()))
    except Refused as refusal:
        return _factor(fault=refusal_text(refusal, language_now())), 409


@pages.post("/second-factor/confirm")
@login_required
def confirm_factor() -> ResponseReturnValue:
    """The first code turns it on."""
    code = request.form.get("code", "")[:10].replace(" ", "")
    try:
        second_factor.confirm(_sessions(), actor(), code, utc_now())
    except Refused as refusal:
        return _factor(fault=refusal_text(refusal, language_now())), 409
    return _factor()


def _factor(uri: str = "", fault: str = "") -> str:
    with read(_sessions()) as session:
        person = person_by_id(session, actor().user_id)
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0]
    words: dict[str, Any] = {
        "is_on": person is not None and person.totp_on, "fault": fault, "secret": secret,
        "qr": segno.make(uri, micro=False).svg_data_uri(scale=5) if uri else "",
    }  # fmt: skip
    return render_template("second_factor.html", **words)


def _day(name: str, at: time) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), at, HOME)
    except ValueError:
        abort(400)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]
