"""The rhythm of the first words. Pure.

A person says a short word and waits; a machine talks on. The same rule, with these names for its
numbers, is behind every answering-machine detector without speech recognition; it cannot know words.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.hearing.sound import FRAME_MS

GREETING_MAX_MS = 1400  # a person's first words are shorter
PAUSE_MS = 360  # after a short word: somebody waits for an answer
LONG_PAUSE_MS = 440  # after a longer one: it may be a breath
SHORT_MS = 700
TALKER_MIN_DB = -34.0  # softer than that is not said into this phone, or goes to an agent unjudged
LOUDER_DB = 8.0
OVER_BACKGROUND_DB = -3.0
CLEAR_DB = 12.0  # a murmur of many voices never rises so far out of itself: an agent may listen
BACKGROUND_MS = 200  # a word that only begins softly is shorter
ONSET_FRAMES = 3  # of the last five: a click is no word


class Rhythm(StrEnum):
    """What the first words were like."""

    GREETING = "short_greeting"
    LONG = "long_speech"


@dataclass(slots=True)
class Speech:
    """Feed it frames; it answers once. `began_ms`, `spoke_ms`: first and last speech, -1: none yet."""

    began_ms: int = -1
    spoke_ms: int = -1
    verdict: Rhythm | None = None
    _now: int = 0
    _level: float = TALKER_MIN_DB  # of the loudest syllable so far
    _smooth: float = TALKER_MIN_DB
    _all: float = 0.0  # of any sound, smoothed, and the least of it
    _quietest: float = 0.0
    _background: float = -90.0  # what voices behind the talker reach
    _louder: int = 0
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=5))

    def hear(self, speaks: bool, level: float) -> Rhythm | None:
        """One frame of 20 ms: is it speech that stands out from the noise, and how loud in dB?"""
        self._now += FRAME_MS
        self._all = level if self._now == FRAME_MS else self._all + 0.3 * (level - self._all)
        self._quietest = min(self._quietest, self._all)
        speaks = speaks and level > max(TALKER_MIN_DB, self._background)
        self._recent.append(speaks)
        if speaks:
            self._find_talker(level)
        if self.verdict is None:
            self._note(speaks)
            self.verdict = self._decide()
        return self.verdict

    def _find_talker(self, level: float) -> None:
        """Voices behind the one who speaks into the phone are softer: with a much louder one it begins."""
        is_louder = level > self._level + LOUDER_DB and self._now - self.began_ms > BACKGROUND_MS
        self._louder = self._louder + 1 if is_louder else 0
        if self._louder >= ONSET_FRAMES and self.began_ms >= 0:
            self.began_ms = self._now - ONSET_FRAMES * FRAME_MS
            self._louder = 0
            self._background = self._level + OVER_BACKGROUND_DB
        self._smooth += 0.3 * (level - self._smooth)
        if not self._louder:
            self._level = max(self._level, self._smooth)

    def _note(self, speaks: bool) -> None:
        if self.began_ms < 0:
            if sum(self._recent) >= ONSET_FRAMES:
                first = list(self._recent).index(True)
                self.began_ms = self._now - (len(self._recent) - first) * FRAME_MS
                self.spoke_ms = self._now
        elif speaks and sum(self._recent) >= 2:
            self.spoke_ms = self._now

    def _decide(self) -> Rhythm | None:
        if self.began_ms < 0:
            return None
        span, pause = self.spoke_ms - self.began_ms, self._now - self.spoke_ms
        if span > GREETING_MAX_MS:
            return Rhythm.LONG if self._level - self._quietest >= CLEAR_DB else None
        needed = PAUSE_MS if span <= SHORT_MS else LONG_PAUSE_MS
        return Rhythm.GREETING if pause >= needed else None
