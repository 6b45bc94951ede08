"""Single and double tones: stretches of one pitch, and which signal their rhythm is. Pure.

Sources: ITU-T E.180 and its supplement 2 (tones of national networks; China: 450 Hz), E.180 section 5.6
(special information tone), T.30 (fax: CNG 1100 Hz, CED 2100 Hz), Telcordia GR-674 (coded SIT).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.hearing.sound import FRAME_MS, QUIET_DB, Frame

PURE = 0.80  # share of the power in one frequency, or in two, that makes a tone
SECOND = 0.12  # from here on the second frequency belongs to it
DRIFT_HZ = 25.0
EDGE_MS = 60  # where one tone goes over into the next
PITCH_MIN = 320.0  # below it mains hum and voices live


BEEP_MIN_HZ = 600.0  # a voice can hum below it


class Signal(StrEnum):
    """What tones said."""

    RINGING = "ringing"
    BUSY = "busy_tone"
    CONGESTION = "congestion_tone"
    VACANT = "vacant_tone"
    DIAL = "dial_tone"
    SIT = "special_information_tone"
    FAX_ANSWERS = "fax_answer_tone"
    FAX_CALLS = "fax_calling_tone"
    BEEP = "beep"


@dataclass(slots=True)
class Stretch:
    """Time of one kind: a tone of `hertz` (and `hertz2`, 0: none), silence, or other sound."""

    kind: str  # tone | quiet | other
    hertz: float = 0.0
    hertz2: float = 0.0
    ms: int = 0


@dataclass(slots=True)
class Tones:
    """Feed it frames; it answers with a signal when one is complete, else None."""

    _stretches: deque[Stretch] = field(default_factory=lambda: deque([Stretch("quiet")], maxlen=16))

    def hear(self, frame: Frame, is_loud: bool) -> Signal | None:
        """One frame of 20 ms; `is_loud`: it stands out from the noise."""
        kind, low, high = _kind_of(frame, is_loud)
        now = self._stretches[-1]
        if kind == now.kind and _same_pitch(now, low, high):
            now.ms += FRAME_MS
        else:
            self._absorb_edge()
            if kind == "tone" and _same_pitch(self._stretches[-1], low, high):
                self._stretches[-1].ms += FRAME_MS
            else:
                self._stretches.append(Stretch(kind, low, high, FRAME_MS))
        return self._signal()

    @property
    def now(self) -> Stretch:
        """What is heard at this moment."""
        return self._stretches[-1]

    @property
    def last_tone(self) -> Stretch:
        """The tone heard last; an empty stretch before the first."""
        return next((s for s in reversed(self._stretches) if s.kind == "tone"), Stretch("quiet"))

    def _absorb_edge(self) -> None:
        """A window half tone, half silence is neither: such an edge belongs to what was before."""
        edge = self._stretches[-1]
        if edge.kind == "other" and edge.ms <= 2 * FRAME_MS and len(self._stretches) > 1:
            self._stretches.pop()
            self._stretches[-1].ms += edge.ms

    def _signal(self) -> Signal | None:
        past = list(self._stretches)
        now = past[-1]
        if now.kind == "tone":
            return _steady(now) or _special(past)
        if now.kind == "quiet":
            return _rhythm(past) or _beep(past)
        return None


def _kind_of(frame: Frame, is_loud: bool) -> tuple[str, float, float]:
    if (
        frame.level >= QUIET_DB
        and min(frame.hertz, frame.hertz2 + PITCH_MIN * (frame.share2 < SECOND)) >= PITCH_MIN
    ):
        if frame.share >= PURE and frame.share2 < SECOND:
            return "tone", frame.hertz, 0.0
        if frame.share + frame.share2 >= PURE + 0.08 and frame.share2 >= SECOND:
            low, high = sorted((frame.hertz, frame.hertz2))
            return "tone", low, high
    return ("other" if is_loud else "quiet"), 0.0, 0.0


def _same_pitch(stretch: Stretch, low: float, high: float) -> bool:
    return abs(stretch.hertz - low) <= DRIFT_HZ and abs(stretch.hertz2 - high) <= DRIFT_HZ


def _within(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def is_progress_tone(stretch: Stretch) -> bool:
    """A pitch of networks for ringing and busy: 350 to 500 Hz alone, or two of 350 to 620."""
    if stretch.kind != "tone":
        return False
    if stretch.hertz2:
        return _within(stretch.hertz, 330, 500) and _within(stretch.hertz2, 380, 640)
    return _within(stretch.hertz, 340, 520)


def _steady(now: Stretch) -> Signal | None:
    """What its pitch and length alone tell."""
    if not now.hertz2 and _within(now.hertz, 2075, 2125) and now.ms >= 500:
        return Signal.FAX_ANSWERS
    if not now.hertz2 and _within(now.hertz, 1062, 1138) and now.ms >= 420:
        return Signal.FAX_CALLS
    if is_progress_tone(now) and now.ms >= 3500:
        return Signal.DIAL
    return None


def _special(past: list[Stretch]) -> Signal | None:
    """Three rising tones without a pause between them."""
    if past[-1].ms < 200 or past[-1].hertz2 or not _within(past[-1].hertz, 1700, 1860):
        return None
    tones = [s for s in past[-8:] if s.ms > EDGE_MS]
    if len(tones) < 3 or any(s.kind != "tone" or s.hertz2 for s in tones[-3:]):
        return None
    first, second, _ = tones[-3:]
    rising = _within(first.hertz, 880, 1020) and _within(second.hertz, 1330, 1460)
    lasting = all(_within(s.ms, 180, 480) for s in (first, second))
    return Signal.SIT if rising and lasting else None


def _rhythm(past: list[Stretch]) -> Signal | None:
    """On and off of a progress tone. `past` ends with silence that still grows."""
    if past[-1].ms < 80:
        return None
    turns = [s for s in past if s.kind != "other"]
    if len(turns) >= 2 and is_progress_tone(turns[-2]) and past[-1].ms >= 1500:
        return Signal.RINGING if _within(turns[-2].ms, 600, 2300) else None
    on = [s for s in turns[-6::2] if is_progress_tone(s)]
    off = turns[-5:-1:2]
    if len(on) < 3 or len(off) < 2 or any(s.kind != "quiet" for s in off):
        return None
    if not all(_same_pitch(on[0], s.hertz, s.hertz2) for s in on):
        return None  # a voice may hold a pitch, but not the same one three times
    return _repeated([s.ms for s in on], [s.ms for s in off], on[0].hertz)


def _repeated(on: list[int], off: list[int], hertz: float) -> Signal | None:
    """Three times on, twice off between them, in ms; by ITU-T E.180 supplement 2. China's tone for no
    such number (空号音) begins with three short ones of 450 Hz."""
    longest, shortest = max(on + off), min(on + off)
    if _within(shortest, 60, 160) and longest <= 160:
        return Signal.VACANT if longest - shortest <= 60 and _within(hertz, 430, 470) else None
    if longest - shortest > 140:
        return None
    if _within(sum(on) / 3, 180, 560):
        return Signal.BUSY
    return Signal.CONGESTION if _within(sum(on) / 3, 560, 850) else None


def _beep(past: list[Stretch]) -> Signal | None:
    """One clear tone, then silence: where a machine starts to record."""
    if len(past) < 2 or past[-1].ms < 100:
        return None
    tone = past[-2]
    clear = tone.kind == "tone" and not tone.hertz2 and _within(tone.hertz, 380, 2600)
    return Signal.BEEP if clear and _within(tone.ms, 120, 2500) and past[-1].ms == 100 else None
