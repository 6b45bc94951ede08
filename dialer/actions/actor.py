"""Who does something: named in every audit row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, or, with id 0, the set-up on the command line."""

    user_id: int
    role: str

    @property
    def name(self) -> str:
        """As the audit knows it."""
        return f"user:{self.user_id}" if self.user_id else self.role


SETUP = Actor(0, "setup")
WEB = Actor(0, "web")
ENGINE = Actor(0, "engine")
