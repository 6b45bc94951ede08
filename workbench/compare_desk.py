"""Comparisons of two campaigns: planned by a manager, judged when enough people are ripe."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from dialer.actions import comparisons as actions
from dialer.clock import utc_now
from dialer.domain.comparisons import MEASURES
from dialer.reports.comparisons import comparisons
from dialer.reports.recordings import choices
from dialer.store.session import Sessions, read
from workbench.auth import actor, needs
from workbench.schemas import Id, Message

pages = Blueprint("compare", __name__)


class ComparisonIn(Message):
    """Which two, by what, and the difference that is worth finding (shares of 1)."""

    campaign_a: Id
    campaign_b: Id
    measure: Annotated[str, Field(max_length=20)]
    base: float
    least: float
    window_days: int


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _all() -> dict[str, Any]:
    with read(_sessions()) as session:
        return {
            "comparisons": comparisons(session, utc_now()), "measures": MEASURES,
            "campaigns": choices(session)["campaigns"],
        }  # fmt: skip


@pages.get("/reports/compare")
@needs("supervisor", "manager")
def show() -> ResponseReturnValue:
    """What was planned and what it came to."""
    return jsonify(_all())


@pages.post("/reports/compare")
@needs("manager")
def plan() -> ResponseReturnValue:
    """Fixed from then on; another question is another comparison."""
    asked = ComparisonIn.model_validate(request.get_json())
    actions.plan_comparison(
        _sessions(), actor(), (asked.campaign_a, asked.campaign_b), asked.measure, asked.base,
        asked.least, asked.window_days, utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, **_all()), 201
