"""Prompts (提示音): what is played to people nobody could take, and to machines.

Each belongs to one creditor or to all, and to one campaign or to all of that creditor's. The sound lies
in the data folder under the prompt's name; the row says whose it is and what it says.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions import prompt_sound
from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.prompt_words import LANGUAGES, TEXT_MAX, TEXT_MIN, fault_of
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Creditor, Prompt
from telephony.prompt_files import names_in

DRAFT = "draft-"


@dataclass(frozen=True, slots=True)
class PromptFolders:
    """Where nodes find prompts: `shipped` is read only, `own` holds what was made here."""

    shipped: Path = Path("telephony/prompts")
    own: Path = Path("var/prompts")


SHIPPED_ONLY = (
    PromptFolders()
)  # and what an installation that was told nothing keeps in var/prompts


@dataclass(frozen=True, slots=True)
class PromptWanted:
    """Whose prompt, in which language, under which title; `text`: what it says."""

    title: str
    language: str
    text: str
    creditor_id: int | None = None
    campaign_id: int | None = None


def check_words(text: str, language: str) -> None:
    """Refused("prompt_language" | "prompt_text" | "prompt_field" | "prompt_debt" | "prompt_amount")."""
    if language not in LANGUAGES:
        raise Refused("prompt_language", languages=", ".join(LANGUAGES))
    fault = fault_of(text)
    if fault is None:
        return
    kind, words = fault
    codes = {"field": "prompt_field", "debt": "prompt_debt", "amount": "prompt_amount",
             "length": "prompt_text"}  # fmt: skip
    raise Refused(codes[kind], words=words, least=TEXT_MIN, longest=TEXT_MAX)


def preview_prompt(folder: Path, text: str, language: str) -> bytes:
    """The text as it would sound, kept nowhere. Refused as `speak_prompt`."""
    check_words(text, language)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{DRAFT}{secrets.token_hex(8)}.tmp"
    try:
        prompt_sound.speak(text, language, draft)
        return draft.read_bytes()
    finally:
        draft.unlink(missing_ok=True)


def speak_prompt(
    sessions: Sessions, actor: Actor, folder: Path, wanted: PromptWanted, now: datetime
) -> int:
    """Made from its text by the speech synthesiser: for tests and first steps. Refused as `check_words`,
    or "prompt_no_speech", "creditor_unknown", "campaign_unknown"."""

    def make(target: Path) -> float:
        return prompt_sound.speak(wanted.text, wanted.language, target)

    return _add(sessions, actor, folder, wanted, make, now, "text")


def upload_prompt(
    sessions: Sessions, actor: Actor, folder: Path, wanted: PromptWanted, source: Path,
    now: datetime,
) -> int:  # fmt: skip
    """A recording; other rates and channels are converted. `text`: what it says, on the uploader's word.
    Refused as `check_words` and `prompt_sound.make_prompt`."""

    def make(target: Path) -> float:
        return prompt_sound.make_prompt(source, target)

    return _add(sessions, actor, folder, wanted, make, now, "upload")


def retire_prompt(sessions: Sessions, actor: Actor, prompt_id: int, now: datetime) -> None:
    """It is offered no longer; calls that name it still find its sound. Refused("prompt_unknown" |
    "prompt_in_use")."""
    with write(sessions) as session:
        prompt = session.get(Prompt, prompt_id)
        if prompt is None or prompt.retired_at is not None:
            raise Refused("prompt_unknown", name=str(prompt_id))
        user = session.scalar(
            select(Campaign.name)
            .where((Campaign.message == prompt.name) | (Campaign.amd_message == prompt.name))
            .limit(1)
        )
        if user is not None:
            raise Refused("prompt_in_use", campaign=user)
        prompt.retired_at = now
        audit.note(session, actor.name, "prompt.retire", f"prompt:{prompt_id}", now)


def choose_message(
    sessions: Sessions, actor: Actor, folders: PromptFolders, campaign_id: int, message: str,
    now: datetime,
) -> None:  # fmt: skip
    """What an abandoned customer hears; empty: nothing, the call ends in silence.
    Refused("campaign_unknown" | "prompt_unknown")."""
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        require_prompt(session, folders, campaign, message)
        before, campaign.message = campaign.message, message
        audit.note(
            session, actor.name, "campaign.message", f"campaign:{campaign_id}", now,
            before={"message": before}, after={"message": message},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def require_prompt(session: Session, folders: PromptFolders, campaign: Campaign, name: str) -> None:
    """Refused("prompt_unknown") unless the name is empty, shipped, or a prompt this campaign may play
    whose sound is there."""
    if not name or name in names_in(folders.shipped):
        return
    prompt = session.scalar(select(Prompt).where(Prompt.name == name, Prompt.retired_at.is_(None)))
    fits = (
        prompt is not None
        and prompt.creditor_id in (None, campaign.creditor_id)
        and prompt.campaign_id in (None, campaign.id)
        and (folders.own / f"{name}.wav").is_file()
    )
    if not fits:
        raise Refused("prompt_unknown", name=name)


def _add(
    sessions: Sessions, actor: Actor, folder: Path, wanted: PromptWanted,
    make: Callable[[Path], float], now: datetime, made_from: str,
) -> int:  # fmt: skip
    """The sound is made before the transaction and named within it: no row without a sound."""
    check_words(wanted.text, wanted.language)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{DRAFT}{secrets.token_hex(8)}.tmp"
    try:
        seconds = make(draft)
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        with write(sessions) as session:
            creditor_id = _owner(session, wanted)
            name = f"p{digest[:16]}-{creditor_id or 0}-{wanted.campaign_id or 0}"
            same = session.scalar(select(Prompt).where(Prompt.name == name))
            draft.replace(folder / f"{name}.wav")
            if same is not None:
                return _again(session, actor, same, now)
            prompt = Prompt(
                name=name, title=wanted.title, language=wanted.language, text=wanted.text.strip(),
                made_from=made_from, creditor_id=creditor_id, campaign_id=wanted.campaign_id,
                seconds=seconds, sha256=digest, created_by=actor.user_id, created_at=now,
            )  # fmt: skip
            session.add(prompt)
            session.flush()
            audit.note(
                session, actor.name, "prompt.add", f"prompt:{prompt.id}", now,
                after={"name": name, "seconds": seconds, "from": made_from, "text": prompt.text},
            )  # fmt: skip
            return prompt.id
    finally:
        draft.unlink(missing_ok=True)


def _again(session: Session, actor: Actor, prompt: Prompt, now: datetime) -> int:
    """The same sound for the same campaign is the same prompt."""
    if prompt.retired_at is not None:
        prompt.retired_at = None
        audit.note(session, actor.name, "prompt.again", f"prompt:{prompt.id}", now)
    return prompt.id


def _owner(session: Session, wanted: PromptWanted) -> int | None:
    """The creditor it belongs to; a campaign's prompt is its creditor's."""
    if wanted.creditor_id is not None and session.get(Creditor, wanted.creditor_id) is None:
        raise Refused("creditor_unknown")
    if wanted.campaign_id is None:
        return wanted.creditor_id
    campaign = session.get(Campaign, wanted.campaign_id)
    if campaign is None or wanted.creditor_id not in (None, campaign.creditor_id):
        raise Refused("campaign_unknown")
    return campaign.creditor_id
