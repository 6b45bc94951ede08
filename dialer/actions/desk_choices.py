"""How a person wants the desk, and what a campaign's agents say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.desk_keys import BadChoice, as_stored, choice_from
from dialer.domain.scripts import BadScript, script_from
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.campaign_settings import SCRIPT
from dialer.store.session import Sessions, read, write
from dialer.store.tables import AuditRow, Campaign, User


def choose_desk(sessions: Sessions, actor: Actor, choice: Mapping[str, Any], now: datetime) -> None:
    """Keys, and whether keys and tones are on; on every computer at which the person signs in.

    Refused("desk_key" | "desk_key_outcome" | "desk_key_twice")."""
    try:
        chosen = choice_from(choice)
    except BadChoice as error:
        raise Refused(str(error)) from None
    with write(sessions) as session:
        user = session.get_one(User, actor.user_id)
        before, user.desk = user.desk, as_stored(chosen)
        audit.note(
            session, actor.name, "desk.choose", f"user:{user.id}", now,
            before=before, after=user.desk,
        )  # fmt: skip


def set_script(
    sessions: Sessions, actor: Actor, campaign_id: int, steps: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:  # fmt: skip
    """What agents of the campaign say, step by step; no steps: the script that comes with Kept.

    Refused("campaign_unknown"), or with the step and the word that cannot stand."""
    try:
        script = script_from(steps)
    except BadScript as error:
        raise Refused(str(error), step=error.step, word=error.word) from None
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        before = campaign.script
        after = [{"title": step.title, "text": step.text} for step in script]
        if after == before:
            return
        campaign.script = after
        audit.note(
            session, actor.name, SCRIPT, f"campaign:{campaign_id}", now,
            before={"script": before}, after={"script": campaign.script},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def take_script_back(
    sessions: Sessions, actor: Actor, campaign_id: int, change_id: int, now: datetime
) -> None:
    """The script as it was before that change; itself a change, checked by today's rules.

    Refused("change_unknown") and those of `set_script`."""
    with read(sessions) as session:
        row = session.get(AuditRow, change_id)
        if row is None or (row.action, row.subject) != (SCRIPT, f"campaign:{campaign_id}"):
            raise Refused("change_unknown")
        steps = (row.before or {}).get("script", [])
    set_script(sessions, actor, campaign_id, steps, now)
