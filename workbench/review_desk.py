"""Quality: the card, reviews of recorded calls, the report, and what an agent sees of it."""

from __future__ import annotations

import random
from typing import Annotated, Any

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from dialer.actions import reviews as actions
from dialer.clock import utc_now
from dialer.domain.review_sampling import pick
from dialer.domain.scorecards import as_stored
from dialer.reports import reviews as report
from dialer.reports.period import HOME
from dialer.reports.recordings import may_hear
from dialer.store.scorecards import card_in_force
from dialer.store.session import Sessions, read
from workbench.api.reports import period
from workbench.auth import actor, needs
from workbench.schemas import Message, Text

pages = Blueprint("reviews", __name__)
_chance = random.SystemRandom()  # whoever is reviewed must not be able to foretell it


class CriterionIn(Message):
    """One line of the card."""

    key: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    text: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=20)]
    weight: int
    critical: bool = False


class CardIn(Message):
    """A whole card."""

    criteria: Annotated[list[CriterionIn], Field(max_length=50)]


class CommentIn(Message):
    """A remark at a second of the recording."""

    at: float
    text: Annotated[str, Field(max_length=1000)]


class ReviewIn(Message):
    """Answers by key (null: no occasion), remarks, a summary."""

    answers: Annotated[dict[str, int | None], Field(max_length=50)]
    comments: Annotated[list[CommentIn], Field(max_length=100, default_factory=list)]
    summary: Annotated[str, Field(max_length=actions.SUMMARY_MAX)] = ""


class ReplyIn(Message):
    """The agent's word."""

    text: Annotated[Text, Field(max_length=actions.REPLY_MAX)]


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


def _card() -> list[dict[str, Any]]:
    with read(_sessions()) as session:
        return as_stored(card_in_force(session))


@pages.get("/reviews")
@needs("supervisor", "manager", "auditor")
def page() -> ResponseReturnValue:
    """The page; reviews are fetched for the chosen days."""
    today = utc_now().astimezone(HOME).date()
    facts = {
        "card": _card(), "today": today.isoformat(),
        "month_start": today.replace(day=1).isoformat(),
        "may_edit": actor().role in ("manager", "admin"),
    }  # fmt: skip
    return render_template("page.html", view="reviews", facts=facts)


@pages.get("/reviews/data")
@needs("supervisor", "manager", "auditor")
def data() -> ResponseReturnValue:
    """Report and reviews of the period, and how many calls wait for one."""
    with read(_sessions()) as session:
        rows = report.reviews_of(session, period(), actor().user_id)
        return jsonify(
            agents=report.by_agent(session, rows),
            reviews=report.in_words(session, rows[: report.SHOWN]),
            waiting=len(report.candidates(session, period(), actor().user_id)),
        )


@pages.get("/reviews/next")
@needs("supervisor", "manager", "auditor")
def draw() -> ResponseReturnValue:
    """A call of the period, drawn at random among those without a review; null: none is left."""
    with read(_sessions()) as session:
        drawn = pick(report.candidates(session, period(), actor().user_id), _chance.random())
        return jsonify(call=report.call_of(session, drawn.attempt_id) if drawn else None)


@pages.get("/reviews/calls/<attempt_id>")
@needs("supervisor", "manager", "auditor")
def call(attempt_id: str) -> ResponseReturnValue:
    """A call that was chosen on the page of recordings."""
    with read(_sessions()) as session:
        may = may_hear(session, actor().user_id, attempt_id)
        found = report.call_of(session, attempt_id) if may else None
    if found is None:
        abort(404)
    return jsonify(call=found)


@pages.post("/reviews/calls/<attempt_id>")
@needs("supervisor", "manager", "auditor")
def add(attempt_id: str) -> ResponseReturnValue:
    """Judge it."""
    asked = ReviewIn.model_validate(request.get_json())
    made = actions.add_review(
        _sessions(), actor(), attempt_id, asked.answers,
        [(comment.at, comment.text) for comment in asked.comments], asked.summary, utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, id=made), 201


@pages.post("/reviews/card")
@needs("manager")
def set_card() -> ResponseReturnValue:
    """The card from now on."""
    asked = CardIn.model_validate(request.get_json())
    lines = [criterion.model_dump() for criterion in asked.criteria]
    actions.set_card(_sessions(), actor(), lines, utc_now())
    return jsonify(ok=True, card=_card())


@pages.get("/my-reviews")
@needs("agent", "supervisor")
def mine() -> ResponseReturnValue:
    """An agent's own reviews."""
    with read(_sessions()) as session:
        facts = {"reviews": report.of_agent(session, actor().user_id)}
    return render_template("page.html", view="my_reviews", facts=facts)


@pages.post("/my-reviews/<int:review_id>/reply")
@needs("agent", "supervisor")
def reply(review_id: int) -> ResponseReturnValue:
    """One's own word on it, once."""
    asked = ReplyIn.model_validate(request.get_json())
    actions.reply(_sessions(), actor(), review_id, asked.text, utc_now())
    with read(_sessions()) as session:
        return jsonify(ok=True, reviews=report.of_agent(session, actor().user_id))
