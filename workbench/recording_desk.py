"""The page of recordings: find a call, listen, hold it. Whoever listens is named in the audit first."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.actions import recordings
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.domain.outcomes import OUTCOMES
from dialer.reports import recordings as report
from dialer.store.session import Sessions, read
from workbench.auth import actor, needs
from workbench.recording_sound import (
    FindIn,
    HoldIn,
    ListenIn,
    opened,
    path_of_ticket,
    peaks_of,
    stream,
    ticket_for,
)

pages = Blueprint("recordings", __name__)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


@pages.get("/recordings")
@needs("supervisor", "manager")
def page() -> ResponseReturnValue:
    """The page; what one may narrow by comes with it."""
    with read(_sessions()) as session:
        facts = {
            **report.choices(session), "reasons": recordings.REASONS, "outcomes": list(OUTCOMES),
            "page": report.PAGE,
        }  # fmt: skip
    return render_template("page.html", view="recordings", facts=facts)


@pages.post("/recordings/find")
@needs("supervisor", "manager")
def find() -> ResponseReturnValue:
    """By POST: a number does not belong into an address."""
    wanted = FindIn.model_validate(request.get_json()).wanted()
    with read(_sessions()) as session:
        return jsonify(ok=True, recordings=report.find(session, wanted, actor().user_id))


@pages.post("/recordings/<attempt_id>/listen")
@needs("supervisor", "manager", "auditor")
def listen(attempt_id: str) -> ResponseReturnValue:
    """Peaks and a ticket; written down before anything is heard."""
    asked = ListenIn.model_validate(request.get_json())
    with read(_sessions()) as session:
        if not report.may_hear(session, actor().user_id, attempt_id):
            raise Refused("recording_unknown")  # another creditor's is as if it were not there
    row = recordings.listen(_sessions(), actor(), attempt_id, asked.reason, utc_now())
    kept = opened(row.path)
    ticket = ticket_for(actor().user_id, attempt_id, row.path)
    return jsonify(ok=True, ticket=ticket, seconds=row.seconds, peaks=peaks_of(kept))


@pages.get("/recordings/<attempt_id>/sound")
@needs("supervisor", "manager", "auditor")
def sound(attempt_id: str) -> ResponseReturnValue:
    """`?ticket=`; any part of it. Deleted meanwhile: no more."""
    path = path_of_ticket(request.args.get("ticket", ""), actor().user_id, attempt_id)
    with read(_sessions()) as session:
        if report.state_of(session, attempt_id) != "kept":
            abort(404)
    return stream(opened(path))


@pages.post("/recordings/<attempt_id>/hold")
@needs("supervisor", "manager")
def hold(attempt_id: str) -> ResponseReturnValue:
    """It is not deleted until the hold is lifted; `why` empty lifts it."""
    asked = HoldIn.model_validate(request.get_json())
    recordings.hold_recording(_sessions(), actor(), attempt_id, asked.why, utc_now())
    return jsonify(ok=True)
