"""Bytes between two clocks: a sound card's and the bridge's. Bounded, so that delay cannot grow. Pure.

Two clocks that differ by a hair fill or empty any queue in the end. Above the target a silent frame is left
out, which nobody hears; only at the limit the oldest is thrown away; an empty queue gives silence.
"""

from __future__ import annotations

import array
import threading
from collections import deque

RATE = 8000
FRAME_SAMPLES = 160  # 20 ms
TARGET_FRAMES = 2  # measured: fewer and every tenth pull finds nothing
MOST_FRAMES = 6
SILENT_BELOW = 200  # of 32,767


def loudness(frame: bytes) -> int:
    """The largest sample of 16-bit sound, 0 to 32,767."""
    samples = array.array("h", frame[: len(frame) // 2 * 2])
    return min(32_767, max((abs(sample) for sample in samples), default=0))


class SoundQueue:
    """Frames of one size go in, frames come out; each side on a thread of its own."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._filling = True  # nothing is given before the target is there
        self.level = 0  # of the last frame that went in
        self.left_out = self.thrown_away = self.missing = 0

    def push(self, data: bytes) -> None:
        """One frame more, or one less when there are too many."""
        self.level = loudness(data)
        with self._lock:
            waiting = len(self._frames)
            if waiting > TARGET_FRAMES and self.level < SILENT_BELOW:
                self.left_out += 1
                return
            if waiting >= MOST_FRAMES:
                self._frames.popleft()
                self.thrown_away += 1
            self._frames.append(data)
            self._filling = self._filling and len(self._frames) < TARGET_FRAMES

    def pull(self) -> bytes:
        """The next frame; silence when there is none."""
        with self._lock:
            if self._frames and not self._filling:
                return self._frames.popleft()
            if not self._filling:
                self.missing += 1
                self._filling = True
        return bytes(2 * FRAME_SAMPLES)

    def clear(self) -> None:
        """Forget what waits: it belongs to a call that is over."""
        with self._lock:
            self._frames.clear()
            self._filling = True
