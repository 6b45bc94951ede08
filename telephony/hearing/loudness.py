"""Which frames stand out from the noise of this line. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from telephony.hearing.sound import QUIET_DB

OVER_NOISE_DB = 7.0
UNDER_PEAK_DB = 19.0
NOISE_MAX_DB = -30.0  # louder than this is taken for sound even where nothing quieter was heard
BLOCK, BLOCKS = 10, 8  # frames; the noise is the quietest moment of the last 1.6 s
PEAK_FALLS_DB = 0.04  # a frame


@dataclass(slots=True)
class Loudness:
    """Feed it the level of each frame."""

    _last: deque[float] = field(default_factory=lambda: deque(maxlen=3))
    _lows: deque[float] = field(default_factory=lambda: deque(maxlen=BLOCKS))
    _low: float = 0.0
    _count: int = 0
    _peak: float = -90.0

    def hear(self, level: float) -> bool:
        """Whether this frame is more than noise."""
        self._last.append(level)
        smooth = sum(self._last) / len(self._last)
        self._low = min(self._low, smooth)
        self._count += 1
        if self._count % BLOCK == 0:
            self._lows.append(self._low)
            self._low = smooth
        noise = min(self._low, *self._lows, NOISE_MAX_DB)
        self._peak = max(self._peak - PEAK_FALLS_DB, level)
        return level > max(noise + OVER_NOISE_DB, self._peak - UNDER_PEAK_DB, QUIET_DB)
