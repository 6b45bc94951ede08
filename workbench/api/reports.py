"""Reports as data, the audit pack as a file, and webhooks."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from flask import Response, current_app, request
from pydantic import Field

from dialer.actions import access
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import kpis
from dialer.reports.audit_pack import write_pack
from dialer.reports.creditor import creditor_report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import Message

BOARD = ("supervisor", "manager")
MANAGER = ("manager",)
DAYS_MAX = 366
PERIOD = ("from", "to")


class WebhookIn(Message):
    """Where to, and which facts; none: all."""

    url: Annotated[str, Field(min_length=8, max_length=500)]
    facts: list[str] = Field(default_factory=list)


class ReplayIn(Message):
    """Tell everything after this fact again."""

    after: Annotated[int, Field(ge=0)]


def period() -> kpis.Period:
    """`?from=2026-11-01&to=2026-11-30`, whole days, both included."""
    try:
        first = date.fromisoformat(request.args.get("from", ""))
        last = date.fromisoformat(request.args.get("to", ""))
    except ValueError:
        raise Refused("period") from None
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Refused("period")
    return kpis.Period(first, last)


@endpoint("GET", "/reports/campaigns", "The funnel by campaign", BOARD, query=PERIOD)
def report_campaigns() -> dict[str, Any]:
    """One row each."""
    with read(sessions()) as session:
        return {"rows": kpis.by_campaign(session, period())}


@endpoint("GET", "/reports/agents", "Time, calls and promises by agent", BOARD, query=PERIOD)
def report_agents() -> dict[str, Any]:
    """One row each."""
    with read(sessions()) as session:
        return {"rows": kpis.by_agent(session, period())}


@endpoint("GET", "/reports/numbers", "Use and health by outbound number", BOARD, query=PERIOD)
def report_numbers() -> dict[str, Any]:
    """One row each."""
    with read(sessions()) as session:
        return {"rows": kpis.by_number(session, period())}


@endpoint(
    "GET",
    "/reports/creditors/<int:creditor_id>",
    "The creditor's progress report",
    MANAGER,
    query=PERIOD,
)
def report_creditor(creditor_id: int) -> dict[str, Any]:
    """Batches, buckets, outcomes, complaints."""
    with read(sessions()) as session:
        report = creditor_report(session, creditor_id, period())
    if report is None:
        raise Refused("creditor_unknown")
    return report


@endpoint(
    "GET",
    "/reports/creditors/<int:creditor_id>/audit-pack",
    "Ledger, proofs and hashes (zip)",
    MANAGER,
    query=PERIOD,
)
def audit_pack(creditor_id: int) -> Response:
    """A zip with a manifest of SHA-256."""
    with tempfile.TemporaryDirectory() as folder, read(sessions()) as session:
        if creditor_report(session, creditor_id, period()) is None:
            raise Refused("creditor_unknown")
        target = Path(folder) / "pack.zip"
        write_pack(
            session, target, creditor_id, period(), pack_in_force(),
            current_app.config["KEPT_RECORDINGS"], utc_now(),
        )  # fmt: skip
        headers = {"Content-Disposition": f"attachment; filename=audit-{creditor_id}.zip"}
        return Response(target.read_bytes(), mimetype="application/zip", headers=headers)


@endpoint("POST", "/webhooks", "Be told of facts", MANAGER, body=WebhookIn)
def create_webhook(body: WebhookIn) -> dict[str, Any]:
    """The secret that signs them is shown once."""
    return access.add_webhook(sessions(), actor(), body.url, body.facts, utc_now())


@endpoint("POST", "/webhooks/<int:webhook_id>/replay", "Be told again", MANAGER, body=ReplayIn)
def replay(webhook_id: int, body: ReplayIn) -> dict[str, Any]:
    """From a fact on."""
    access.replay_webhook(sessions(), actor(), webhook_id, body.after, utc_now())
    return {}


@endpoint("DELETE", "/webhooks/<int:webhook_id>", "Be told no more", MANAGER)
def stop_webhook(webhook_id: int) -> dict[str, Any]:
    """Facts go on being kept in the ledger."""
    access.stop_webhook(sessions(), actor(), webhook_id, utc_now())
    return {}
