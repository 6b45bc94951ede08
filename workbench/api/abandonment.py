"""Abandonment by the pack's windows, and the sample that AMD is tested with."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from dialer.actions import amd_samples
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import abandonment as report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import Message

BOARD = ("supervisor", "manager")


class DrawIn(Message):
    """How many calls to draw."""

    size: Annotated[int, Field(ge=1, le=1000)]


class HeardIn(Message):
    """What somebody heard in the recording."""

    is_person: bool


@endpoint("GET", "/campaigns/<int:campaign_id>/abandonment", "The rate in each window", BOARD)
def show_abandonment(campaign_id: int) -> dict[str, Any]:
    """With numerator, denominator, what is left, and the AMD sample."""
    with read(sessions()) as session:
        view = report.figures(session, campaign_id, pack_in_force(), utc_now())
    if view is None:
        raise Refused("campaign_unknown")
    return view


@endpoint("POST", "/campaigns/<int:campaign_id>/amd-sample", "Draw calls AMD hung up on", BOARD,
          body=DrawIn)  # fmt: skip
def draw_amd_sample(campaign_id: int, body: DrawIn) -> dict[str, Any]:
    """At random, of the last month, each at most once."""
    return {
        "drawn": amd_samples.draw_sample(sessions(), actor(), campaign_id, body.size, utc_now())
    }


@endpoint("POST", "/amd-sample/<attempt_id>", "Say what was heard", BOARD, body=HeardIn)
def label_amd_call(attempt_id: str, body: HeardIn) -> dict[str, Any]:
    """Once."""
    amd_samples.label_call(sessions(), actor(), attempt_id, body.is_person, utc_now())
    return {}
