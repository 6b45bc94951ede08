"""Alerts with hysteresis: raised above one value after some time, over below another, acknowledged between.

quiet --bad--> rising --bad for so long--> raised --below `leave`--> quiet      rising --better--> quiet
Acknowledged is a word of a person beside `raised`; it changes nothing in when the alert is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class AlertState(StrEnum):
    """Where an alert stands."""

    QUIET = "quiet"
    RISING = "rising"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Rule:
    """Bad from `enter` on, good again from `leave` on; `low_is_bad` turns both round. The gap between them
    keeps a value that trembles from ringing twice."""

    enter: float
    leave: float
    hold: timedelta = timedelta(0)
    low_is_bad: bool = False

    def is_bad(self, value: float) -> bool:
        """Whether it may be raised."""
        return value <= self.enter if self.low_is_bad else value >= self.enter

    def is_good(self, value: float) -> bool:
        """Whether it is over."""
        return value >= self.leave if self.low_is_bad else value <= self.leave


# Product policy, not law. Shares are of 1.
RULES: Mapping[str, Rule] = MappingProxyType({
    "abandonment": Rule(0.8, 0.6),  # of the rule pack's limit
    "idle_share": Rule(0.4, 0.3, timedelta(seconds=60)),  # of the seats that work or wait
    "calls_failing": Rule(0.5, 0.2, timedelta(seconds=10)),  # of the last calls that ended
    "legs_down": Rule(0.3, 0.1, timedelta(seconds=30)),  # of the seats that are signed in
    "list_ending": Rule(0.05, 0.08, low_is_bad=True),  # entries left, of all
    "numbers_out": Rule(1, 0, timedelta(seconds=10)),  # no outbound number may be shown
    "disk": Rule(0.10, 0.15, low_is_bad=True),  # free space where recordings lie
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tracked:
    """One alert of one subject, as it was seen last."""

    state: AlertState = AlertState.QUIET
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One look; None: not known, or too little to say."""

    code: str
    subject: str
    value: float | None
    args: dict[str, Any] = field(default_factory=dict)


def step(rule: Rule, was: Tracked, value: float | None, now: datetime) -> Tracked:
    """The state after a look. An unknown value proves nothing: nothing is raised and nothing is over."""
    if value is None:
        return was
    if was.state is AlertState.RAISED:
        return Tracked() if rule.is_good(value) else was
    if not rule.is_bad(value):
        return Tracked()
    if was.state is AlertState.QUIET:
        was = Tracked(AlertState.RISING, now)
    assert was.since is not None
    if now - was.since >= rule.hold:
        return replace(was, state=AlertState.RAISED, since=now)
    return was
