"""How many people each running campaign may still let down, over every window of its pack, and how many
of those whom its AMD hangs up on were people.

Read off the calls themselves beside the loop, and between two readings brought up to date by what the
loop sees, so that no query stands on the way to a call. What nobody has measured yet has no budget.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from dialer.clock import monotonic, utc_now
from dialer.domain.compliance import RulePack
from dialer.reports.abandonment import amd_sample, room
from dialer.store.asking import pack_of
from dialer.store.session import Sessions, read
from dialer.store.tables import Campaign

SHARE_MAX = 0.05  # of one core that measuring may take


class Budgets:
    """Measured by a thread of the schedule (`refresh`), read by the loop (`left`).

    `abandoned`: how many of each campaign the loop has seen since it began."""

    def __init__(self, pack: RulePack, abandoned: Counter[int]) -> None:
        self._pack, self._abandoned = pack, abandoned
        self._read: dict[
            int, tuple[int, int]
        ] = {}  # what was left, and how many were known of then
        self._false_positives: dict[int, float] = {}
        self._next_at = 0.0

    def false_positives(self, campaign_id: int) -> float:
        """The tested share of people among the calls that the campaign's AMD hung up on, upper bound; all
        of them while it is untested or nobody has read it yet."""
        return self._false_positives.get(campaign_id, 1.0)

    def left(self, campaign_id: int) -> int:
        """How many more may be abandoned in the tightest window before the rate passes the limit."""
        left, known = self._read.get(campaign_id, (0, 0))
        return left - (self._abandoned[campaign_id] - known)

    def refresh(self, sessions: Sessions) -> None:
        """Measure anew, unless the last reading took so long that it is too early."""
        began = monotonic()
        if began < self._next_at:
            return
        known = (
            self._abandoned.copy()
        )  # before the reading: at worst one is counted twice for a while
        left, self._false_positives = self._measure(sessions, utc_now())
        self._read = {campaign_id: (n, known[campaign_id]) for campaign_id, n in left.items()}
        self._next_at = monotonic() + (monotonic() - began) / SHARE_MAX

    def _measure(
        self, sessions: Sessions, now: datetime
    ) -> tuple[dict[int, int], dict[int, float]]:
        left, shares = dict[int, int](), dict[int, float]()
        with read(sessions) as session:
            for campaign in session.scalars(select(Campaign).where(Campaign.state == "running")):
                pack = pack_of(session, campaign, self._pack)
                if pack is not None:
                    left[campaign.id] = room(session, campaign, pack, now)
                    shares[campaign.id] = amd_sample(session, campaign.id, now).share
        return left, shares
