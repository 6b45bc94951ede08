"""What in a campaign's rules cannot work, before it is saved. Every fault names the key to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dialer.domain.compliance.ask import Channel
from dialer.domain.compliance.hours import zones_of
from dialer.domain.compliance.pack import Counts, Key, RulePack, calendar_of
from dialer.domain.dayparts import PARTS
from dialer.domain.list_end import HOURS_MAX, TIMES_MAX, EndRule, Then
from dialer.domain.mix import WEIGHT_MAX, Share
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.outcomes import Then as After
from dialer.domain.retries import Recycle

MINUTES_MAX = 60 * 24 * 30
ATTEMPTS_MAX = 100
PREVIEW_SECONDS = (10, 600)  # less nobody can read, more keeps a debtor's turn from others


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot work: a code of the catalogue, the key to change, and what it names. A hint
    may be saved; it says what the gate will make of the rule."""

    code: str
    key: str
    names: tuple[str, ...] = ()
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a campaign says about the order of its dialing. `shares`: its lists that are on."""

    recycle: Recycle
    ring_seconds: int
    end: EndRule = field(default_factory=EndRule)
    shares: tuple[Share, ...] | None = None  # None: it has no list yet
    preview_seconds: int = 30  # to look at an entry before it goes back


def lint(rules: Rules, pack: RulePack, now: datetime) -> tuple[Fault, ...]:
    """All faults, those that forbid saving first."""
    found = (
        *_hours(rules, pack, now), *_preview(rules.preview_seconds), *_retries(rules.recycle),
        *_caps(rules.recycle, pack, now), *_ends(rules, pack), *_lists(rules.shares),
    )  # fmt: skip
    return tuple(sorted(found, key=lambda fault: fault.hint))


def _hours(rules: Rules, pack: RulePack, now: datetime) -> Iterator[Fault]:
    calendar = calendar_of(pack, zones_of("", pack.zones))
    if calendar.next_open(now, timedelta(seconds=rules.ring_seconds)) is None:
        yield Fault("never_open", "narrowing.hours")
    if not pack.ring_seconds_min <= rules.ring_seconds <= 45:
        yield Fault("ring_seconds", "ring_seconds", (str(rules.ring_seconds),))


def _preview(seconds: int) -> Iterator[Fault]:
    low, high = PREVIEW_SECONDS
    if not low <= seconds <= high:
        yield Fault("preview_seconds", "preview_seconds", (str(seconds),))


def _retries(recycle: Recycle) -> Iterator[Fault]:
    if not 1 <= recycle.attempts_max <= ATTEMPTS_MAX:
        yield Fault("attempts_max", "recycle.attempts_max", (str(recycle.attempts_max),))
    if recycle.per_daypart is not None and recycle.per_daypart < 1:
        yield Fault("daypart_zero", "recycle.per_daypart", (str(recycle.per_daypart),))
    unknown = sorted(set(recycle.minutes) - set(OUTCOMES))
    if unknown:
        yield Fault("unknown_codes", "recycle.minutes", tuple(unknown))
    final = sorted(
        code for code in recycle.minutes
        if code in OUTCOMES and OUTCOMES[code].then not in (After.RETRY, After.NUMBER_DEAD)
    )  # fmt: skip
    if final:
        yield Fault("never_retried", "recycle.minutes", tuple(final))
    odd = sorted(c for c, minutes in recycle.minutes.items() if not 1 <= minutes <= MINUTES_MAX)
    if odd:
        yield Fault("minutes", "recycle.minutes", tuple(odd))


def _caps(recycle: Recycle, pack: RulePack, now: datetime) -> Iterator[Fault]:
    """Retries that only meet the gate: faster than a number's rest, or more than a day's cap."""
    rest = pack.number_interval.total_seconds() / 60
    fast = sorted(code for code, minutes in recycle.minutes.items() if minutes < rest)
    if fast and not recycle.alternate_numbers:
        yield Fault("faster_than_caps", "recycle.minutes", tuple(fast))
    a_day = min(
        (cap.limit for cap in pack.caps
         if cap.channel is Channel.VOICE and cap.key is Key.PERSON
            and cap.counts is Counts.ATTEMPTS and cap.days == 1),
        default=None,
    )  # fmt: skip
    if a_day is None:
        return
    if recycle.per_daypart is not None and recycle.per_daypart * PARTS > a_day:
        yield Fault("daypart_above_caps", "recycle.per_daypart", (str(a_day),), hint=True)
    open_minutes = _open_minutes(pack, now.date())
    often = sorted(c for c, m in recycle.minutes.items() if m > 0 and open_minutes // m >= a_day)
    if often:
        yield Fault("more_than_caps", "recycle.minutes", (*often, str(a_day)), hint=True)


def _open_minutes(pack: RulePack, day: date) -> int:
    window = pack.week[day.weekday()]
    return (
        (window.closes.hour - window.opens.hour) * 60 + window.closes.minute - window.opens.minute
    )


def _ends(rules: Rules, pack: RulePack) -> Iterator[Fault]:
    end = rules.end
    if end.then is not Then.AGAIN:
        return
    if not 1 <= end.times <= TIMES_MAX:
        yield Fault("end_for_ever", "end.times", (str(end.times), str(TIMES_MAX)))
    if not 1 <= end.hours <= HOURS_MAX:
        yield Fault("end_hours", "end.hours", (str(end.hours), str(HOURS_MAX)))
    elif timedelta(hours=end.hours) < pack.number_interval:
        yield Fault("end_too_soon", "end.hours", (str(end.hours),))
    if rules.recycle.attempts_max * (end.times + 1) > ATTEMPTS_MAX:
        yield Fault("end_attempts", "end.times", (str(rules.recycle.attempts_max), str(end.times)))


def _lists(shares: Sequence[Share] | None) -> Iterator[Fault]:
    if shares is None:
        return
    if not shares:
        yield Fault("lists_off", "lists.active", hint=True)
    odd = sorted(str(s.list_id) for s in shares if not 1 <= s.weight <= WEIGHT_MAX)
    if odd:
        yield Fault("weight", "lists.weight", tuple(odd))
