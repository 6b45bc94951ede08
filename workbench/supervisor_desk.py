"""The supervisor's live board. What it shows goes through `live`."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from workbench.auth import needs

pages = Blueprint("board", __name__)


@pages.get("/board")
@needs("supervisor", "manager")
def page() -> ResponseReturnValue:
    """Seats, campaigns, today's numbers."""
    return render_template("page.html", view="board", facts={})
