"""What a creditor lets agents agree on beside its agreements: the least promise and how far ahead."""

from __future__ import annotations

from datetime import datetime

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Creditor

DAYS_LONGEST = 90


def set_promise_terms(
    sessions: Sessions, actor: Actor, creditor_id: int, min_minor: int, days_max: int, now: datetime
) -> None:
    """From the next promise on. Refused("creditor_unknown" | "promise_terms")."""
    if min_minor < 1 or not 1 <= days_max <= DAYS_LONGEST:
        raise Refused("promise_terms", longest=DAYS_LONGEST)
    with write(sessions) as session:
        creditor = session.get(Creditor, creditor_id)
        if creditor is None:
            raise Refused("creditor_unknown")
        before = {"min_minor": creditor.promise_min_minor, "days_max": creditor.promise_days_max}
        creditor.promise_min_minor, creditor.promise_days_max = min_minor, days_max
        audit.note(
            session, actor.name, "creditor.promise_terms", f"creditor:{creditor_id}", now,
            before=before, after={"min_minor": min_minor, "days_max": days_max},
        )  # fmt: skip
