"""What answered: person, machine, fax, silence, an announcement or tone of a carrier. Pure.

One `Judge` per call hears early media first, then, from `answered()` on, the first seconds of the call. In
each of the two it decides once and never changes its mind. What it cannot know: words. Its limits and how
often it was right on the labelled set are in docs/answer-kinds.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from telephony.hearing.announcements import Bands, Book, Ear, look
from telephony.hearing.loudness import Loudness
from telephony.hearing.sound import FRAME_MS, Frame, Listener, Samples, frames_of
from telephony.hearing.speech import Rhythm, Speech
from telephony.hearing.tones import BEEP_MIN_HZ, Signal, Tones
from telephony.protocol import AnswerKind, Verdict

SILENCE_MS = 5000
SIT_WAIT_MS = 4000
MESSAGE_PAUSE_MS = 2500  # a mailbox without a beep: so much silence after the greeting


class Reason(StrEnum):
    """Why the judge decided so."""

    SHORT_GREETING = "short_greeting"
    LONG_SPEECH = "long_speech"
    BEEP = "beep"
    FAX_TONE = "fax_tone"
    KNOWN_ANNOUNCEMENT = "known_announcement"
    INFORMATION_TONE = "information_tone"
    BUSY_TONE = "busy_tone"
    CONGESTION_TONE = "congestion_tone"
    VACANT_TONE = "vacant_tone"
    DIAL_TONE = "dial_tone"
    QUIET = "quiet"
    TIME_LIMIT = "time_limit"  # said by the node: no verdict within the campaign's limit


# How often a verdict of this reason was right on the FRESH part of the labelled set
# (python -m tests.bench.amd), (right + 1) / (all + 2) because some were few: generated speech, so a bound
# from above for real lines.
RIGHT_SHARE = {
    Reason.SHORT_GREETING: 0.93, Reason.LONG_SPEECH: 0.80, Reason.BEEP: 0.94, Reason.FAX_TONE: 0.96,
    Reason.KNOWN_ANNOUNCEMENT: 0.98, Reason.INFORMATION_TONE: 0.96, Reason.BUSY_TONE: 0.97,
    Reason.CONGESTION_TONE: 0.90, Reason.VACANT_TONE: 0.92, Reason.DIAL_TONE: 0.50,
    Reason.QUIET: 0.95, Reason.TIME_LIMIT: 0.0,
}  # fmt: skip

# What a network's tone means for the attempt. A code that says more (SIP, Q.850) goes first, see sip_codes.
_SIGNALS = {
    Signal.BUSY: (AnswerKind.TONE, Reason.BUSY_TONE, Verdict.BUSY),
    Signal.CONGESTION: (AnswerKind.TONE, Reason.CONGESTION_TONE, Verdict.FAILED),
    Signal.VACANT: (AnswerKind.TONE, Reason.VACANT_TONE, Verdict.INVALID_NUMBER),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A verdict. `at_ms` since the judge began to listen in this phase; `means`: what an announcement or
    tone says of the attempt, None where it says nothing."""

    kind: AnswerKind
    reason: Reason
    at_ms: int
    means: Verdict | None = None

    @property
    def confidence(self) -> float:
        """Share of such verdicts that were right on the labelled set."""
        return RIGHT_SHARE[self.reason]


@dataclass(slots=True)
class Judge:
    """`heard` is the verdict of the present phase. `may_speak_at_ms`: a machine's greeting is over."""

    book: Book = field(default_factory=Book)
    is_answered: bool = False
    heard: Heard | None = None
    may_speak_at_ms: int = -1
    speech: Speech = field(default_factory=Speech)
    listener: Listener = field(default_factory=Listener)
    ear: Ear = field(default_factory=Ear)
    _loudness: Loudness = field(default_factory=Loudness)
    _tones: Tones = field(default_factory=Tones)
    _sit_at: int = -1
    _now: int = 0
    _sound_at: int = 0

    def answered(self) -> None:
        """The 200 OK: what was heard before was the network."""
        if not self.is_answered:
            self.is_answered, self.heard, self._now, self._sound_at = True, None, 0, 0
            self._sit_at = -1
            self.speech, self._tones = Speech(), Tones()

    def hear_frame(self, frame: Frame) -> None:
        """One frame of 20 ms."""
        self._now += FRAME_MS
        is_loud = self._loudness.hear(frame.level)
        signal = self._tones.hear(frame, is_loud)
        is_tone = self._tones.now.kind == "tone"
        speaks = is_loud and frame.speech and not is_tone
        self._sound_at = self._now if is_tone or speaks else self._sound_at
        rhythm = self.speech.hear(speaks, frame.level) if self.is_answered else None
        if signal is Signal.SIT and self._sit_at < 0:
            self._sit_at = self._now
        if self.heard is None:
            self.heard = self._after_sit() or self._by_signal(signal) or self._by_rhythm(rhythm)
        if self.may_speak_at_ms < 0 and self.is_answered:
            self._await_turn(signal)

    def hear_marks(self, bands: Bands, loud: Sequence[bool]) -> None:
        """The next fingerprint marks, after the frames they end with."""
        found = self.ear.hear(bands, loud, self.book)
        if found is not None and self.heard is None:
            self.heard = Heard(
                AnswerKind.ANNOUNCEMENT, Reason.KNOWN_ANNOUNCEMENT, self._now,
                found.announcement.means,
            )  # fmt: skip

    def _after_sit(self) -> Heard | None:
        """The special information tone only says that something is wrong; the recording after it, if
        we know it, says what."""
        if self._sit_at < 0 or self._now - self._sit_at < SIT_WAIT_MS:
            return None
        return Heard(
            AnswerKind.ANNOUNCEMENT, Reason.INFORMATION_TONE, self._now, Verdict.UNREACHABLE
        )

    def _by_signal(self, signal: Signal | None) -> Heard | None:
        if signal in _SIGNALS:
            kind, reason, means = _SIGNALS[signal]
            return Heard(kind, reason, self._now, means)
        if not self.is_answered:
            return None
        spoke = self.speech.began_ms >= 0
        if signal is Signal.FAX_ANSWERS or (signal is Signal.FAX_CALLS and not spoke):
            return Heard(AnswerKind.FAX, Reason.FAX_TONE, self._now)
        if signal is Signal.DIAL:
            return Heard(AnswerKind.TONE, Reason.DIAL_TONE, self._now)
        if signal is Signal.BEEP and self._tones.last_tone.hertz >= BEEP_MIN_HZ:
            return Heard(AnswerKind.MACHINE, Reason.BEEP, self._now)
        return None

    def _by_rhythm(self, rhythm: Rhythm | None) -> Heard | None:
        if not self.is_answered or self._sit_at >= 0:
            return None
        if rhythm is Rhythm.GREETING:
            return Heard(AnswerKind.PERSON, Reason.SHORT_GREETING, self._now)
        if rhythm is Rhythm.LONG:
            return Heard(AnswerKind.MACHINE, Reason.LONG_SPEECH, self._now)
        if self.speech.began_ms < 0 and self._now - self._sound_at >= SILENCE_MS:
            return Heard(AnswerKind.SILENCE, Reason.QUIET, self._now)
        return None

    def _await_turn(self, signal: Signal | None) -> None:
        """A message may begin after the beep, or after a long pause where there is none."""
        last = max(self.speech.spoke_ms, self._sound_at)
        paused = self.speech.began_ms >= 0 and self._now - last >= MESSAGE_PAUSE_MS
        if self.heard is not None and (signal is Signal.BEEP or paused):
            self.may_speak_at_ms = self._now


def hear_all(heard: Sequence[tuple[Judge, Samples]]) -> None:
    """New samples of many calls, looked at together."""
    taken = [(judge, judge.listener.take(samples)) for judge, samples in heard]
    frames = frames_of([(judge.listener, together) for judge, together in taken])
    rows = [
        judge.ear.windows(together) if judge.book.announcements else None
        for judge, together in taken
    ]
    filled = [each for each in rows if each is not None and len(each)]
    bands, loud = look(np.concatenate(filled)) if filled else look(np.zeros((0, 1), dtype=np.int16))
    start = 0
    for (judge, _), mine, windows in zip(taken, frames, rows, strict=True):
        for frame in mine:
            judge.hear_frame(frame)
        count = 0 if windows is None else len(windows)
        if count:
            judge.hear_marks(bands[start : start + count], loud[start : start + count])
            start += count
