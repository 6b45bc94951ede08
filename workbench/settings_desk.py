"""The settings sheet of one campaign: read, change, take a change back."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.actions import campaign_settings as actions
from dialer.actions.list_rules import check_rules
from dialer.clock import utc_now
from dialer.reports.campaign_settings import settings_sheet
from dialer.store.session import Sessions, read
from workbench.auth import actor, language_now, needs
from workbench.errors import fault_in_words
from workbench.rules import pack_in_force
from workbench.schemas import SettingsIn

pages = Blueprint("settings", __name__)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _sheet(campaign_id: int) -> dict[str, object]:
    with read(_sessions()) as session:
        sheet = settings_sheet(session, pack_in_force(), campaign_id)
    if sheet is None:
        abort(404)
    faults = check_rules(_sessions(), pack_in_force(), campaign_id, utc_now())
    return sheet | {"faults": [fault_in_words(fault, language_now()) for fault in faults]}


@pages.get("/campaigns/<int:campaign_id>/settings")
@needs("manager")
def page(campaign_id: int) -> ResponseReturnValue:
    """The page, with the sheet in it."""
    return render_template("page.html", view="settings", facts=_sheet(campaign_id))


@pages.post("/campaigns/<int:campaign_id>/settings")
@needs("manager")
def change(campaign_id: int) -> ResponseReturnValue:
    """All of it or nothing; answers with the sheet as it is then."""
    asked = SettingsIn.model_validate(request.get_json())
    actions.change_settings(
        _sessions(), actor(), pack_in_force(), campaign_id, asked.changes, utc_now()
    )
    return jsonify(ok=True, sheet=_sheet(campaign_id))


@pages.post("/campaigns/<int:campaign_id>/settings/<int:change_id>/take-back")
@needs("manager")
def take_back(campaign_id: int, change_id: int) -> ResponseReturnValue:
    """As it was before that change."""
    actions.take_back(_sessions(), actor(), pack_in_force(), campaign_id, change_id, utc_now())
    return jsonify(ok=True, sheet=_sheet(campaign_id))
