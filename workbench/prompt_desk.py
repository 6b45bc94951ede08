"""The page of prompts: hear them, make them from text, upload them, choose them for a campaign."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue

from dialer.actions import prompts
from dialer.actions.refusals import Refused
from dialer.actions.screening import LIMIT_MS_MAX, LIMIT_MS_MIN, set_screening
from dialer.clock import utc_now
from dialer.domain.prompt_words import TEXT_MAX
from dialer.reports import prompts as report
from dialer.reports.campaigns import creditors
from dialer.store.session import Sessions, read
from telephony.prompt_files import names_in
from workbench.auth import actor, needs
from workbench.prompt_uploads import (
    MessageIn,
    PromptIn,
    SpokenIn,
    prompt_folders,
    sound_of,
    speak,
    take_upload,
)
from workbench.schemas import ScreeningIn

pages = Blueprint("prompts", __name__)


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


@pages.get("/prompts")
@needs("manager")
def page() -> ResponseReturnValue:
    """The page; it asks for its list."""
    facts = {"text_max": TEXT_MAX, "limit_ms": [LIMIT_MS_MIN, LIMIT_MS_MAX]}
    return render_template("page.html", view="prompts", facts=facts)


@pages.get("/prompts/list")
@needs("manager")
def listed() -> ResponseReturnValue:
    """Prompts, those shipped, and what campaigns play."""
    with read(_sessions()) as session:
        return jsonify(
            ok=True, prompts=report.listed(session), campaigns=report.choices(session),
            creditors=creditors(session), shipped=report.shipped(prompt_folders().shipped),
        )  # fmt: skip


@pages.post("/prompts")
@needs("manager")
def make() -> ResponseReturnValue:
    """From its text."""
    asked = PromptIn.model_validate(request.get_json())
    return jsonify(ok=True, id=speak(_sessions(), actor(), asked)), 201


@pages.post("/prompts/preview")
@needs("manager")
def preview() -> ResponseReturnValue:
    """How the text would sound; nothing is kept."""
    asked = SpokenIn.model_validate(request.get_json())
    wav = prompts.preview_prompt(prompt_folders().own, asked.text, asked.language)
    return Response(wav, mimetype="audio/wav", headers={"Cache-Control": "no-store"})


@pages.post("/prompts/upload")
@needs("manager")
def upload() -> ResponseReturnValue:
    """The body is the sound."""
    return jsonify(ok=True, id=take_upload(_sessions(), actor())), 201


@pages.get("/prompts/<int:prompt_id>/sound")
@needs("supervisor", "manager")
def sound(prompt_id: int) -> ResponseReturnValue:
    """To be listened to before anybody else has to."""
    return sound_of(_sessions(), prompt_id)


@pages.get("/prompts/shipped/<name>/sound")
@needs("supervisor", "manager")
def shipped_sound(name: str) -> ResponseReturnValue:
    """One that came with Kept."""
    folder = prompt_folders().shipped
    if name not in names_in(folder):
        raise Refused("prompt_unknown", name=name)
    return send_file((folder / f"{name}.wav").absolute(), mimetype="audio/wav", conditional=True)


@pages.post("/prompts/<int:prompt_id>/retire")
@needs("manager")
def retire(prompt_id: int) -> ResponseReturnValue:
    """Offer it no longer."""
    prompts.retire_prompt(_sessions(), actor(), prompt_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/message")
@needs("manager")
def message(campaign_id: int) -> ResponseReturnValue:
    """What an abandoned customer hears."""
    asked = MessageIn.model_validate(request.get_json())
    prompts.choose_message(
        _sessions(), actor(), prompt_folders(), campaign_id, asked.message, utc_now()
    )
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/screening")
@needs("manager")
def screening(campaign_id: int) -> ResponseReturnValue:
    """What is done when a machine answers."""
    asked = ScreeningIn.model_validate(request.get_json())
    set_screening(
        _sessions(), actor(), campaign_id, policy=asked.policy, limit_ms=asked.limit_ms,
        message=asked.message, now=utc_now(), folders=prompt_folders(),
    )  # fmt: skip
    return jsonify(ok=True)
