"""How many entries of each running campaign stand where. Counted beside the loop, never on it.

Counting a list of a million entries takes a good part of a second, so it runs in a thread of the
schedule, with its own reading session, and the longer it takes the less often it is done.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.clock import monotonic, utc_now
from dialer.store.session import Sessions, read
from dialer.store.tables import Campaign, Entry

SHARE_MAX = 0.02  # of one core that counting may take


class ListCounts:
    """The last count of every running campaign; read by the loop, replaced whole by the thread."""

    def __init__(self) -> None:
        self._counts: dict[int, dict[str, int]] = {}
        self._next_at = 0.0

    def of(self, campaign_id: int) -> dict[str, int]:
        """All entries in disjoint groups that add up to `total`; empty while nobody has counted."""
        return self._counts.get(campaign_id, {})

    def refresh(self, sessions: Sessions) -> None:
        """Count anew, unless the last count took so long that it is too early."""
        began = monotonic()
        if began < self._next_at:
            return
        with read(sessions) as session:
            running = session.scalars(select(Campaign.id).where(Campaign.state == "running")).all()
            self._counts = {c: entry_counts(session, c, utc_now()) for c in running}
        self._next_at = monotonic() + (monotonic() - began) / SHARE_MAX


def entry_counts(session: Session, campaign_id: int, now: datetime) -> dict[str, int]:
    """All entries in disjoint groups that add up to `total`."""
    rows = session.execute(
        select(Entry.state, Entry.next_at <= now, func.count())
        .where(Entry.campaign_id == campaign_id, Entry.state != "loading")
        .group_by(Entry.state, Entry.next_at <= now)
    ).all()
    counts = {"dialable": 0, "resting": 0, "offered": 0, "in_flight": 0, "held": 0, "done": 0}
    for state, due, n in rows:
        name = state if state != "ready" else ("dialable" if due else "resting")
        counts[name] += n
    return {"total": sum(counts.values()), **counts}
