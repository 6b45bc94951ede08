"""The reports page: funnel, agents, outbound numbers, creditor; as pictures, tables and files."""

from __future__ import annotations

from typing import Any

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
from sqlalchemy.orm import Session

from dialer.actions import report_files
from dialer.clock import utc_now
from dialer.reports import kpis
from dialer.reports.agents import by_agent
from dialer.reports.audit_pack import Subject, proofs
from dialer.reports.campaigns import creditors
from dialer.reports.creditor import creditor_report, exists
from dialer.reports.exports import table_csv, table_xlsx
from dialer.reports.number_pools import pools_and_numbers
from dialer.reports.period import HOME
from dialer.reports.registers import newest
from dialer.store.session import Sessions, read
from workbench.api.files import FileIn, ScheduleIn
from workbench.api.reports import period
from workbench.auth import actor, needs
from workbench.rules import pack_in_force

pages = Blueprint("reports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = {"campaigns": kpis.by_campaign, "agents": by_agent, "numbers": kpis.by_number}


@pages.get("/reports")
@needs("supervisor", "manager")
def page() -> ResponseReturnValue:
    """The page; figures are fetched for the chosen days."""
    with read(_sessions()) as session:
        facts = {
            "today": utc_now().astimezone(HOME).date().isoformat(),
            "creditors": creditors(session), "may_export": actor().role in ("manager", "admin"),
        }  # fmt: skip
    return render_template("page.html", view="reports", facts=facts)


@pages.get("/reports/data")
@needs("supervisor", "manager")
def data() -> ResponseReturnValue:
    """All tables of the period, and one creditor's report when it is named."""
    chosen = request.args.get("creditor", type=int)
    with read(_sessions()) as session:
        answer: dict[str, Any] = {kind: _rows(session, kind) for kind in TABLES}
        if chosen is not None:
            answer["creditor"] = creditor_report(session, chosen, period(), pack_in_force())
    return jsonify(answer)


@pages.get("/reports/pools")
@needs("supervisor", "manager")
def pools() -> ResponseReturnValue:
    """Number pools with every number's health, as of now."""
    with read(_sessions()) as session:
        return jsonify(pools_and_numbers(session, utc_now()))


@pages.get("/reports/proofs")
@needs("supervisor", "manager")
def show_proofs() -> ResponseReturnValue:
    """An auditor's questions about one creditor, answered now."""
    with read(_sessions()) as session:
        about = Subject(session, _creditor(session), period(), pack_in_force())
        return jsonify(proofs=proofs(about))


@pages.get("/reports/<any(campaigns, agents, numbers):kind>.csv")
@needs("supervisor", "manager")
def as_csv(kind: str) -> ResponseReturnValue:
    """One table."""
    with read(_sessions()) as session:
        return _file(table_csv(_rows(session, kind)), "text/csv", f"{kind}.csv")


@pages.get("/reports/all.xlsx")
@needs("supervisor", "manager")
def as_xlsx() -> ResponseReturnValue:
    """All tables, a sheet each."""
    with read(_sessions()) as session:
        return _file(table_xlsx({kind: _rows(session, kind) for kind in TABLES}), XLSX, "kept.xlsx")


@pages.get("/reports/files")
@needs("manager")
def files() -> ResponseReturnValue:
    """A creditor's newest files and its schedules."""
    with read(_sessions()) as session:
        chosen = _creditor(session)
        return jsonify(
            files=newest(session, "report-files", chosen),
            schedules=newest(session, "report-schedules", chosen),
        )


@pages.post("/reports/files")
@needs("manager")
def ask() -> ResponseReturnValue:
    """A report or an audit pack; the engine makes it."""
    body = FileIn.model_validate(request.get_json())
    file = report_files.ask_file(
        _sessions(), actor(), creditor_id=body.creditor_id, kind=body.kind, format_=body.format,
        first=body.first, last=body.last, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, id=file), 201


@pages.post("/reports/files/<int:file_id>/cancel")
@needs("manager")
def cancel(file_id: int) -> ResponseReturnValue:
    """It is not made."""
    report_files.cancel_file(_sessions(), actor(), file_id, utc_now())
    return jsonify(ok=True)


@pages.get("/reports/files/<int:file_id>")
@needs("manager")
def download(file_id: int) -> ResponseReturnValue:
    """Who took it is in the audit."""
    path = report_files.note_download(_sessions(), actor(), file_id, utc_now())
    return send_file(path.resolve(), as_attachment=True, download_name=path.name, etag=False)


@pages.post("/reports/schedules")
@needs("manager")
def schedule() -> ResponseReturnValue:
    """A report that comes by itself."""
    body = ScheduleIn.model_validate(request.get_json())
    made = report_files.add_schedule(_sessions(), actor(), now=utc_now(), **body.model_dump())
    return jsonify(ok=True, id=made), 201


@pages.post("/reports/schedules/<int:schedule_id>/stop")
@needs("manager")
def stop_schedule(schedule_id: int) -> ResponseReturnValue:
    """No more of these."""
    report_files.stop_schedule(_sessions(), actor(), schedule_id, utc_now())
    return jsonify(ok=True)


def _creditor(session: Session) -> int:
    chosen = request.args.get("creditor", type=int)
    if chosen is None or not exists(session, chosen):
        abort(404)
    return chosen


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _rows(session: Session, kind: str) -> list[dict[str, Any]]:
    return TABLES[kind](session, period())


def _file(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, mimetype=mimetype, headers=headers)
