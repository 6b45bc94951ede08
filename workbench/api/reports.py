"""Reports as data, and webhooks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from flask import request
from pydantic import Field

from dialer.actions import access
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import kpis
from dialer.reports.agents import by_agent
from dialer.reports.audit_pack import Subject, proofs
from dialer.reports.compliance import compliance_report
from dialer.reports.creditor import creditor_report, exists
from dialer.reports.period import Period
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import SAYS, Message

BOARD = ("supervisor", "manager")
MANAGER = ("manager",)
DAYS_MAX = 366
YEARS = (2000, 2100)  # days with which one can reckon
PERIOD = ("from", "to")


class WebhookIn(Message):
    """Where to, and which facts; none: all."""

    url: Annotated[str, Field(min_length=8, max_length=500, pattern=SAYS)]
    facts: list[str] = Field(default_factory=list)


class ReplayIn(Message):
    """Tell everything after this fact again."""

    after: Annotated[int, Field(ge=0, le=2**63 - 1)]


def period() -> Period:
    """`?from=2026-11-01&to=2026-11-30`, whole days, both included."""
    try:
        first = date.fromisoformat(request.args.get("from", ""))
        last = date.fromisoformat(request.args.get("to", ""))
    except ValueError:
        raise Refused("period") from None
    if not 0 <= (last - first).days < DAYS_MAX or not YEARS[0] <= first.year <= YEARS[1]:
        raise Refused("period")
    return Period(first, last)


@endpoint("GET", "/reports/campaigns", "The funnel by campaign", BOARD, query=PERIOD)
def report_campaigns() -> dict[str, Any]:
    """One row each."""
    with read(sessions()) as session:
        return {"rows": kpis.by_campaign(session, period())}


@endpoint("GET", "/reports/agents", "Time, calls and promises by agent", BOARD, query=PERIOD)
def report_agents() -> dict[str, Any]:
    """One row each."""
    with read(sessions()) as session:
        return {"rows": by_agent(session, period())}


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
        report = creditor_report(session, creditor_id, period(), pack_in_force())
    if report is None:
        raise Refused("creditor_unknown")
    return report


@endpoint(
    "GET",
    "/reports/creditors/<int:creditor_id>/compliance",
    "Pressure, blocks, abandonment sheets, complaints, proofs",
    BOARD,
    query=PERIOD,
)
def report_compliance(creditor_id: int) -> dict[str, Any]:
    """Every proof says how many were looked at and how many break the rule; the target is 0."""
    with read(sessions()) as session:
        if not exists(session, creditor_id):
            raise Refused("creditor_unknown")
        about = Subject(session, creditor_id, period(), pack_in_force())
        return {
            **compliance_report(session, creditor_id, about.period, about.pack),
            "proofs": proofs(about),
        }


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
