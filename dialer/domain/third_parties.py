"""When somebody else than the debtor may be reached (CN-CONTACT): only on a ground that is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from dialer.domain.compliance import Past

GROUNDS = ("unreachable", "deceased", "incapacity", "contract", "location")
ATTEMPTS_MIN = 3
DAYS_MIN = 2
SILENT_DAYS = 30


def unreachable_is_proven(history: Iterable[Past], today: date) -> bool:
    """At least three attempts on two days over the debtor's own numbers, and nobody spoken to in
    thirty days: product policy, the standard names no number."""
    own = [past for past in history if past.own and not past.third_party]
    if any(past.conversation and today - past.day <= timedelta(days=SILENT_DAYS) for past in own):
        return False
    tried = [past for past in own if past.rang and not past.in_flight]
    return len(tried) >= ATTEMPTS_MIN and len({past.day for past in tried}) >= DAYS_MIN
