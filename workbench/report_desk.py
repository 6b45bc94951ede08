"""The reports page: funnel, agents, outbound numbers, creditor; as pictures, CSV, XLSX and audit pack."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from dialer.clock import utc_now
from dialer.reports import kpis
from dialer.reports.audit_pack import proofs, write_pack
from dialer.reports.campaigns import creditors
from dialer.reports.creditor import creditor_report
from dialer.reports.exports import table_csv, table_xlsx
from dialer.reports.number_pools import pools_and_numbers
from dialer.store.session import read
from workbench.api.reports import period
from workbench.auth import needs
from workbench.rules import pack_in_force

pages = Blueprint("reports", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("campaigns", "agents", "numbers")


@pages.get("/reports")
@needs("supervisor", "manager")
def page() -> ResponseReturnValue:
    """The page; figures are fetched for the chosen days."""
    with read(current_app.extensions["kept_sessions"]) as session:
        today = utc_now().astimezone(kpis.HOME).date().isoformat()
        facts = {"today": today, "creditors": creditors(session)}
    return render_template("page.html", view="reports", facts=facts)


@pages.get("/reports/data")
@needs("supervisor", "manager")
def data() -> ResponseReturnValue:
    """All tables of the period, and one creditor's report when it is named."""
    chosen = request.args.get("creditor", type=int)
    with read(current_app.extensions["kept_sessions"]) as session:
        answer: dict[str, Any] = {kind: _rows(session, kind) for kind in KINDS}
        if chosen is not None:
            answer["creditor"] = creditor_report(session, chosen, period())
            answer["proofs"] = proofs(session, chosen, period(), pack_in_force(), None)
    return jsonify(answer)


@pages.get("/reports/pools")
@needs("supervisor", "manager")
def pools() -> ResponseReturnValue:
    """Number pools with every number's health, as of now."""
    with read(_sessions()) as session:
        return jsonify(pools_and_numbers(session, utc_now()))


@pages.get("/reports/<any(campaigns, agents, numbers):kind>.csv")
@needs("supervisor", "manager")
def as_csv(kind: str) -> ResponseReturnValue:
    """One table."""
    with read(current_app.extensions["kept_sessions"]) as session:
        return _file(table_csv(_rows(session, kind)), "text/csv", f"{kind}.csv")


@pages.get("/reports/all.xlsx")
@needs("supervisor", "manager")
def as_xlsx() -> ResponseReturnValue:
    """All tables, a sheet each."""
    with read(current_app.extensions["kept_sessions"]) as session:
        return _file(table_xlsx({kind: _rows(session, kind) for kind in KINDS}), XLSX, "kept.xlsx")


@pages.get("/reports/audit-pack.zip")
@needs("manager")
def audit_pack() -> ResponseReturnValue:
    """Ledger, proofs and hashes of one creditor and period."""
    chosen = request.args.get("creditor", type=int)
    with tempfile.TemporaryDirectory() as folder, read(_sessions()) as session:
        if chosen is None or creditor_report(session, chosen, period()) is None:
            abort(404)
        target = Path(folder) / "pack.zip"
        recordings = current_app.config["KEPT_RECORDINGS"]
        write_pack(session, target, chosen, period(), pack_in_force(), recordings, utc_now())
        return _file(target.read_bytes(), "application/zip", f"audit-{chosen}.zip")


def _sessions() -> Any:
    return current_app.extensions["kept_sessions"]


def _rows(session: Session, kind: str) -> list[dict[str, Any]]:
    table = {"campaigns": kpis.by_campaign, "agents": kpis.by_agent, "numbers": kpis.by_number}[
        kind
    ]
    return table(session, period())


def _file(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, mimetype=mimetype, headers=headers)
