"""The rhythm of the first words. Pure.

A person says a short word and waits; a machine talks on. The same rule, with numbers of the same kind, is
behind every answering-machine detector without speech recognition; it cannot know words.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.hearing.sound import FRAME_MS

TALKER_MIN_DB = -34.0  # softer than that is not said into this phone, or goes to an agent unjudged
LOUDER_DB = 8.0
OVER_BACKGROUND_DB = 2.0
UNDER_TALKER_DB = 14.0  # softer than the talker's loudest syllable by so much: not the talker
CLEAR_DB = 12.0  # a murmur of many voices never rises so far out of itself: an agent may listen
TALKS_DB, TALKS_SHARE = (
    9.0,
    0.25,
)  # of the time somebody who talks on is this near to the loudest syllable
BACKGROUND_MS = 200  # a word that only begins softly is shorter
ONSET_FRAMES = 3  # of the last five: a click is no word
SMOOTHING = 0.5  # a short word has few frames


@dataclass(frozen=True, slots=True)
class Patience:
    """How long it listens before it decides, in ms. What other choices cost, and what these have seen of
    the labelled set, is told in docs/answer-kinds.md (tests/bench/amd_curve.py)."""

    greeting_max: int = 2400  # most persons' first words are shorter
    short: int = 900  # a short word is shorter
    pause: int = 560  # after it: somebody waits for an answer
    long_pause: int = 720  # after a longer one it may be a full stop
    sentence: int = 1800
    beep_pause: int = 1400  # after a whole sentence a beep may follow, or more of a machine

    def needed(self, span: int) -> int:
        """How long who spoke for `span` ms must be quiet to be a person."""
        if span <= self.short:
            return self.pause
        return self.long_pause if span <= self.sentence else self.beep_pause


class Rhythm(StrEnum):
    """What the first words were like."""

    GREETING = "short_greeting"
    LONG = "long_speech"


@dataclass(slots=True)
class Speech:
    """Feed it frames; it answers once. `began_ms`, `spoke_ms`: first and last speech, -1: none yet."""

    patience: Patience = field(default_factory=Patience)
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
    _loud_ms: int = 0  # as loud as the talker's syllables
    _recent: deque[bool] = field(default_factory=lambda: deque(maxlen=5))

    def hear(self, speaks: bool, level: float) -> Rhythm | None:
        """One frame of 20 ms: is it speech that stands out from the noise, and how loud in dB?"""
        self._now += FRAME_MS
        self._all = level if self._now == FRAME_MS else self._all + 0.3 * (level - self._all)
        self._quietest = min(self._quietest, self._all)
        speaks = speaks and level > self._floor()
        self._recent.append(speaks)
        if speaks:
            self._find_talker(level)
            self._loud_ms += FRAME_MS * (level > self._level - TALKS_DB)
        if self.verdict is None:
            self._note(speaks)
            self.verdict = self._decide()
        return self.verdict

    def _floor(self) -> float:
        """What is softer is not the talker."""
        if self.began_ms < 0:
            return TALKER_MIN_DB
        return max(TALKER_MIN_DB, self._background, self._level - UNDER_TALKER_DB)

    def _find_talker(self, level: float) -> None:
        """Voices behind the one who speaks into the phone are softer: with a much louder one it begins."""
        is_louder = level > self._level + LOUDER_DB and self._now - self.began_ms > BACKGROUND_MS
        self._louder = self._louder + 1 if is_louder else 0
        if self._louder >= ONSET_FRAMES and self.began_ms >= 0:
            self.began_ms = self._now - ONSET_FRAMES * FRAME_MS
            self._louder = self._loud_ms = 0
            self._background = self._level + OVER_BACKGROUND_DB
            self._smooth = level
        self._smooth += SMOOTHING * (level - self._smooth)
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
        if span > self.patience.greeting_max:
            return Rhythm.LONG if self._talked_on(span) else None
        return Rhythm.GREETING if pause >= self.patience.needed(span) else None

    def _talked_on(self, span: int) -> bool:
        """Whether all that time was one talker's, and not of voices behind a short word."""
        is_clear = self._level - self._quietest >= CLEAR_DB
        return is_clear and self._loud_ms >= TALKS_SHARE * span
