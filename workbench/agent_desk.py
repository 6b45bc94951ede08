"""The agent's page. What it shows and does goes through `live`."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from dialer.actions.seats import PAUSE_REASONS
from dialer.domain.previews import SKIP_REASONS
from workbench.auth import needs

pages = Blueprint("desk", __name__)


@pages.get("/desk")
@needs("agent", "supervisor", "manager")
def page() -> ResponseReturnValue:
    """Seat, call, outcome."""
    reasons = [reason for reason in PAUSE_REASONS if reason != "start"]
    facts = {"pause_reasons": reasons, "skip_reasons": SKIP_REASONS}
    return render_template("page.html", view="desk", facts=facts)
