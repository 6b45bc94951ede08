"""Promises to pay (还款承诺): what may be promised, and what payments make of it.

    open -> due -> kept | partially_kept | broken
    open -> cancelled | superseded | renegotiated | void (dispute, recall)

Settled by posted payments only, never by an agent. A reversal opens the decision again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class PromiseAsk:
    """What the agent read back: minor units and a date at the debtor's place."""

    amount_minor: int
    due_on: date


@dataclass(frozen=True, slots=True)
class PromiseLimits:
    """What the creditor's agreement allows for one account today."""

    amount_min_minor: int
    amount_max_minor: int
    due_from: date
    due_to: date


def limits(balance_minor: int, today: date, days_max: int, min_minor: int = 1) -> PromiseLimits:
    """1 <= due - today <= days_max and min <= amount <= balance (the balance itself always fits)."""
    return PromiseLimits(
        amount_min_minor=min(max(min_minor, 1), balance_minor) if balance_minor > 0 else 0,
        amount_max_minor=max(balance_minor, 0),
        due_from=today + timedelta(days=1),
        due_to=today + timedelta(days=days_max),
    )


def fault(ask: PromiseAsk, allowed: PromiseLimits) -> str:
    """Why the promise cannot be taken, as a code; empty when it can."""
    if ask.amount_minor < max(allowed.amount_min_minor, 1):
        return "promise_amount_low"
    if ask.amount_minor > allowed.amount_max_minor:
        return "promise_amount_high"
    if not allowed.due_from <= ask.due_on <= allowed.due_to:
        return "promise_date"
    return ""


class PromiseState(StrEnum):
    """Where a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    PARTIALLY_KEPT = "partially_kept"
    BROKEN = "broken"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    RENEGOTIATED = "renegotiated"
    VOID = "void"


LIVE = frozenset({PromiseState.OPEN})
SETTLED = frozenset({PromiseState.KEPT, PromiseState.PARTIALLY_KEPT, PromiseState.BROKEN})


@dataclass(frozen=True, slots=True)
class Terms:
    """When and how a promise is settled. Tolerance: the larger of a share and an amount."""

    grace_days: int = 1
    tolerance_share: float = 0.05
    tolerance_minor: int = 1_000  # CNY 10

    def enough(self, promised_minor: int) -> int:
        """Paid so much, the promise is kept."""
        allowed = max(int(promised_minor * self.tolerance_share), self.tolerance_minor)
        return max(promised_minor - allowed, 1)


@dataclass(frozen=True, slots=True)
class Posting:
    """One payment row of the account; a reversal is negative."""

    value_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What payments say of a promise today."""

    state: PromiseState
    paid_minor: int


def settle(
    ask: PromiseAsk, made_on: date, postings: Iterable[Posting], today: date, terms: Terms
) -> Settlement:
    """Kept at once when enough is paid; else decided when the grace after the due day is over."""
    last = ask.due_on + timedelta(days=terms.grace_days)
    paid = sum(p.amount_minor for p in postings if made_on <= p.value_on <= last)
    if paid >= terms.enough(ask.amount_minor):
        return Settlement(PromiseState.KEPT, paid)
    if today <= last:
        return Settlement(PromiseState.OPEN, max(paid, 0))
    state = PromiseState.PARTIALLY_KEPT if paid > 0 else PromiseState.BROKEN
    return Settlement(state, max(paid, 0))


def reminder_days(due_on: date) -> tuple[date, date]:
    """D-1 and D0: the days on which the person may be reminded, each a contact like any other."""
    return due_on - timedelta(days=1), due_on


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a plan; it behaves like a promise."""

    number: int
    due_on: date
    amount_minor: int


def instalments(
    total_minor: int, periods: int, first_on: date, every_days: int = 30
) -> tuple[Instalment, ...]:
    """Equal parts that add up exactly; the first ones carry the remainder, fen by fen.

    Raises ValueError for what is no plan."""
    if not 1 <= periods <= 60 or total_minor < periods or every_days < 1:
        raise ValueError("plan_form")
    part, rest = divmod(total_minor, periods)
    return tuple(
        Instalment(n + 1, first_on + timedelta(days=n * every_days), part + (n < rest))
        for n in range(periods)
    )


def plan_is_in_default(missed: int, longest_late_days: int) -> bool:
    """Two instalments missed, or one more than ten days late."""
    return missed >= 2 or longest_late_days > 10
