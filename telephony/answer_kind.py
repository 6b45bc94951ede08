"""Person or machine, from the rhythm of the first seconds. Pure; advisory: nobody is hung up on.

A person says a short word and waits. A machine talks on. Levels are the bridge's 0-255 scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from telephony.protocol import AnswerKind

SPEECH_LEVEL = 8
GREETING_MAX_MS = 1900  # a person's "hello" is shorter
QUIET_AFTER_MS = 700
MACHINE_MS = 3000  # somebody who talks for so long does not wait for an answer
SILENCE_MS = 5000


@dataclass(slots=True)
class Judge:
    """Feed it levels; it answers once it is sure, and never changes its mind."""

    _began: float | None = None  # when the current stretch of speech began
    _voiced: float = 0.0  # when speech was last heard
    _started: float | None = None
    verdict: AnswerKind = AnswerKind.UNDECIDED

    def hear(self, level: int, now_ms: float) -> AnswerKind:
        """One level, about every 20 ms."""
        if self.verdict is AnswerKind.UNDECIDED:
            self._started = now_ms if self._started is None else self._started
            if level >= SPEECH_LEVEL:
                self._hear_speech(now_ms)
            else:
                self._hear_quiet(now_ms)
        return self.verdict

    def _hear_speech(self, now: float) -> None:
        if self._began is None:
            self._began = now
        self._voiced = now
        if now - self._began >= MACHINE_MS:
            self.verdict = AnswerKind.MACHINE

    def _hear_quiet(self, now: float) -> None:
        if self._began is None:
            if self._started is not None and now - self._started >= SILENCE_MS:
                self.verdict = AnswerKind.SILENCE
            return
        quiet = now - self._voiced
        if quiet < QUIET_AFTER_MS:
            return
        spoke = self._voiced - self._began
        self.verdict = AnswerKind.PERSON if spoke <= GREETING_MAX_MS else AnswerKind.MACHINE
