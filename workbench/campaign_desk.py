"""The manager's page: campaigns, their files, start and pause, the pool of shown numbers.

A file is streamed to disk and hashed here; reading it is the engine's job.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    send_file,
)
from flask.typing import ResponseReturnValue

from dialer.actions import campaigns as actions
from dialer.actions import list_rules
from dialer.actions.agreements import choose_mode
from dialer.actions.intake.asking import (
    approve_upload,
    cancel_upload,
    discard_upload,
    map_columns,
    undo_upload,
)
from dialer.actions.numbers import add_outbound_numbers
from dialer.actions.table_file import SIZE_MAX, XLSX_ROWS_MAX
from dialer.clock import utc_now
from dialer.domain.case_rows import REQUIRED, fields, template_header
from dialer.reports import campaigns as report
from dialer.reports.exports import rejected_csv, rejected_xlsx
from dialer.reports.waterfall import waterfall
from dialer.store.session import Sessions, read
from workbench.auth import actor, language_now, needs
from workbench.rules import pack_in_force
from workbench.schemas import CampaignIn, ListIn, MappingIn, ModeIn, NumbersIn
from workbench.translations import say
from workbench.uploads import store_upload

pages = Blueprint("campaigns", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


@pages.get("/campaigns")
@needs("manager")
def page() -> ResponseReturnValue:
    """The page; its view comes through `live`."""
    known = {"required": REQUIRED, "optional": fields()[len(REQUIRED) :]}
    facts = {"size_max": SIZE_MAX, "fields": known}
    return render_template("page.html", view="campaigns", facts=facts)


@pages.post("/campaigns")
@needs("manager")
def add() -> ResponseReturnValue:
    """A campaign in draft; its creditor is created when new."""
    asked = CampaignIn.model_validate(request.get_json())
    creditor = actions.add_creditor(_sessions(), actor(), asked.creditor, utc_now())
    campaign = actions.add_campaign(
        _sessions(), actor(), name=asked.name, creditor_id=creditor,
        ring_seconds=asked.ring_seconds, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, id=campaign), 201


@pages.post("/campaigns/<int:campaign_id>/start")
@needs("manager")
def start(campaign_id: int) -> ResponseReturnValue:
    """Let the engine dial it."""
    actions.start_campaign(_sessions(), actor(), campaign_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/pause")
@needs("supervisor", "manager")
def pause(campaign_id: int) -> ResponseReturnValue:
    """No further INVITE."""
    actions.pause_campaign(_sessions(), actor(), campaign_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/uploads")
@needs("manager")
def upload(campaign_id: int) -> ResponseReturnValue:
    """The body is the file; `?dry_run=1` waits for a word before anything is dialed."""
    dry_run = request.args.get("dry_run") == "1"
    upload_id = store_upload(_sessions(), actor(), campaign_id, dry_run=dry_run)
    return jsonify(ok=True, id=upload_id), 202


@pages.post("/uploads/<int:upload_id>/<any(commit, discard, cancel, undo):word>")
@needs("manager")
def decide_upload(upload_id: int, word: str) -> ResponseReturnValue:
    """What is to become of a file."""
    act = {
        "commit": approve_upload, "discard": discard_upload, "cancel": cancel_upload,
        "undo": undo_upload,
    }[word]  # fmt: skip
    act(_sessions(), actor(), upload_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/mode")
@needs("manager")
def set_mode(campaign_id: int) -> ResponseReturnValue:
    """Predictive, progressive, preview or manual."""
    asked = ModeIn.model_validate(request.get_json())
    choose_mode(_sessions(), actor(), campaign_id, asked.mode, utc_now())
    return jsonify(ok=True)


@pages.post("/uploads/<int:upload_id>/list")
@needs("manager")
def set_list(upload_id: int) -> ResponseReturnValue:
    """Switch a list on or off, set its priority or weight."""
    asked = ListIn.model_validate(request.get_json()).model_dump(exclude_none=True)
    list_rules.set_list(_sessions(), actor(), upload_id, asked, utc_now())
    return jsonify(ok=True)


@pages.post("/uploads/<int:upload_id>/mapping")
@needs("manager")
def map_upload(upload_id: int) -> ResponseReturnValue:
    """Which column is which; remembered for the creditor."""
    asked = MappingIn.model_validate(request.get_json())
    map_columns(_sessions(), actor(), upload_id, asked.name, dict(asked.columns), utc_now())
    return jsonify(ok=True)


@pages.get("/campaigns/<int:campaign_id>/waterfall")
@needs("supervisor", "manager")
def show_waterfall(campaign_id: int) -> ResponseReturnValue:
    """Why not more: from all entries to those dialable now."""
    with read(_sessions()) as session:
        if not report.exists(session, campaign_id):
            abort(404)
        return jsonify(waterfall(session, campaign_id, pack_in_force(), utc_now()))


@pages.get("/uploads/<int:upload_id>")
@needs("manager")
def upload_detail(upload_id: int) -> ResponseReturnValue:
    """How far it is, and the first rows that were left out, with reasons in words."""
    with read(_sessions()) as session:
        detail = report.upload_detail(session, upload_id)
    if detail is None:
        abort(404)
    for row in detail["rows"]:
        row["text"] = say(language_now(), f"row.{row['reason']}")
    return jsonify(detail)


@pages.get("/uploads/<int:upload_id>/rejected.csv")
@needs("manager")
def rejected(upload_id: int) -> ResponseReturnValue:
    """The rows that were left out, to be mended and sent again."""
    language, sessions = language_now(), _sessions()

    def lines() -> Iterator[bytes]:
        with read(sessions) as session:
            yield from rejected_csv(session, upload_id, lambda key: say(language, key))

    headers = {"Content-Disposition": f"attachment; filename=rejected-{upload_id}.csv"}
    return Response(lines(), mimetype="text/csv", headers=headers)


@pages.get("/uploads/<int:upload_id>/rejected.xlsx")
@needs("manager")
def rejected_sheet(upload_id: int) -> ResponseReturnValue:
    """The same as a sheet."""
    language = language_now()
    with read(_sessions()) as session:
        content = rejected_xlsx(session, upload_id, lambda key: say(language, key), XLSX_ROWS_MAX)
    return send_file(content, XLSX, as_attachment=True, download_name=f"rejected-{upload_id}.xlsx")


@pages.get("/template.csv")
@needs("manager")
def template() -> ResponseReturnValue:
    """The columns Kept understands, as an empty file."""
    text = "\ufeff" + ",".join(template_header()) + "\r\n"
    headers = {"Content-Disposition": "attachment; filename=kept-template.csv"}
    return Response(text.encode(), mimetype="text/csv", headers=headers)


@pages.post("/numbers")
@needs("manager")
def numbers() -> ResponseReturnValue:
    """Add outbound numbers to the pool."""
    asked = NumbersIn.model_validate(request.get_json())
    new = add_outbound_numbers(_sessions(), actor(), asked.numbers, utc_now())
    return jsonify(ok=True, new=new), 201
