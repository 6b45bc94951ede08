"""The agent's page. What it shows and does goes through `live`."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from dialer.actions.seats import PAUSE_REASONS
from dialer.clock import utc_now
from dialer.domain.guides import GUIDES
from dialer.domain.leg import LegKind
from dialer.domain.pauses import ANNOUNCE_MINUTES, LIMITS
from dialer.domain.previews import SKIP_REASONS
from dialer.domain.scripts import DEFAULT_STEPS
from workbench.agent_audio import ice_servers
from workbench.auth import needs

pages = Blueprint("desk", __name__)


@pages.get("/desk")
@needs("agent", "supervisor", "manager")
def page() -> ResponseReturnValue:
    """Seat, call, outcome."""
    reasons = [reason for reason in PAUSE_REASONS if reason != "start"]
    audio = current_app.config["KEPT_AUDIO"]
    facts = {
        "pause_reasons": reasons, "skip_reasons": SKIP_REASONS, "pause_limits": LIMITS,
        "announce_minutes": ANNOUNCE_MINUTES, "script_steps": DEFAULT_STEPS,
        "agency": current_app.config["KEPT_AGENCY"],
        "leg_kinds": list(LegKind),
        "ice_servers": ice_servers(audio, current_user.person.id, utc_now().timestamp()),
        "guides": [
            {"key": g.key, "outcomes": g.outcomes, "stops": g.stops} for g in GUIDES
        ],
    }  # fmt: skip
    return render_template("page.html", view="desk", facts=facts)
