"""Rule packs: limits as data with citation, version and the day somebody checked them."""

from __future__ import annotations

import tomllib
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from dialer.domain.compliance.ask import Channel
from dialer.domain.compliance.hours import Week, Window
from dialer.domain.compliance.pack import AbandonRule, Cap, Counts, Key, Narrowing, RulePack
from dialer.packs.calendars import NO_EXTRA, ExtraDays, days_off

PACKS = ("cn", "us", "uk")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STALE_AFTER = timedelta(days=180)


@cache
def load_pack(name: str, extra: ExtraDays = NO_EXTRA) -> RulePack:
    """The pack `name`.toml of this folder, with the days off of its place and the operator's own."""
    if name not in PACKS:
        raise ValueError(f"no rule pack {name!r}; there are {', '.join(PACKS)}")
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    rest, days = data["rest"], days_off(name, extra)
    return RulePack(
        name=data["name"],
        version=data["version"],
        verified_on=data["verified_on"],
        zones=tuple(data["zones"]),
        week=_week(data["hours"]),
        caps=tuple(_cap(code, cap) for code, cap in data["caps"].items()),
        number_interval=timedelta(minutes=rest["number_interval_minutes"]),
        after_abandon=timedelta(hours=rest["after_abandon_hours"]),
        after_machine=timedelta(hours=rest["after_machine_hours"]),
        third_party=data["third_party"]["mode"],
        ring_seconds_min=data["ring_seconds_min"],
        abandon=_abandon(data["abandon"]),
        promise_days_max=data["promise_days_max"],
        plan_periods_max=dict(data["plans"]["periods_max"]),
        citations={"OUT_OF_HOURS": data["hours"]["citation"], "CAP_INTERVAL": rest["citation"],
                   "THIRD_PARTY": data["third_party"]["citation"],
                   "ABANDON_BUDGET": data["abandon"]["citation"],
                   "PLAN": data["plans"]["citation"]},
        recording_days_min=data.get("recordings", {}).get("days_min", 0),
        closed_on_holidays=data["hours"].get("closed_on_holidays", False),
        holidays=days.holidays,
        working_weekends=days.working_weekends,
        calendar_through=days.known_through,
    )  # fmt: skip


def is_stale(pack: RulePack, today: date) -> bool:
    """Nobody has compared the pack with the law for half a year."""
    return today - pack.verified_on > STALE_AFTER


def calendar_is_old(pack: RulePack, today: date) -> bool:
    """In the last month of the last year whose days off were announced, or later: the operator adds
    the next year's to config.toml, or a newer release of the library brings them."""
    return today >= date(pack.calendar_through, 12, 1)


def _week(hours: dict[str, Any]) -> Week:
    default = hours.get("every_day", ("00:00", "00:00"))  # a day nobody names is closed
    windows = []
    for day in DAYS:
        opens, closes = hours.get(day, default)
        windows.append(Window(time.fromisoformat(opens), time.fromisoformat(closes)))
    return tuple(windows)


def _cap(code: str, cap: dict[str, Any]) -> Cap:
    return Cap(
        code, Key(cap["key"]), Counts(cap["counts"]), cap["limit"], cap["days"], cap["citation"],
        cap.get("cooling", False), Channel(cap.get("channel", "voice")),
        cap.get("not_with_consent", False),
    )  # fmt: skip


def _abandon(rule: dict[str, Any]) -> AbandonRule:
    return AbandonRule(
        formula=rule["formula"], starts=rule["starts"],
        threshold=timedelta(seconds=rule["threshold_seconds"]), window=rule["window"],
        target=rule["target"], hard=rule["hard"],
        message_needs_consent=rule.get("message_needs_consent", False),
    )  # fmt: skip


def narrowing_of(data: dict[str, Any]) -> Narrowing:
    """What an agreement or campaign stores: hours, caps, number_interval_minutes, ... Raises
    ValueError or KeyError naming what it cannot read."""
    unknown = set(data) - {
        "hours", "caps", "number_interval_minutes", "closed_on_holidays", "working_days_only",
        "hard_abandon", "recording_required",
    }  # fmt: skip
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    minutes = data.get("number_interval_minutes")
    return Narrowing(
        week=_week(data["hours"]) if "hours" in data else None,
        caps={str(code): int(limit) for code, limit in data.get("caps", {}).items()} or None,
        number_interval=timedelta(minutes=minutes) if minutes is not None else None,
        closed_on_holidays=bool(data.get("closed_on_holidays", False)),
        working_days_only=bool(data.get("working_days_only", False)),
        hard_abandon=data.get("hard_abandon"),
        recording_required=bool(data.get("recording_required", False)),
    )
