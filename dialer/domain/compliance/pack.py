"""A rule pack: limits with their sources. Agreements and campaigns may narrow one, never widen it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from dialer.domain.compliance.hours import Week, intersect


class Key(StrEnum):
    """What a cap counts per."""

    PERSON = "person"
    PERSON_DEBT = "person_debt"
    NUMBER = "number"


class Counts(StrEnum):
    """Which past contacts count."""

    EFFECTIVE = "effective"
    ATTEMPTS = "attempts"  # INVITEs that may have rung
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` within the last `days` local days, today included; 0 days: ever.

    `cooling`: nothing may follow for so many days, the day of the contact being day 1."""

    code: str
    key: Key
    counts: Counts
    limit: int
    days: int
    citation: str
    cooling: bool = False


@dataclass(frozen=True, slots=True)
class AbandonRule:
    """How abandonment is computed and what is allowed (docs/rules.md, abandonment)."""

    formula: str  # human | ofcom
    starts: str  # CONNECTED_TO_SYSTEM | GREETING_START | GREETING_END
    threshold: timedelta
    window: str  # P30D | PT24H | DAY
    target: float
    hard: float


@dataclass(frozen=True, slots=True)
class RulePack:
    """Everything the gate must know that is not about one person."""

    name: str
    version: str
    verified_on: date
    zones: tuple[str, ...]  # every zone a debtor of this pack may live in
    week: Week
    caps: tuple[Cap, ...]
    number_interval: timedelta
    after_abandon: timedelta  # only with a guaranteed agent
    after_machine: timedelta
    third_party: str  # ground | once | never
    ring_seconds_min: int
    abandon: AbandonRule
    promise_days_max: int
    citations: dict[str, str]
    closed_on_holidays: bool = False
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a creditor's agreement or a campaign adds. None leaves a limit as it is."""

    week: Week | None = None
    caps: dict[str, int] | None = None  # cap code -> lower limit
    number_interval: timedelta | None = None
    closed_on_holidays: bool = False
    hard_abandon: float | None = None


class Widened(ValueError):
    """A narrowing that would allow more than the pack; `what` names the limit."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def narrowed(pack: RulePack, narrowing: Narrowing) -> RulePack:
    """The pack with tighter limits. Raises Widened for a limit above the pack's own."""
    limits = {cap.code: cap.limit for cap in pack.caps}
    asked = narrowing.caps or {}
    for code, limit in asked.items():
        if code not in limits or not 0 <= limit <= limits[code]:
            raise Widened(code)
    if narrowing.number_interval is not None and narrowing.number_interval < pack.number_interval:
        raise Widened("CAP_INTERVAL")
    if narrowing.hard_abandon is not None and narrowing.hard_abandon > pack.abandon.hard:
        raise Widened("ABANDON_BUDGET")
    hard = pack.abandon.hard if narrowing.hard_abandon is None else narrowing.hard_abandon
    return replace(
        pack,
        week=intersect(pack.week, narrowing.week) if narrowing.week else pack.week,
        caps=tuple(replace(cap, limit=asked.get(cap.code, cap.limit)) for cap in pack.caps),
        number_interval=narrowing.number_interval or pack.number_interval,
        closed_on_holidays=pack.closed_on_holidays or narrowing.closed_on_holidays,
        abandon=replace(pack.abandon, hard=hard, target=min(pack.abandon.target, hard)),
    )
