"""Known announcements of carriers, by audio fingerprint: which recording is this, wherever it begins. Pure.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): 32 bits for each
moment, from the differences of 33 band energies over frequency and time. It knows recordings that it was
given, not words: an announcement that nobody recorded for it is not recognised. Carriers put sentences
together from the same pieces ("您拨打的电话" + "已关机"), so a match counts only at the end of the recording,
and only when no syllable on the way there differs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from telephony.hearing.sound import FRAME, LONG, RATE, Samples
from telephony.protocol import Verdict

HOP = 2 * FRAME  # a mark every 40 ms
GRID = 4  # learned at every 10 ms: a call may begin between two marks
_STEP = HOP // GRID
BANDS = 33
LOUD_DB = -48.0
_HANN = np.hanning(LONG).astype(np.float32)
_WEIGHTS = np.uint32(1) << np.arange(BANDS - 1, dtype=np.uint32)

Bands = npt.NDArray[np.float32]
Marks = npt.NDArray[np.uint32]
MARKS_MIN = 20
SURE = 0.34  # largest share of different bits: two strangers differ in 0.45 to 0.5
COMPARED_MAX = 75  # 3 s
BLOCK, BLOCK_DIFFERS = (
    8,
    0.36,
)  # marks of a syllable, and the share of bits that makes it another one


def _bands() -> Bands:
    edges = np.geomspace(300, 3000, BANDS + 1) / (RATE / LONG)
    bins = np.arange(LONG // 2 + 1)
    inside = (bins[:, None] >= edges[:-1]) & (bins[:, None] < edges[1:])
    bands: Bands = inside.astype(np.float32)
    return bands


_BANDS = _bands()


def energies(windows: Samples) -> Bands:
    """Logarithm of the energy in each band, one row per window of 256 ms."""
    power = np.abs(np.fft.rfft(windows.astype(np.float32) * _HANN, axis=1)) ** 2
    logs: Bands = np.log(power.astype(np.float32) @ _BANDS + 1.0)
    return logs


def marks_of(now: Bands, before: Bands) -> Marks:
    """32 bits each: does the slope over frequency grow with time?"""
    grows = (np.diff(now, axis=1) - np.diff(before, axis=1)) > 0
    marks: Marks = (grows * _WEIGHTS).sum(axis=1, dtype=np.uint32)
    return marks


@dataclass(frozen=True, slots=True)
class Announcement:
    """A recording of a carrier and what it means for the attempt."""

    name: str
    means: Verdict


@dataclass(frozen=True, slots=True)
class Match:
    """Found: `difference` is the share of bits that differ, `marks` how many were compared."""

    announcement: Announcement
    difference: float
    marks: int


@dataclass(slots=True)
class Book:
    """All announcements this node knows: the last marks of each, at every step of the grid."""

    announcements: list[Announcement] = field(default_factory=list)
    _tails: Marks = field(default_factory=lambda: np.zeros((0, COMPARED_MAX), dtype=np.uint32))
    _lengths: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def learn(self, announcement: Announcement, samples: Samples) -> None:
        """Add a recording (8 kHz, mono) of one sentence. Raises ValueError below a second of sound."""
        padded = np.concatenate((np.zeros(LONG, dtype=np.int16), samples))
        windows = np.lib.stride_tricks.sliding_window_view(padded, LONG)[::_STEP]
        bands = energies(windows)
        marks = marks_of(bands[GRID:], bands[:-GRID])
        loud = np.flatnonzero(_loudness(windows[GRID:]) > LOUD_DB)
        if len(loud) < MARKS_MIN * GRID:
            raise ValueError("less than a second of sound / 有声部分不足一秒")
        first = int(loud[0])
        for phase in range(GRID):
            tail = marks[first : int(loud[-1]) + 1 - phase]
            self.announcements.append(announcement)
            last = tail[::-1][::GRID][:COMPARED_MAX][::-1]
            row = np.zeros((1, COMPARED_MAX), dtype=np.uint32)
            row[0, COMPARED_MAX - len(last) :] = last
            self._tails = np.concatenate((self._tails, row))
            self._lengths = np.append(self._lengths, len(last))

    def find(self, recent: Sequence[int]) -> Match | None:
        """The announcement that ends with the last of these marks (newest last)."""
        heard = np.zeros(COMPARED_MAX, dtype=np.uint32)
        heard[COMPARED_MAX - len(recent) :] = recent
        differ = np.bitwise_count(self._tails ^ heard) / (BANDS - 1)
        inside = np.arange(COMPARED_MAX) >= COMPARED_MAX - self._lengths[:, None]
        shares = (differ * inside).sum(axis=1) / self._lengths
        fits = (shares <= SURE) & (self._lengths <= len(recent))
        for row in np.flatnonzero(fits)[np.argsort(shares[fits])].tolist():
            length = int(self._lengths[row])
            if _is_whole(differ[row, COMPARED_MAX - length :]):
                return Match(self.announcements[row], float(shares[row]), length)
        return None


def _is_whole(differ: npt.NDArray[np.float64]) -> bool:
    """No stretch as long as a syllable is another one."""
    means = np.convolve(differ, np.full(BLOCK, 1 / BLOCK), mode="valid")
    return float(means.max()) <= BLOCK_DIFFERS


def _loudness(windows: Samples) -> Bands:
    power = np.mean((windows.astype(np.float32) / 32768) ** 2, axis=1)
    decibel: Bands = 10 * np.log10(power + 1e-10)
    return decibel


@dataclass(slots=True)
class Ear:
    """The marks of one call so far. Feed it what `Listener.take` gives; even and odd frames may come."""

    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=COMPARED_MAX))
    _before: Bands | None = None
    _loud: deque[bool] = field(default_factory=lambda: deque(maxlen=COMPARED_MAX))
    _odd: bool = False

    def windows(self, together: Samples) -> Samples:
        """The windows of 256 ms that end with every second new frame."""
        count = (len(together) - LONG) // FRAME
        first = 2 if not self._odd else 1  # frames until the next mark
        ends = range(LONG + first * FRAME, LONG + count * FRAME + 1, HOP)
        self._odd = (self._odd + count) % 2 == 1
        rows = [together[end - LONG : end] for end in ends]
        return np.stack(rows) if rows else np.zeros((0, LONG), dtype=np.int16)

    def hear(self, bands: Iterable[Bands], loud: Iterable[bool], book: Book) -> Match | None:
        """The next marks; an announcement once one is sure."""
        for row, is_loud in zip(bands, loud, strict=True):
            if self._before is not None:
                mark = marks_of(row[None, :], self._before[None, :])
                self._recent.append(int(mark[0]))
                self._loud.append(is_loud)
                if is_loud and sum(self._loud) >= MARKS_MIN:
                    found = book.find(list(self._recent))
                    if found is not None:
                        return found
            self._before = row
        return None


def look(windows: Samples) -> tuple[Bands, list[bool]]:
    """(band energies, is it loud) of windows of many calls at once."""
    if not len(windows):
        return np.zeros((0, BANDS), dtype=np.float32), []
    return energies(windows), (_loudness(windows) > LOUD_DB).tolist()
