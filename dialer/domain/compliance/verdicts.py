"""What the gate answers: yes with its licence, or no with a code and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Licence:
    """拨打依据: why the contact was allowed; stored with the attempt, shown to agent and auditor."""

    pack: str
    version: str
    at: datetime
    local_times: tuple[str, ...]
    rules: tuple[str, ...]
    counters: dict[str, int]
    overrides: tuple[str, ...] = ()
    channel: str = "voice"
    consent: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain types for the store."""
        return {
            "pack": self.pack, "version": self.version, "at": self.at.isoformat(),
            "local_times": list(self.local_times), "rules": list(self.rules),
            "counters": self.counters, "overrides": list(self.overrides),
            "channel": self.channel, "consent": self.consent,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, with the reasons."""

    licence: Licence


@dataclass(frozen=True, slots=True)
class Blocked:
    """No. `until`: when asking again may help; None: only a person can change it."""

    code: str
    until: datetime | None = None
