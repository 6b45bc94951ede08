"""The floor for programs: who takes what, the pacer's last decision, and figures for a monitor."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, current_app
from pydantic import Field

from dialer.actions.assignments import assign_campaigns, weigh_campaign
from dialer.actions.refusals import Refused
from dialer.actions.screening import set_screening
from dialer.clock import utc_now
from dialer.reports.live_board import pacing_of, snapshot
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.auth import language_now
from workbench.metrics import CONTENT_TYPE, exposition
from workbench.prompt_uploads import prompt_folders
from workbench.rules import pack_in_force
from workbench.schemas import Message, ScreeningIn
from workbench.translations import say

BOARD = ("supervisor", "manager")
MANAGER = ("manager",)


class CampaignsIn(Message):
    """Campaigns of an agent; none: all."""

    campaign_ids: Annotated[list[int], Field(max_length=1000)]


class WeightIn(Message):
    """Share of the agents that campaigns have in common; 2 gets twice as much as 1."""

    weight: float


@endpoint(
    "PUT",
    "/campaigns/<int:campaign_id>/screening",
    "What is done when a machine answers",
    MANAGER,
    body=ScreeningIn,
)
def put_screening(campaign_id: int, body: ScreeningIn) -> dict[str, Any]:
    """For calls from now on."""
    set_screening(
        sessions(), actor(), campaign_id, policy=body.policy, limit_ms=body.limit_ms,
        message=body.message, now=utc_now(), folders=prompt_folders(),
    )  # fmt: skip
    return {}


@endpoint(
    "PUT",
    "/users/<int:user_id>/campaigns",
    "Which campaigns an agent takes",
    BOARD,
    body=CampaignsIn,
)
def put_campaigns(user_id: int, body: CampaignsIn) -> dict[str, Any]:
    """Replaces what was assigned before."""
    assign_campaigns(sessions(), actor(), user_id, body.campaign_ids, utc_now())
    return {}


@endpoint(
    "PUT",
    "/campaigns/<int:campaign_id>/weight",
    "How campaigns share agents",
    MANAGER,
    body=WeightIn,
)
def put_weight(campaign_id: int, body: WeightIn) -> dict[str, Any]:
    """Takes effect with the next decision."""
    weigh_campaign(sessions(), actor(), campaign_id, body.weight, utc_now())
    return {}


@endpoint(
    "GET", "/campaigns/<int:campaign_id>/pacing", "The pacer's last decision, explained", BOARD
)
def get_pacing(campaign_id: int) -> dict[str, Any]:
    """Every number of the decision, and the sentence that says it."""
    with read(sessions()) as session:
        pacing = pacing_of(session, campaign_id)
    if pacing is None:
        raise Refused("campaign_unknown")
    words = {name: value for name, value in pacing.items() if name != "key"}
    keys = (["pacing.forecast"] if pacing.get("forecast") else []) + [str(pacing["key"])]
    return {**pacing, "sentence": " ".join(say(language_now(), key, **words) for key in keys)}


@endpoint("GET", "/metrics", "Figures in Prometheus' text format", BOARD, gives="text/plain")
def get_metrics() -> Response:
    """Seats, calls, pacing and abandonment; labels are ids, never names of people."""
    with read(sessions()) as session:
        kept = current_app.extensions["kept_follower"].counts
        board = snapshot(session, utc_now(), pack_in_force(), kept)
    return Response(exposition(board), content_type=CONTENT_TYPE)
