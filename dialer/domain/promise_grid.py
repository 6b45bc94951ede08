"""What an agent may agree on at this moment, as choices: amounts, days, plans, a settlement.

The grid is computed by the rules that will decide (`domain.promises`), so that what the screen offers is
what the server takes. It names no choice outside the creditor's authority.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dialer.domain.promises import PromiseLimits

PLAN_PERIODS = (3, 6, 12)
PLAN_EVERY_DAYS = 30
WHOLE_MINOR = 100  # amounts that people say aloud have no fen


@dataclass(frozen=True, slots=True)
class PlanAsk:
    """分期: equal parts of the whole balance, the first on a day, then every so many days."""

    periods: int
    first_on: date
    every_days: int = PLAN_EVERY_DAYS


@dataclass(frozen=True, slots=True)
class SettleAsk:
    """减免结清: this amount by that day, the rest is waived."""

    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Authority:
    """What the creditor lets an agent agree on for one account, today."""

    limits: PromiseLimits
    waive_share_max: float = 0.0
    periods_max: int = 1
    approved_minor: int | None = None  # a second person agreed to so little in all

    @property
    def settle_from_minor(self) -> int:
        """The least that may be taken for the whole debt."""
        balance = self.limits.amount_max_minor
        least = balance - int(balance * self.waive_share_max)
        return least if self.approved_minor is None else min(least, self.approved_minor)


class Choice(StrEnum):
    """Kinds of choices in the row of amounts."""

    FULL = "full"
    HALF = "half"
    LEAST = "least"
    PLAN = "plan"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class Amount:
    """One choice. `amount_minor`: to be paid by the chosen day, for a plan its first part."""

    kind: Choice
    amount_minor: int
    periods: int = 0
    waived_minor: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day on the strip; banks are closed or people rest on a day off."""

    on: date
    is_off: bool


def amounts(authority: Authority) -> tuple[Amount, ...]:
    """Full first and what costs the creditor money last: offers step down one at a time."""
    limits = authority.limits
    balance, least = limits.amount_max_minor, max(limits.amount_min_minor, 1)
    if balance <= 0:
        return ()
    found = [Amount(Choice.FULL, balance)]
    half = balance // 2 // WHOLE_MINOR * WHOLE_MINOR
    if least <= half < balance:
        found.append(Amount(Choice.HALF, half))
    if WHOLE_MINOR <= least < (half or balance):
        found.append(Amount(Choice.LEAST, least))
    for periods in PLAN_PERIODS:
        part, rest = divmod(balance, periods)
        if periods <= authority.periods_max and part >= max(least, WHOLE_MINOR):
            found.append(Amount(Choice.PLAN, part + (rest > 0), periods))
    waived = balance - authority.settle_from_minor
    if waived > 0:
        found.append(Amount(Choice.SETTLE, balance - waived, 0, waived))
    return tuple(found)


def days(limits: PromiseLimits, is_off: Callable[[date], bool]) -> tuple[Day, ...]:
    """Every day on which a promise may be due."""
    count = (limits.due_to - limits.due_from).days + 1
    every = (limits.due_from + timedelta(days=n) for n in range(count))
    return tuple(Day(day, is_off(day)) for day in every)
