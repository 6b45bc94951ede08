"""The plan page: what a shift would come to with these figures, and with a few of them changed."""

from __future__ import annotations

import atexit
from typing import Annotated, Any, Literal

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user
from pydantic import Field

from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports.measured_floor import (
    ATTEMPTS_MIN,
    CONVERSATIONS_MIN,
    campaigns_with_calls,
    measured_floor,
)
from dialer.simulation.questions import BadQuestion, Question, variants
from dialer.store.session import read
from workbench.auth import language_now, needs
from workbench.plan_runs import Runs
from workbench.schemas import Message
from workbench.translations import catalogue, say

pages = Blueprint("plan", __name__)
WORK_MOST = 12_000.0  # agent hours of all variants and days together: a quarter of an hour at most
SEARCHES = 12  # a pacer tuned in hindsight plays its days about so often
Share = Annotated[float, Field(ge=0, le=1)]


class PlanIn(Message):
    """Figures as the form has them: seconds, and shares of 1."""

    agents: Annotated[int, Field(ge=1, le=500)]
    hours: Annotated[float, Field(ge=0.5, le=16)]
    answer_rate: Annotated[float, Field(ge=0.002, le=1)]
    machine_share: Annotated[float, Field(ge=0, le=0.95)] = 0.0
    busy: Share = 0.2
    failed: Share = 0.2
    ring: Annotated[float, Field(ge=1, le=60)] = 10.0
    ring_timeout: Annotated[float, Field(ge=10, le=120)] = 30.0
    talk: Annotated[float, Field(ge=5, le=3600)]
    talk_cv: Annotated[float, Field(ge=0, le=3)] = 0.8
    wrap: Annotated[float, Field(ge=0, le=1800)]
    amd: bool = False
    target: Annotated[float, Field(ge=0.001, le=0.2)] = 0.03
    lines: Annotated[int, Field(ge=1, le=5000)] = 1000
    days: Annotated[int, Field(ge=1, le=10)] = 3
    pacer: Literal["predictive", "progressive"] = "predictive"
    compare: bool = False
    changes: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=6)

    def question(self) -> Question:
        """As the simulator takes it; raises BadQuestion."""
        figures = self.model_dump(exclude={"compare", "changes"})
        return Question(**figures)


@pages.record_once
def _install(setup: BlueprintSetupState) -> None:
    runs = Runs()
    setup.app.extensions["kept_plan_runs"] = runs
    atexit.register(runs.stop)


@pages.get("/plan")
@needs("supervisor", "manager")
def page() -> ResponseReturnValue:
    """The page; it knows which campaigns have called."""
    with read(current_app.extensions["kept_sessions"]) as session:
        facts = {"campaigns": campaigns_with_calls(session)}
    return render_template("page.html", view="plan", facts=facts)


@pages.get("/plan/measured/<int:campaign_id>")
@needs("supervisor", "manager")
def measured(campaign_id: int) -> ResponseReturnValue:
    """What a campaign measured, for the form."""
    with read(current_app.extensions["kept_sessions"]) as session:
        floor = measured_floor(session, campaign_id, utc_now())
    if floor is None:
        abort(404)
    if not floor.enough:
        raise Refused(
            "plan_too_few", attempts=floor.attempts, conversations=floor.conversations,
            attempts_min=ATTEMPTS_MIN, conversations_min=CONVERSATIONS_MIN,
        )  # fmt: skip
    return jsonify(ok=True, figures=floor.figures(), attempts=floor.attempts)


@pages.post("/plan/runs")
@needs("supervisor", "manager")
def start() -> ResponseReturnValue:
    """Begin to play; answered at once with the run's id."""
    asked = PlanIn.model_validate(request.get_json())
    try:
        found = variants(asked.question(), asked.changes, asked.compare)
    except BadQuestion as bad:
        language = language_now()
        key = f"plan.{bad.field}"
        field = say(language, key) if key in catalogue(language) else bad.field
        raise Refused("plan_figure", field=field) from None
    # Two of the other pacers are tuned in hindsight: their days are played again and again.
    runs = len(found) + (2 * SEARCHES if asked.compare else 0)
    if runs * asked.days * asked.hours * max(one.agents for _, one in found) > WORK_MOST:
        raise Refused("plan_too_long")
    return jsonify(ok=True, id=_runs().start(_user(), _arguments(asked)))


@pages.get("/plan/runs/<run_id>")
@needs("supervisor", "manager")
def view(run_id: str) -> ResponseReturnValue:
    """How far it is, or the answer."""
    found = _runs().view(_user(), run_id)
    if found is None:
        abort(404)
    return jsonify(ok=True, **found)


@pages.post("/plan/runs/<run_id>/cancel")
@needs("supervisor", "manager")
def cancel(run_id: str) -> ResponseReturnValue:
    """Stop it."""
    if not _runs().cancel(_user(), run_id):
        abort(404)
    return jsonify(ok=True)


def _runs() -> Runs:
    runs: Runs = current_app.extensions["kept_plan_runs"]
    return runs


def _user() -> int:
    return int(current_user.person.id)


def _arguments(asked: PlanIn) -> list[str]:
    """The command line of `kept simulate`; every value was checked by the schema."""
    figures: dict[str, Any] = asked.model_dump(exclude={"amd", "compare", "changes"})
    found = [f"--{name.replace('_', '-')}={value}" for name, value in figures.items()]
    found += [f"--what-if={change}" for change in asked.changes]
    return [*found, *(["--amd"] if asked.amd else []), *(["--compare"] if asked.compare else [])]
