"""How much each outbound number is used, by heart: asking the attempts before every call would cost more
with every call of the day. One engine holds the lease, so its memory is right; it is filled at the start.
"""

from __future__ import annotations

from collections import deque
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import ZONE, Use
from dialer.store.number_pools import midnight_of
from dialer.store.tables import Attempt, NumberPool, OutboundNumber

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class NumberUse:
    """Calls of the last hour by number, and of the day in the zone of its pool."""

    def __init__(self) -> None:
        self._hour: dict[str, deque[datetime]] = {}
        self._today: dict[tuple[str, str], tuple[date, int]] = {}

    def load(self, session: Session, now: datetime) -> None:
        """What was dialed before this engine started."""
        self._hour.clear()
        self._today.clear()
        own = select(OutboundNumber.number)
        for zone in set(session.scalars(select(NumberPool.timezone))) | {ZONE}:
            since = min(midnight_of(now, zone), now - HOUR)
            for number, at in session.execute(
                select(Attempt.outbound_number, Attempt.created_at)
                .where(Attempt.outbound_number.in_(own), Attempt.created_at >= since)
                .order_by(Attempt.created_at)
            ):  # fmt: skip
                self._count_day(number, zone, at)
                if zone == ZONE:
                    self._hour.setdefault(number, deque()).append(at)

    def note(self, number: str, zone: str, at: datetime) -> None:
        """A call with this number begins."""
        self._hour.setdefault(number, deque()).append(at)
        self._count_day(number, zone, at)

    def of(self, number: str, zone: str, now: datetime, in_air: int) -> Use:
        """What the number is doing now."""
        calls = self._hour.get(number, deque())
        while calls and calls[0] <= now - HOUR:
            calls.popleft()
        second = 0
        for at in reversed(calls):
            if at <= now - SECOND:
                break
            second += 1
        day, count = self._today.get((number, zone), (date.min, 0))
        today = now.astimezone(ZoneInfo(zone)).date()
        return Use(in_air, second, len(calls), count if day == today else 0)

    def _count_day(self, number: str, zone: str, at: datetime) -> None:
        today = at.astimezone(ZoneInfo(zone)).date()
        day, count = self._today.get((number, zone), (today, 0))
        self._today[number, zone] = today, count + 1 if day == today else 1
