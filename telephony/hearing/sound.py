"""Samples become frames: 20 ms at 8 kHz, each with level, strongest frequencies, speech or not.

Frames of many calls are looked at together: one Fourier transform for all costs little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import webrtcvad

RATE = 8000
FRAME = 160  # samples: 20 ms
FRAME_MS = 20
WINDOW = 320  # 40 ms: bins of 25 Hz
LONG = 2048  # 256 ms, for fingerprints
VAD_STRICTNESS = 1  # of 0-3
QUIET_DB = -50.0  # below this nothing is a tone or speech

Samples = npt.NDArray[np.int16]
_HANN = np.hanning(WINDOW).astype(np.float32)
_TO_FULL_SCALE = 2 / (WINDOW * float((_HANN**2).sum()))  # Parseval, for a mean square of 1
_LOW, _HIGH = 8, 140  # bins of 200 to 3500 Hz: what a telephone carries
_REACH = 2  # bins to each side of a peak that belong to it


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `level` in dB of full scale, of what a telephone carries; `share`: part of the power
    within the strongest frequency `hertz`, `share2` within the next one."""

    level: float
    hertz: float
    share: float
    hertz2: float
    share2: float
    speech: bool


@dataclass(slots=True)
class Listener:
    """What must be remembered of one call between two looks."""

    past: Samples = field(default_factory=lambda: np.zeros(LONG, dtype=np.int16))
    rest: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    vad: webrtcvad.Vad = field(default_factory=lambda: webrtcvad.Vad(VAD_STRICTNESS))

    def take(self, samples: Samples) -> Samples:
        """The past and all whole new frames, one array; what is left over waits."""
        fresh = np.concatenate((self.rest, samples))
        whole = len(fresh) // FRAME * FRAME
        self.rest = fresh[whole:]
        together = np.concatenate((self.past, fresh[:whole]))
        self.past = together[-LONG:]
        return together


def frames_of(heard: Sequence[tuple[Listener, Samples]]) -> list[list[Frame]]:
    """The frames that `Listener.take` gave for each call, looked at in one go."""
    windows = [_windows(together) for _, together in heard]
    counts = [len(each) for each in windows]
    if not sum(counts):
        return [[] for _ in heard]
    rows = _look(np.concatenate(windows))
    found, start = [], 0
    for (listener, together), count in zip(heard, counts, strict=True):
        frames = [
            Frame(*row, _is_speech(listener, together, index, count))
            for index, row in enumerate(rows[start : start + count])
        ]
        found.append(frames)
        start += count
    return found


def _windows(together: Samples) -> Samples:
    """One row of 40 ms for each new frame: the frame and the one before it."""
    count = (len(together) - LONG) // FRAME
    if not count:
        return np.zeros((0, WINDOW), dtype=np.int16)
    start = LONG - (WINDOW - FRAME)
    view = np.lib.stride_tricks.sliding_window_view(together[start:], WINDOW)
    return view[::FRAME][:count]


def _is_speech(listener: Listener, together: Samples, index: int, count: int) -> bool:
    start = len(together) - (count - index) * FRAME
    return bool(listener.vad.is_speech(together[start : start + FRAME].tobytes(), RATE))


def _look(windows: Samples) -> list[tuple[float, float, float, float, float]]:
    """(level, hertz, share, hertz2, share2) of each row."""
    wave = windows.astype(np.float32) / 32768
    power = np.abs(np.fft.rfft(wave * _HANN, axis=1)).astype(np.float32) ** 2
    power[:, :_LOW] = 0
    power[:, _HIGH:] = 0
    total = power.sum(axis=1) + 1e-12
    level = 10 * np.log10(total * _TO_FULL_SCALE + 1e-10)
    hertz, share = _peak(power, total)
    hertz2, share2 = _peak(power, total)
    columns = (level, hertz, share, hertz2, share2)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _peak(
    power: npt.NDArray[np.float32], total: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Frequency and share of the strongest peak of each row, which is then taken out."""
    row = np.arange(len(power))
    top = np.clip(power.argmax(axis=1), _LOW, _HIGH - 1)
    before, at, after = (np.log(power[row, top + step] + 1e-12) for step in (-1, 0, 1))
    bend = before - 2 * at + after
    offset = np.where(np.abs(bend) > 1e-6, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    columns = top[:, None] + np.arange(-_REACH, _REACH + 1)
    share = power[row[:, None], columns].sum(axis=1) / total
    power[row[:, None], columns] = 0
    return (top + np.clip(offset, -0.5, 0.5)) * (RATE / WINDOW), share
