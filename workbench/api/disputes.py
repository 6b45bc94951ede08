"""Disputes: what a debtor contests, the creditor's answer, the decision."""

from __future__ import annotations

from typing import Annotated, Any

from flask import request
from pydantic import Field

from dialer.actions import disputes
from dialer.clock import HOME, utc_now
from dialer.reports import disputes as report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.schemas import Message, Name

SUPERVISOR = ("supervisor", "manager")
Text = Annotated[str, Field(min_length=1, max_length=2000)]


class DisputeIn(Message):
    """异议 against an account: amount, paid or fraud."""

    account_id: int
    kind: Name
    text: Text


class DisputeAnswerIn(Message):
    """What the creditor says."""

    answer: Text


class ResolveIn(Message):
    """upheld (the debtor is right), rejected, withdrawn; and why."""

    resolution: Name
    reason: Text


@endpoint("GET", "/disputes", "Disputes, the most urgent first (?state=)", SUPERVISOR)
def list_disputes() -> dict[str, Any]:
    """Without `?state=`: all that are not resolved."""
    today = utc_now().astimezone(HOME).date()
    with read(sessions()) as session:
        return {"rows": report.disputes(session, request.args.get("state", ""), today)}


@endpoint("POST", "/disputes", "Open a dispute", SUPERVISOR, body=DisputeIn)
def create_dispute(body: DisputeIn) -> dict[str, Any]:
    """The person is held at once."""
    return {"id": disputes.add_dispute(sessions(), actor(), now=utc_now(), **body.model_dump())}


@endpoint("POST", "/disputes/<int:dispute_id>/answer", "The creditor's answer", SUPERVISOR,
          body=DisputeAnswerIn)  # fmt: skip
def answer_dispute(dispute_id: int, body: DisputeAnswerIn) -> dict[str, Any]:
    """The hold stays until it is resolved."""
    disputes.answer_dispute(sessions(), actor(), dispute_id, body.answer, utc_now())
    return {}


@endpoint("POST", "/disputes/<int:dispute_id>/resolve", "Decide a dispute", SUPERVISOR,
          body=ResolveIn)  # fmt: skip
def resolve_dispute(dispute_id: int, body: ResolveIn) -> dict[str, Any]:
    """Lifts the hold."""
    disputes.resolve_dispute(
        sessions(), actor(), dispute_id, body.resolution, body.reason, utc_now()
    )
    return {}
