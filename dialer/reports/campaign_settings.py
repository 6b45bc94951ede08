"""The settings sheet of one campaign: values, limits, who changed what, and what the lint says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.campaign_settings import (
    CAP,
    Question,
    Setting,
    Sheet,
    Value,
    settings,
    sheet_of,
)
from dialer.domain.compliance.pack import RulePack
from dialer.store.asking import pack_for
from dialer.store.campaign_settings import ACTION, changes_of, stored
from dialer.store.tables import Campaign, Creditor, User

CHANGES_SHOWN = 50


def settings_sheet(session: Session, pack: RulePack, campaign_id: int) -> dict[str, Any] | None:
    """None when there is no such campaign. Limits are those of pack and agreement together."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    agreed = pack_for(session, campaign.creditor_id, pack) or pack
    sheet, history = sheet_of(stored(campaign)), list(history_of(session, campaign_id, ACTION))
    lines = [_line(s, sheet, agreed, history) for s in settings(agreed)]
    return {
        "id": campaign.id, "name": campaign.name, "state": campaign.state,
        "creditor": session.get_one(Creditor, campaign.creditor_id).name, "pack": pack.version,
        "questions": [
            {"question": q, "settings": [line for line in lines if line["question"] == q]}
            for q in Question
        ],
        "history": history[:CHANGES_SHOWN],
    }  # fmt: skip


def _line(
    setting: Setting, sheet: Sheet, pack: RulePack, history: list[dict[str, Any]]
) -> dict[str, Any]:
    last = next((c for c in history if setting.key in c["after"]), None)
    value = sheet.get(setting.key)
    default = setting.default if setting.default is not None else _limit(setting.key, pack)
    return {
        "key": setting.key, "question": setting.question, "kind": setting.kind,
        "unit": setting.unit, "low": setting.low, "high": setting.high,
        "choices": list(setting.choices), "default": default,
        "value": default if value is None else value,
        "is_default": value is None or value == default,
        "changed_by": last and last["by"], "changed_at": last and last["at"],
    }  # fmt: skip


def _limit(key: str, pack: RulePack) -> Value:
    """What holds when a campaign says nothing: the law's or the agreement's own limit."""
    if key.startswith(CAP):
        limits = {cap.code: cap.limit for cap in pack.caps}
        return limits.get(key.removeprefix(CAP))
    if key.startswith("hours."):
        window = pack.week[{"weekday": 0, "saturday": 5, "sunday": 6}[key.removeprefix("hours.")]]
        is_closed = window.opens == window.closes
        return "closed" if is_closed else f"{window.opens:%H:%M}-{window.closes:%H:%M}"
    if key == "number_interval_minutes":
        return int(pack.number_interval.total_seconds() // 60)
    return pack.abandon.hard if key == "hard_abandon" else None


def history_of(session: Session, campaign_id: int, action: str) -> Iterator[dict[str, Any]]:
    """Who changed what, newest first."""
    rows = changes_of(session, campaign_id, action)
    ids = {int(row.actor.removeprefix("user:")) for row in rows if row.actor.startswith("user:")}
    names = {u.id: u.display_name for u in session.scalars(select(User).where(User.id.in_(ids)))}
    for row in rows:
        number = row.actor.removeprefix("user:")
        yield {
            "id": row.id, "at": row.at.isoformat(), "before": row.before or {},
            "by": names.get(int(number), row.actor) if number.isdigit() else row.actor,
            "after": row.after or {},
        }  # fmt: skip
