"""Search and the case page. What is searched for comes by POST and is in no address and no log."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from dialer.actions import cases, looking, stops
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.domain.case_search import TEXT_MAX, SearchTooShort, wanted
from dialer.reports.case_page import belongs, case_page
from dialer.reports.case_search import account_seen, search, sees_all
from dialer.store.session import Sessions, read
from workbench.api.cases import AnswerIn, ReasonIn
from workbench.auth import actor, needs
from workbench.rules import pack_in_force
from workbench.schemas import Id, Message, Text, Word

pages = Blueprint("cases", __name__)
SEES = ("agent", "supervisor", "manager", "auditor")
ACTS = ("supervisor", "manager")
UNKNOWN = {"hold": "hold_unknown", "complaint": "complaint_unknown", "override": "override_unknown"}
FORM_CHANNELS = ("call", "sms", "email", "letter", "visit", "creditor", "regulator", "other")


class SearchIn(Message):
    """One line: a name, pinyin, number, contract number or (masked) id."""

    text: Annotated[str, Field(max_length=TEXT_MAX)]


class StopIn(Message):
    """A stop flag and why."""

    kind: Word
    reason: Text


class GrievanceIn(Message):
    """投诉: how it reached us and what it says."""

    channel: Annotated[str, Field(pattern=f"^({'|'.join(FORM_CHANNELS)})$")]
    text: Text


class WaiveIn(Message):
    """Ask to waive one rule for some days; a second person approves."""

    code: Word
    reason: Text
    days: Annotated[int, Field(ge=1, le=cases.OVERRIDE_DAYS_MAX)]


class RemarkIn(Message):
    """催记."""

    text: Text


class RowIn(Message):
    """A row of this person: a hold, a complaint, a waiver."""

    id: Id


class ReleaseIn(ReasonIn):
    """Lift a hold."""

    id: Id


class ReplyIn(AnswerIn):
    """Answer a complaint."""

    id: Id


@pages.get("/cases")
@needs(*SEES)
def page() -> ResponseReturnValue:
    """An empty search."""
    return _results(None)


@pages.post("/cases")
@needs(*SEES)
def find() -> ResponseReturnValue:
    """Results, masked."""
    asked = SearchIn.model_validate({"text": request.form.get("text", "")})
    try:
        what = wanted(asked.text)
    except SearchTooShort:
        return _results({"fault": "short", "rows": []})
    me, now = actor(), utc_now()
    with read(_sessions()) as session:
        rows = search(session, what, me.user_id, me.role, now)
    looking.note_search(_sessions(), me, what, len(rows), _key(), now)
    return _results({"fault": "", "rows": rows, "ways": what.ways()})


@pages.get("/cases/<int:account_id>")
@needs(*SEES)
def case(account_id: int) -> ResponseReturnValue:
    """One case in full; that it was opened is in the audit."""
    view = _view(account_id)
    looking.note_opened(_sessions(), actor(), account_id, utc_now())
    facts = {
        "view": view, "hold_kinds": stops.HOLD_KINDS, "channels": FORM_CHANNELS,
        "me": actor().user_id, "may_act": actor().role in (*ACTS, "admin"),
        "may_approve": actor().role in ("manager", "admin"), "may_note": actor().role == "agent",
    }  # fmt: skip
    return render_template("page.html", view="case", facts=facts)


@pages.get("/cases/<int:account_id>/data")
@needs(*SEES)
def data(account_id: int) -> ResponseReturnValue:
    """The page again, after something was changed on it."""
    return jsonify(view=_view(account_id))


@pages.post("/cases/<int:account_id>/note")
@needs("agent", *ACTS)
def note(account_id: int) -> ResponseReturnValue:
    """Write a note on this account."""
    body = RemarkIn.model_validate(request.get_json())
    debtor_id = _debtor(account_id)
    cases.add_note(_sessions(), actor(), debtor_id, body.text, utc_now(), account_id)
    return jsonify(ok=True, view=_view(account_id))


@pages.post("/cases/<int:account_id>/<any(hold, release, complaint, answer, override):word>")
@needs(*ACTS)
def act(account_id: int, word: str) -> ResponseReturnValue:
    """What a supervisor may do for the person; each is one action."""
    debtor_id, given, now = _debtor(account_id), request.get_json(), utc_now()
    store, me = _sessions(), actor()
    if word == "hold":
        stop = StopIn.model_validate(given)
        stops.stop_contact(store, me, debtor_id, stop.kind, stop.reason, now)
    elif word == "release":
        lift = ReleaseIn.model_validate(given)
        cases.release_hold(store, me, _row(account_id, "hold", lift.id), lift.reason, now)
    elif word == "complaint":
        said = GrievanceIn.model_validate(given)
        cases.add_complaint(store, me, debtor_id, said.channel, said.text, now)
    elif word == "answer":
        reply = ReplyIn.model_validate(given)
        cases.answer_complaint(
            store, me, _row(account_id, "complaint", reply.id), reply.answer, now
        )
    else:
        asked = WaiveIn.model_validate(given)
        until = now + timedelta(days=asked.days)
        cases.ask_override(store, me, debtor_id, asked.code, asked.reason, until, now)
    return jsonify(ok=True, view=_view(account_id))


@pages.post("/cases/<int:account_id>/approve")
@needs("manager")
def approve(account_id: int) -> ResponseReturnValue:
    """The second person says yes to a waived rule."""
    body = RowIn.model_validate(request.get_json())
    cases.approve_override(_sessions(), actor(), _row(account_id, "override", body.id), utc_now())
    return jsonify(ok=True, view=_view(account_id))


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _key() -> bytes:
    secret = current_app.config["SECRET_KEY"]
    return secret if isinstance(secret, bytes) else str(secret).encode()


def _results(answer: dict[str, Any] | None) -> ResponseReturnValue:
    return render_template("page.html", view="cases", facts={"answer": answer})


def _view(account_id: int) -> dict[str, Any]:
    me, now = actor(), utc_now()
    with read(_sessions()) as session:
        account = account_seen(session, account_id, me.user_id, me.role, now)
        if account is None:
            abort(404)  # the same whether there is no such case or it is not theirs
        all_ = sees_all(session, me.user_id, me.role)
        return case_page(session, account, pack_in_force(), now, all_creditors=all_)


def _debtor(account_id: int) -> int:
    me = actor()
    with read(_sessions()) as session:
        account = account_seen(session, account_id, me.user_id, me.role, utc_now())
    if account is None:
        abort(404)
    return account.debtor_id


def _row(account_id: int, kind: str, row_id: int) -> int:
    """The row, when it is of this person: another's id is as unknown as none."""
    me = actor()
    with read(_sessions()) as session:
        account = account_seen(session, account_id, me.user_id, me.role, utc_now())
        if account is None or not belongs(session, account, kind, row_id):
            raise Refused(UNKNOWN[kind])
    return row_id
