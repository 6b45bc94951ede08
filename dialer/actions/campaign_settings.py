"""Change a campaign's settings, all on one sheet; every change is kept and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.agreements import checked_narrowing, recycle_of
from dialer.actions.list_rules import end_rule_of, refuse_faults, rules_of
from dialer.actions.refusals import Refused
from dialer.domain.campaign_settings import (
    PLAIN,
    Sheet,
    Stored,
    Value,
    fault,
    settings,
    sheet_of,
    stored_of,
)
from dialer.domain.compliance.pack import RulePack
from dialer.domain.lint import lint
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.asking import pack_for
from dialer.store.campaign_settings import ACTION, stored
from dialer.store.session import Sessions, write
from dialer.store.tables import AuditRow, Campaign


def change_settings(
    sessions: Sessions, actor: Actor, pack: RulePack, campaign_id: int,
    changes: Mapping[str, Any], now: datetime,
) -> None:  # fmt: skip
    """All of `changes` or nothing; None sets a value back to its default. From the next call on.

    Refused("campaign_unknown" | "setting_unknown" | "setting_value" | "narrowing_widens" | "lint_...")."""
    with write(sessions) as session:
        _change(session, actor, pack, campaign_id, changes, now)


def take_back(
    sessions: Sessions,
    actor: Actor,
    pack: RulePack,
    campaign_id: int,
    change_id: int,
    now: datetime,
) -> None:
    """Set what one change had set to what it was before; itself a change, checked like any other.

    Refused("change_unknown") and those of `change_settings`."""
    with write(sessions) as session:
        row = session.get(AuditRow, change_id)
        if row is None or (row.action, row.subject) != (ACTION, f"campaign:{campaign_id}"):
            raise Refused("change_unknown")
        _change(session, actor, pack, campaign_id, row.before or {}, now)


def _change(
    session: Session, actor: Actor, pack: RulePack, campaign_id: int, changes: Mapping[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise Refused("campaign_unknown")
    was = stored(campaign)
    before = sheet_of(was)
    wanted = before | _checked(pack, changes)
    changed = {key: wanted[key] for key in wanted if wanted[key] != before.get(key)}
    if not changed:
        return
    after = stored_of(wanted, pack)
    if not any(key.startswith("hours.") for key in changed):
        after = _same_hours(after, was)  # they may differ from day to day: the sheet shows less
    _refuse_what_cannot_work(session, campaign, pack, after, now)
    _keep(campaign, after)
    audit.note(
        session, actor.name, ACTION, f"campaign:{campaign_id}", now,
        before={key: before.get(key) for key in changed}, after=changed,
    )  # fmt: skip
    publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def _checked(pack: RulePack, changes: Mapping[str, Any]) -> Sheet:
    known = {setting.key: setting for setting in settings(pack)}
    sheet: dict[str, Value] = {}
    for key, value in changes.items():
        setting = known.get(key)
        if setting is None:
            raise Refused("setting_unknown", setting=key[:60])
        if fault(setting, value):
            low, high = setting.low, setting.high
            raise Refused("setting_value", setting=key, low=low, high=high)
        sheet[key] = setting.default if value is None and key in PLAIN else value
    return sheet


def _same_hours(after: Stored, was: Stored) -> Stored:
    narrowing = {key: value for key, value in after.narrowing.items() if key != "hours"}
    if "hours" in was.narrowing:
        narrowing["hours"] = was.narrowing["hours"]
    return replace(after, narrowing=narrowing)


def _refuse_what_cannot_work(
    session: Session, campaign: Campaign, pack: RulePack, after: Stored, now: datetime
) -> None:
    agreed = pack_for(session, campaign.creditor_id, pack) or pack
    tight = checked_narrowing(agreed, dict(after.narrowing))
    recycle, end = recycle_of(dict(after.recycle)), end_rule_of(after.end)
    rules = rules_of(session, campaign, recycle, end)
    ring = int(after.plain["ring_seconds"] or 0)
    refuse_faults(lint(replace(rules, ring_seconds=ring), tight, now))


def _keep(campaign: Campaign, after: Stored) -> None:
    for key, value in after.plain.items():
        setattr(campaign, key, value)
    if campaign.end_rule != after.end:
        campaign.rounds = 0
    campaign.narrowing, campaign.recycle = dict(after.narrowing), dict(after.recycle)
    campaign.end_rule = dict(after.end)
