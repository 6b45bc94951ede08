"""Promises to pay (还款承诺): what may be promised. Keeping them is settled by payments only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


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


def limits(balance_minor: int, today: date, days_max: int) -> PromiseLimits:
    """1 <= due - today <= days_max and 0 < amount <= balance."""
    return PromiseLimits(
        amount_min_minor=1 if balance_minor > 0 else 0,
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
