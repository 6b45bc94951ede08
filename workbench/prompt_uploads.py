"""Prompts as browsers and programs send them: a text to be spoken, or a file with its text beside it."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response, current_app, request, send_file
from pydantic import Field

from dialer.actions import prompt_sound, prompts
from dialer.actions.actor import Actor
from dialer.actions.prompts import PromptFolders
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.domain.prompt_words import TEXT_MAX
from dialer.reports import prompts as report
from dialer.store.session import Sessions, read
from workbench.schemas import SAYS, Id, Message, Name
from workbench.uploads import received_file

QUERY = ("title", "language", "text")
QUERY_TOO = ("creditor_id", "campaign_id")
Said = Annotated[str, Field(min_length=1, max_length=TEXT_MAX, pattern=SAYS)]
Language = Literal["zh-CN", "en"]


class SpokenIn(Message):
    """A text to listen to before it is kept."""

    language: Language
    text: Said


class PromptIn(SpokenIn):
    """A prompt: whose it is and what it says. `creditor_id`, `campaign_id`: none, everybody's."""

    title: Name
    creditor_id: Id | None = None
    campaign_id: Id | None = None


class MessageIn(Message):
    """Name of a prompt; empty: none."""

    message: Annotated[str, Field(max_length=64)] = ""


def prompt_folders() -> PromptFolders:
    """Where this installation's nodes find prompts."""
    folders: PromptFolders = current_app.config["KEPT_PROMPTS"]
    return folders


def speak(sessions: Sessions, actor: Actor, asked: PromptIn) -> int:
    """Made from its text; the id."""
    wanted = prompts.PromptWanted(**asked.model_dump())
    return prompts.speak_prompt(sessions, actor, prompt_folders().own, wanted, utc_now())


def take_upload(sessions: Sessions, actor: Actor) -> int:
    """The request's body is the sound, its query says the rest; the id."""
    given = {key: value for key, value in request.args.items() if value}
    asked = PromptIn.model_validate({
        key: int(value) if key in QUERY_TOO and value.isdigit() else value
        for key, value in given.items()
    })  # fmt: skip
    if (request.content_length or 0) > prompt_sound.SIZE_MAX:
        raise Refused("file_large", limit_mb=prompt_sound.SIZE_MAX // 2**20)
    wanted = prompts.PromptWanted(**asked.model_dump())
    with received_file() as file:
        return prompts.upload_prompt(
            sessions, actor, prompt_folders().own, wanted, file.path, utc_now()
        )


def sound_of(sessions: Sessions, prompt_id: int) -> Response:
    """The prompt as a WAV file; Refused("prompt_unknown")."""
    with read(sessions) as session:
        name = report.name_of(session, prompt_id)
    path = (prompt_folders().own / f"{name}.wav").absolute()
    if name is None or not path.is_file():
        raise Refused("prompt_unknown", name=str(prompt_id))
    return send_file(path, mimetype="audio/wav", conditional=True)
