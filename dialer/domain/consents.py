"""Consent that a person gave directly to us: to more calls, or to a recorded voice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("calls", "recording")
CALLS_DAYS_MAX = 7  # 12 CFR 1006.14(b)(3)(i): within seven consecutive days after it was given


@dataclass(frozen=True, slots=True)
class Given:
    """One consent. `number`: of a recorded voice, which number it is for."""

    kind: str
    given_at: datetime
    until: datetime | None = None
    revoked_at: datetime | None = None
    number: str = ""

    def covers(self, at: datetime) -> bool:
        """In force at that moment. One to calls ends after seven days whatever was written down."""
        ends = [end for end in (self.until, self.revoked_at) if end is not None]
        if self.kind == "calls":
            ends.append(self.given_at + timedelta(days=CALLS_DAYS_MAX))
        return self.given_at <= at and all(at < end for end in ends)
