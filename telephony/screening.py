"""What is done with an answered call while it is judged: wait, give it to an agent, hang up, or leave a
message. Pure; times are monotonic seconds.

With HANG_UP and LEAVE_MESSAGE no agent is disturbed before the verdict. The two-second rule goes on: its
clock starts where the rule pack says, and whoever is not judged in time is a person and gets an agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telephony.protocol import AnswerKind, ClockStart, Screen, ScreenPolicy

MACHINES = (AnswerKind.MACHINE, AnswerKind.FAX, AnswerKind.ANNOUNCEMENT, AnswerKind.TONE)
HAND_OVER_SECONDS = 0.1  # an undecided call reaches the agent this long before its limit
GREETING_OVER_SECONDS = 0.3  # after the last word
BEEP_WAIT_SECONDS = 40.0


class Do(StrEnum):
    """The next step."""

    WAIT = "wait"
    TO_AGENT = "to_agent"
    HANG_UP = "hang_up"
    AWAIT_BEEP = "await_beep"
    SPEAK = "speak"


@dataclass(frozen=True, slots=True)
class Voice:
    """First and last speech so far, monotonic seconds; None: nobody spoke."""

    began: float | None = None
    spoke: float | None = None


@dataclass(frozen=True, slots=True)
class Screening:
    """One answered call under a campaign's policy. `limit`: seconds of the two-second rule."""

    screen: Screen
    answered_at: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the agent waits for the verdict."""
        return self.screen.policy in (ScreenPolicy.HANG_UP, ScreenPolicy.LEAVE_MESSAGE)

    def clock(self, voice: Voice, now: float) -> float:
        """When the two seconds began, as far as one knows now. Nobody spoke: with the 200 OK."""
        starts = self.screen.starts
        if starts is ClockStart.CONNECTED_TO_SYSTEM or voice.began is None or voice.spoke is None:
            return self.answered_at
        if starts is ClockStart.GREETING_START:
            return voice.began
        return now if now - voice.spoke < GREETING_OVER_SECONDS else voice.spoke

    def deadline(self, voice: Voice, now: float) -> float:
        """Until when an agent must have the customer, or the message have begun."""
        return self.clock(voice, now) + self.limit

    def decide(self, kind: AnswerKind | None, voice: Voice, now: float) -> Do:
        """`kind`: the verdict, None while there is none."""
        if not self.holds:
            return Do.TO_AGENT
        if kind in MACHINES:
            leaves = self.screen.policy is ScreenPolicy.LEAVE_MESSAGE and kind is AnswerKind.MACHINE
            return Do.AWAIT_BEEP if leaves and self.screen.message else Do.HANG_UP
        if kind is not None:
            return Do.TO_AGENT
        until = min(
            self.answered_at + self.screen.limit_ms / 1000,
            self.deadline(voice, now) - HAND_OVER_SECONDS,
        )
        return Do.WAIT if now < until else Do.TO_AGENT
