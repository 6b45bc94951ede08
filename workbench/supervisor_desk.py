"""The supervisor's board: the page, what is asked for on demand, and what a supervisor does. Its view goes
through `live`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from dialer.actions import concessions, supervising
from dialer.clock import HOME, utc_now
from dialer.reports.burn_down import burn_down
from dialer.reports.rewind import state_at
from dialer.store.session import Sessions, read
from workbench.auth import actor, needs
from workbench.rules import pack_in_force
from workbench.schemas import AttemptId, Message

pages = Blueprint("board", __name__)
BOARD = ("supervisor", "manager")
Words = Annotated[str, Field(max_length=supervising.TEXT_MAX)]


class ForceIn(Message):
    """Ready, paused or away for somebody else, and why."""

    status: Annotated[str, Field(pattern=r"^(ready|paused|away)$")]
    reason: Words


class WordsIn(Message):
    """A message to a seat."""

    text: Words


class CommentIn(Message):
    """What is done about an alert; may be empty."""

    comment: Words = ""


class DecisionIn(Message):
    """Yes or no to a concession, with a word to the agent."""

    approve: bool
    answer: Words = ""


class ConcessionIn(Message):
    """An agent asks to settle for less, in the call that is on the line."""

    attempt_id: AttemptId
    total_minor: Annotated[int, Field(ge=1, le=10**12)]
    reason: Words


@pages.get("/board")
@needs(*BOARD)
def page() -> ResponseReturnValue:
    """Seats, campaigns, today's numbers; `?wall=1`: five numbers for the wall."""
    facts = {"wall": request.args.get("wall") == "1", "me": actor().user_id}
    return render_template("page.html", view="board", facts=facts)


@pages.get("/board/at")
@needs(*BOARD)
def at() -> ResponseReturnValue:
    """The board at a minute of today, local: `?minute=14:07`."""
    try:
        clock = datetime.strptime(request.args.get("minute", ""), "%H:%M").time()  # noqa: DTZ007
    except ValueError:
        abort(400)
    now = utc_now().astimezone(HOME)
    moment = datetime.combine(now.date(), clock, HOME) + timedelta(seconds=59)
    with read(_sessions()) as session:
        return jsonify(state_at(session, min(moment, now).astimezone(utc_now().tzinfo)))


@pages.get("/board/burn-down/<int:campaign_id>")
@needs(*BOARD)
def show_burn_down(campaign_id: int) -> ResponseReturnValue:
    """The day's room for abandoned calls."""
    with read(_sessions()) as session:
        found = burn_down(session, campaign_id, pack_in_force(), utc_now())
    return jsonify(found) if found else abort(404)


@pages.post("/board/seats/<int:seat_id>/force")
@needs(*BOARD)
def force(seat_id: int) -> ResponseReturnValue:
    """Put a seat into a status."""
    body = ForceIn.model_validate(request.get_json())
    supervising.force_seat(_sessions(), actor(), seat_id, body.status, body.reason, utc_now())
    return jsonify(ok=True)


@pages.post("/board/seats/<int:seat_id>/tell")
@needs(*BOARD)
def tell(seat_id: int) -> ResponseReturnValue:
    """A word to the agent."""
    body = WordsIn.model_validate(request.get_json())
    message = supervising.tell_seat(_sessions(), actor(), seat_id, body.text, utc_now())
    return jsonify(ok=True, id=message), 201


@pages.post("/board/alerts/<int:alert_id>/acknowledge")
@needs(*BOARD)
def acknowledge(alert_id: int) -> ResponseReturnValue:
    """Somebody looks after it."""
    body = CommentIn.model_validate(request.get_json())
    supervising.acknowledge_alert(_sessions(), actor(), alert_id, body.comment, utc_now())
    return jsonify(ok=True)


@pages.post("/board/concessions/<int:offer_id>")
@needs(*BOARD)
def decide(offer_id: int) -> ResponseReturnValue:
    """The second person's yes or no."""
    body = DecisionIn.model_validate(request.get_json())
    concessions.decide_concession(
        _sessions(), actor(), offer_id, body.approve, body.answer, utc_now()
    )
    return jsonify(ok=True)


@pages.post("/desk/concession")
@needs("agent")
def ask_concession() -> ResponseReturnValue:
    """The agent's question."""
    body = ConcessionIn.model_validate(request.get_json())
    answer = concessions.ask_concession(
        _sessions(), actor(), attempt_id=body.attempt_id, total_minor=body.total_minor,
        reason=body.reason, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, **answer), 201


@pages.post("/desk/messages/<int:message_id>/read")
@needs("agent")
def read_message(message_id: int) -> ResponseReturnValue:
    """The agent read it."""
    supervising.read_message(_sessions(), actor(), message_id, utc_now())
    return jsonify(ok=True)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]
