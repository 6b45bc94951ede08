"""The script of one campaign: write, see it with sample data, take a change back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.actions import desk_choices as actions
from dialer.clock import utc_now
from dialer.reports.campaign_scripts import script_sheet
from dialer.store.session import Sessions, read
from workbench.api.lists import ScriptIn
from workbench.auth import actor, needs
from workbench.translations import LANGUAGES, catalogue

pages = Blueprint("script", __name__)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _sheet(campaign_id: int) -> dict[str, Any]:
    with read(_sessions()) as session:
        sheet = script_sheet(session, campaign_id)
    if sheet is None:
        abort(404)
    agency = current_app.config["KEPT_AGENCY"]
    return sheet | {
        "agency": agency,
        "shipped": {each: _shipped(each, sheet["default_steps"]) for each in LANGUAGES},
    }


def _shipped(language: str, steps: list[str]) -> list[dict[str, str]]:
    """The script that comes with Kept, in one language."""
    words = catalogue(language)
    opening = {"title": words["script.opening_title"], "text": words["identity.script"]}
    return [
        opening,
        *({"title": words[f"script.{s}_title"], "text": words[f"script.{s}"]} for s in steps),
    ]


@pages.get("/campaigns/<int:campaign_id>/script")
@needs("manager")
def page(campaign_id: int) -> ResponseReturnValue:
    """The page, with the script in it."""
    return render_template("page.html", view="script", facts=_sheet(campaign_id))


@pages.post("/campaigns/<int:campaign_id>/script")
@needs("manager")
def change(campaign_id: int) -> ResponseReturnValue:
    """The whole script or nothing; no steps: the one that comes with Kept."""
    asked = ScriptIn.model_validate(request.get_json())
    steps = [step.model_dump() for step in asked.steps]
    actions.set_script(_sessions(), actor(), campaign_id, steps, utc_now())
    return jsonify(ok=True, sheet=_sheet(campaign_id))


@pages.post("/campaigns/<int:campaign_id>/script/<int:change_id>/take-back")
@needs("manager")
def take_back(campaign_id: int, change_id: int) -> ResponseReturnValue:
    """As it was before that change, checked like any other."""
    actions.take_script_back(_sessions(), actor(), campaign_id, change_id, utc_now())
    return jsonify(ok=True, sheet=_sheet(campaign_id))
