"""Everything a manager may set on a campaign: one flat sheet, grouped by the question it answers. Pure.

The sheet is a view: limits stay where they are decided (rule pack, lint, modes), here is only what a
form needs to know of each setting, and how the flat values become what the campaign stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dialer.domain.compliance.ask import Channel
from dialer.domain.compliance.pack import LIFETIME, RulePack
from dialer.domain.list_end import HOURS_MAX, TIMES_MAX, Then
from dialer.domain.list_order import Order
from dialer.domain.pacing import Mode
from dialer.domain.retries import DAY_MINUTES, DEFAULT, DEFAULT_MINUTES

Value = int | float | str | bool | None  # None: not set here, the default or the pack's limit holds
Sheet = dict[str, Value]

CAP, MINUTES = "cap.", "minutes."
DAYS = {"mon": "weekday", "tue": "weekday", "wed": "weekday", "thu": "weekday", "fri": "weekday",
        "sat": "saturday", "sun": "sunday"}  # fmt: skip
RETRIED = (
    "NO_ANSWER", "BUSY", "POWER_OFF", "REJECTED", "AM_DIALER", "ABANDONED", "TP_MESSAGE",
    "RPC_REFUSE", "RPC_NO_ABILITY", "PAID_CLAIM",
)  # fmt: skip
RING_SECONDS_MAX = 45


class Question(StrEnum):
    """The headings of the form."""

    WHO_DIALS = "who_dials"
    WHEN = "when"
    HOW_OFTEN = "how_often"
    AFTER = "after"  # when is somebody called again, after which outcome
    ORDER = "order"


class Kind(StrEnum):
    """What a value looks like."""

    WHOLE = "whole"
    SHARE = "share"  # 0.03 is shown as 3 %
    WEIGHT = "weight"
    CHOICE = "choice"
    FLAG = "flag"
    HOURS = "hours"  # "09:00-20:00", "closed"


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the form. `default` None: the pack's own limit, named by the shell."""

    key: str
    question: Question
    kind: Kind
    default: Value
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


def settings(pack: RulePack) -> tuple[Setting, ...]:
    """All settings under this pack, at most forty: a longer form is not read."""
    return (*_dialing(pack), *_when(), *_how_often(pack), *_after(), *_order())


def _dialing(pack: RulePack) -> Iterable[Setting]:
    question = Question.WHO_DIALS
    return (
        Setting("mode", question, Kind.CHOICE, Mode.PROGRESSIVE, choices=tuple(Mode)),
        Setting("weight", question, Kind.WEIGHT, 1.0, low=0.01, high=100),
        Setting("preview_seconds", question, Kind.WHOLE, 30, "s", 10, 600),
        Setting("ring_seconds", question, Kind.WHOLE, 30, "s", pack.ring_seconds_min,
                RING_SECONDS_MAX),
        Setting("hard_abandon", question, Kind.SHARE, None, low=0, high=pack.abandon.hard),
    )  # fmt: skip


def _when() -> Iterable[Setting]:
    question = Question.WHEN
    return (
        *(Setting(f"hours.{day}", question, Kind.HOURS, None) for day in dict.fromkeys(DAYS.values())),
        Setting("closed_on_holidays", question, Kind.FLAG, False),
        Setting("working_days_only", question, Kind.FLAG, False),
        Setting("best_time", question, Kind.FLAG, False),
    )  # fmt: skip


def _how_often(pack: RulePack) -> Iterable[Setting]:
    question = Question.HOW_OFTEN
    caps = [cap for cap in pack.caps if cap.channel == Channel.VOICE]
    rest = int(pack.number_interval.total_seconds() // 60)
    return (
        *(Setting(CAP + cap.code, question, Kind.WHOLE, None, "calls", 0, cap.limit) for cap in caps),
        *(() if any(c.code == LIFETIME.code for c in caps) else
          (Setting(CAP + LIFETIME.code, question, Kind.WHOLE, None, "calls", 1, 1000),)),
        Setting("number_interval_minutes", question, Kind.WHOLE, None, "min", rest, 7 * DAY_MINUTES),
        Setting("per_daypart", question, Kind.WHOLE, None, "calls", 1, 10),
        Setting("attempts_max", question, Kind.WHOLE, DEFAULT.attempts_max, "calls", 1, 100),
        Setting("alternate_numbers", question, Kind.FLAG, True),
    )  # fmt: skip


def _after() -> Iterable[Setting]:
    return (
        Setting(MINUTES + code, Question.AFTER, Kind.WHOLE, DEFAULT_MINUTES.get(code, DAY_MINUTES),
                "min", 1, 30 * DAY_MINUTES)
        for code in RETRIED
    )  # fmt: skip


def _order() -> Iterable[Setting]:
    question = Question.ORDER
    return (
        Setting("list_order", question, Kind.CHOICE, Order.OLDEST, choices=tuple(Order)),
        Setting("end.then", question, Kind.CHOICE, Then.WAIT, choices=tuple(Then)),
        Setting("end.hours", question, Kind.WHOLE, 24, "h", 1, HOURS_MAX),
        Setting("end.times", question, Kind.WHOLE, 1, "times", 1, TIMES_MAX),
    )


def fault(setting: Setting, value: Any) -> bool:
    """Whether `value` is none for this setting. What it may come to with others the lint says."""
    if value is None:
        return False
    match setting.kind:
        case Kind.FLAG:
            return not isinstance(value, bool)
        case Kind.CHOICE:
            return value not in setting.choices
        case Kind.HOURS:
            return not isinstance(value, str) or _window(value) is None
        case Kind.WHOLE if not isinstance(value, int):
            return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    assert setting.low is not None
    assert setting.high is not None
    return not setting.low <= value <= setting.high


def _window(text: str) -> tuple[str, str] | None:
    """("09:00", "20:00") of "09:00-20:00"; "closed" opens and closes at midnight."""
    if text == "closed":
        return "00:00", "00:00"
    opens, dash, closes = text.partition("-")
    hours = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
    return (
        (opens, closes) if dash and opens in hours and closes in hours and opens < closes else None
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What a campaign keeps, in the shapes that the rules read."""

    plain: Mapping[str, Value]  # columns of their own
    narrowing: Mapping[str, Any]
    recycle: Mapping[str, Any]
    end: Mapping[str, Any]


PLAIN = ("mode", "weight", "preview_seconds", "ring_seconds", "list_order")
_NARROWING = ("number_interval_minutes", "closed_on_holidays", "working_days_only", "hard_abandon")
_RECYCLE = ("attempts_max", "alternate_numbers", "best_time", "per_daypart")
_END = ("then", "hours", "times")


def sheet_of(stored: Stored) -> Sheet:
    """The flat values; what is not set is None."""
    sheet: Sheet = dict(stored.plain)
    sheet |= {key: stored.narrowing.get(key) for key in _NARROWING}
    sheet |= {key: stored.recycle.get(key) for key in _RECYCLE}
    sheet |= {f"end.{key}": stored.end.get(key) for key in _END}
    sheet |= {CAP + code: limit for code, limit in stored.narrowing.get("caps", {}).items()}
    sheet |= {MINUTES + code: wait for code, wait in stored.recycle.get("minutes", {}).items()}
    hours = stored.narrowing.get("hours", {})
    for day, name in DAYS.items():
        window = hours.get(day, hours.get("every_day"))
        sheet[f"hours.{name}"] = _hours_in_words(window) if hours else None
    return sheet


def _hours_in_words(window: Any) -> str:
    opens, closes = window or ("00:00", "00:00")
    return "closed" if opens == closes else f"{opens}-{closes}"


def stored_of(sheet: Sheet, pack: RulePack) -> Stored:
    """The opposite of `sheet_of`. A day without hours of its own keeps the pack's."""
    narrowing = {key: sheet[key] for key in _NARROWING if sheet.get(key) not in (None, False)}
    caps = _part(sheet, CAP)
    hours = _hours(sheet, pack)
    recycle: dict[str, Any] = {k: sheet[k] for k in _RECYCLE if sheet.get(k) is not None}
    minutes = _part(sheet, MINUTES)
    end = {key: sheet[f"end.{key}"] for key in _END if sheet.get(f"end.{key}") is not None}
    return Stored(
        {key: sheet[key] for key in PLAIN},
        narrowing | ({"caps": caps} if caps else {}) | ({"hours": hours} if hours else {}),
        recycle | ({"minutes": minutes} if minutes else {}),
        end,
    )


def _part(sheet: Sheet, prefix: str) -> dict[str, Value]:
    return {
        key.removeprefix(prefix): value for key, value in sheet.items()
        if key.startswith(prefix) and value is not None
    }  # fmt: skip


def _hours(sheet: Sheet, pack: RulePack) -> dict[str, tuple[str, str]]:
    if all(sheet.get(f"hours.{name}") is None for name in DAYS.values()):
        return {}
    hours = {}
    for (day, name), legal in zip(DAYS.items(), pack.week, strict=True):
        own = _window(str(sheet.get(f"hours.{name}") or ""))
        hours[day] = own or (f"{legal.opens:%H:%M}", f"{legal.closes:%H:%M}")
    return hours
