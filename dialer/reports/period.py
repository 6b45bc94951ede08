"""The days a report is about, and shares that say when nothing was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOME = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days at home, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), HOME)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), HOME)

    def days(self) -> Iterator[date]:
        """Each day of it."""
        for n in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=n)


def share(part: float, whole: float) -> float | None:
    """None, not zero, where nothing was measured."""
    return round(part / whole, 6) if whole else None
