"""A rule pack: limits with their sources. Agreements and campaigns may narrow one, never widen it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialer.domain.compliance.ask import Channel
from dialer.domain.compliance.hours import Calendar, Week, Window, intersect


class Key(StrEnum):
    """What a cap counts per."""

    PERSON = "person"
    PERSON_DEBT = "person_debt"
    NUMBER = "number"


class Counts(StrEnum):
    """Which past contacts count."""

    EFFECTIVE = "effective"
    ATTEMPTS = "attempts"  # INVITEs that may have rung, messages that may have been sent
    CONNECTED = "connected"  # ... and reached the number that was dialed
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` on one channel within the last `days` local days, today included; 0 days: ever.

    `cooling`: nothing may follow for so many days, the day of the contact being day 1.
    `not_with_consent`: contacts under the person's direct consent neither count nor are capped."""

    code: str
    key: Key
    counts: Counts
    limit: int
    days: int
    citation: str
    cooling: bool = False
    channel: str = Channel.VOICE
    not_with_consent: bool = False


# Caps that a pack need not have and an agreement or campaign may add.
LIFETIME = Cap("CAP_LIFETIME", Key.PERSON_DEBT, Counts.ATTEMPTS, 0, 0, "agreement or campaign")


@dataclass(frozen=True, slots=True)
class AbandonRule:
    """How abandonment is computed and what is allowed (docs/rules.md, abandonment)."""

    formula: str  # human | ofcom
    starts: str  # CONNECTED_TO_SYSTEM | GREETING_START | GREETING_END
    threshold: timedelta
    window: str  # P30D | PT24H | DAY
    target: float
    hard: float
    message_needs_consent: bool = False  # a recorded voice only to whom agreed to it (US-FCC)


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
    plan_periods_max: dict[str, int]  # product -> instalments; "" for any other product
    citations: dict[str, str]
    closed_on_holidays: bool = False
    working_days_only: bool = False
    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()  # make-up days of the state (调休)
    calendar_through: int = 0  # the last year whose days off are known
    recording_days_min: int = 0  # recordings may not be deleted sooner
    recording_required: bool = False  # no call without one: an agreement may ask for it

    def periods_max(self, product: str) -> int:
        """The most instalments of a plan, by the words in the product's name; `""` is in every name."""
        name = product.lower()
        return min(most for word, most in self.plan_periods_max.items() if word in name)

    def look_back_days(self) -> int | None:
        """How far back contacts matter; None: to the beginning."""
        if self.third_party == "once" or any(not cap.days for cap in self.caps):
            return None
        rests = (self.number_interval, self.after_abandon, self.after_machine)
        return max([cap.days for cap in self.caps] + [rest.days + 1 for rest in rests])


def calendar_of(
    pack: RulePack, zones: tuple[ZoneInfo, ...], inconvenient: tuple[Window, ...] = ()
) -> Calendar:
    """The pack's hours and, where it closes on them, days off, at a place."""
    closed = pack.closed_on_holidays or pack.working_days_only
    return Calendar(
        pack.week, zones, pack.holidays if closed else frozenset(), inconvenient,
        pack.working_weekends if pack.working_days_only else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a creditor's agreement or a campaign adds. None leaves a limit as it is."""

    week: Week | None = None
    caps: dict[str, int] | None = None  # cap code -> lower limit
    number_interval: timedelta | None = None
    closed_on_holidays: bool = False
    working_days_only: bool = False  # closed on days off and on weekends that are not made up for
    hard_abandon: float | None = None
    recording_required: bool = False


class Widened(ValueError):
    """A narrowing that would allow more than the pack; `what` names the limit."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def narrowed(pack: RulePack, narrowing: Narrowing) -> RulePack:
    """The pack with tighter limits. Raises Widened for a limit above the pack's own."""
    asked = narrowing.caps or {}
    caps = pack.caps
    if LIFETIME.code in asked and all(cap.code != LIFETIME.code for cap in caps):
        caps = (*caps, replace(LIFETIME, limit=asked[LIFETIME.code]))
    limits = {cap.code: cap.limit for cap in caps}
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
        caps=tuple(replace(cap, limit=asked.get(cap.code, cap.limit)) for cap in caps),
        number_interval=narrowing.number_interval or pack.number_interval,
        closed_on_holidays=pack.closed_on_holidays or narrowing.closed_on_holidays,
        working_days_only=pack.working_days_only or narrowing.working_days_only,
        recording_required=pack.recording_required or narrowing.recording_required,
        abandon=replace(pack.abandon, hard=hard, target=min(pack.abandon.target, hard)),
    )
