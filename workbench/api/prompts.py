"""Prompts: made from text or uploaded, listed, played, chosen for a campaign."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from dialer.actions import prompts
from dialer.clock import utc_now
from dialer.reports import prompts as report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.prompt_uploads import (
    QUERY,
    QUERY_TOO,
    MessageIn,
    PromptIn,
    prompt_folders,
    sound_of,
    speak,
    take_upload,
)

MANAGER = ("manager",)
BOARD = ("supervisor", "manager")


@endpoint("GET", "/prompts", "Prompts, newest first", BOARD, optional=("creditor_id",))
def list_prompts() -> dict[str, Any]:
    """`?creditor_id=`: those its campaigns may play. `shipped`: everybody's."""
    creditor = request.args.get("creditor_id", type=int)
    with read(sessions()) as session:
        found = report.listed(session, creditor)
    return {"prompts": found, "shipped": report.shipped(prompt_folders().shipped)}


@endpoint("POST", "/prompts", "Make a prompt from its text", MANAGER, body=PromptIn)
def speak_prompt(body: PromptIn) -> dict[str, Any]:
    """Spoken by a synthesiser: for tests and first steps."""
    return {"id": speak(sessions(), actor(), body)}


@endpoint(
    "POST", "/prompts/upload", "Upload a recording as a prompt (WAV, FLAC, Ogg, MP3)", MANAGER,
    query=QUERY, optional=QUERY_TOO, is_file=True,
)  # fmt: skip
def upload_prompt() -> dict[str, Any]:
    """Converted to 8 kHz, mono, 16 bit; half a second to a minute. `text`: what it says."""
    return {"id": take_upload(sessions(), actor())}


@endpoint(
    "GET", "/prompts/<int:prompt_id>/sound", "The prompt as a WAV file", BOARD, gives="audio/wav"
)
def play_prompt(prompt_id: int) -> Response:
    """To be listened to before anybody else has to."""
    return sound_of(sessions(), prompt_id)


@endpoint("DELETE", "/prompts/<int:prompt_id>", "Offer a prompt no longer", MANAGER)
def retire_prompt(prompt_id: int) -> dict[str, Any]:
    """Refused while a campaign plays it."""
    prompts.retire_prompt(sessions(), actor(), prompt_id, utc_now())
    return {}


@endpoint(
    "PUT", "/campaigns/<int:campaign_id>/message", "What an abandoned customer hears", MANAGER,
    body=MessageIn,
)  # fmt: skip
def put_message(campaign_id: int, body: MessageIn) -> dict[str, Any]:
    """For calls from now on; empty: silence."""
    prompts.choose_message(
        sessions(), actor(), prompt_folders(), campaign_id, body.message, utc_now()
    )
    return {}
