"""Which of two campaigns does better, said once: when as many people as planned are ripe. Pure.

Looking every day and stopping when it looks good finds differences where there are none. So measure, least
difference and number are fixed before; the verdict is on the first so many people of each side, and later
ones do not change it. A person is ripe when `window_days` have passed since their first call, and only what
came of it within them counts, so that early and late ones had the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dialer.domain.intervals import Interval, difference, ratio_of, share_of

MEASURES = ("contact", "promise")


class Verdict(StrEnum):
    """What may be said."""

    EARLY = "early"  # not yet as many as planned
    NONE = "none"  # no difference shown
    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class Person:
    """One entry, within its window. `settled` promises are those that were kept, partly kept or broken."""

    attempts: int = 0
    contacted: bool = False  # the debtor was spoken to
    promises: int = 0
    kept: int = 0
    settled: int = 0
    agent_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Side:
    """What one campaign came to."""

    people: int
    attempts: int
    contact: Interval | None
    promise: Interval | None
    kept: Interval | None
    minutes_per_promise: Interval | None


def side_of(people: Sequence[Person]) -> Side:
    """Shares are of people, not of calls: calls to one person are not independent."""
    return Side(
        len(people), sum(p.attempts for p in people),
        share_of(sum(p.contacted for p in people), len(people)),
        share_of(sum(p.promises > 0 for p in people), len(people)),
        share_of(sum(p.kept for p in people), sum(p.settled for p in people)),
        ratio_of([(p.agent_minutes, p.promises) for p in people]),
    )  # fmt: skip


def verdict(measure: str, a: Side, b: Side, planned: int) -> tuple[Verdict, Interval | None]:
    """With the difference B minus A of the planned measure."""
    found: Interval | None = difference(getattr(a, measure), getattr(b, measure))
    if found is None or min(a.people, b.people) < planned:
        return Verdict.EARLY, found
    if found.low > 0:
        return Verdict.B, found
    return (Verdict.A if found.high < 0 else Verdict.NONE), found


def as_shown(side: Side) -> dict[str, Any]:
    """For pages: intervals as [value, low, high]."""
    spans = {
        "contact": side.contact, "promise": side.promise, "kept": side.kept,
        "minutes_per_promise": side.minutes_per_promise,
    }  # fmt: skip
    shown = {name: [i.value, i.low, i.high] if i else None for name, i in spans.items()}
    return {"people": side.people, "attempts": side.attempts, **shown}
