"""Training of agents (CN-TRAIN): before the post, and business and security once a year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

KINDS = ("entry", "business", "security")
ALERT = timedelta(days=30)


def trained_until(records: Iterable[tuple[str, date]]) -> date | None:
    """The last day on which every kind on record holds, from (kind, valid until); None without any
    record. Of one kind the latest counts."""
    latest: dict[str, date] = {}
    for kind, until in records:
        latest[kind] = max(until, latest.get(kind, until))
    return min(latest.values(), default=None)


def is_trained(until: date | None, today: date) -> bool:
    """Whether they may take calls. Without any record nobody keeps book of it, and nothing is
    blocked; the first record of a user puts the rule in force for them."""
    return until is None or today <= until


def ends_soon(until: date | None, today: date) -> bool:
    """Within thirty days, or ended already: time to book a course."""
    return until is not None and until - today <= ALERT
