"""Room for recordings: a node that runs out of disk stops recording, not calling."""

from __future__ import annotations

import shutil
from pathlib import Path

LOOK_SECONDS = 2.0
ENOUGH_AGAIN = 1.2  # of what is wanted: one finished file must not switch recording on and off


class DiskRoom:
    """Of the folder in which recordings grow; asks the system at most every two seconds."""

    def __init__(self, folder: Path, wanted_mb: int) -> None:
        self._folder, self._wanted = folder, wanted_mb * 2**20
        self._looked: float | None = None
        self.is_low = False

    def look(self, now: float) -> bool:
        """Whether nothing more may be recorded; `now` is monotonic."""
        if self._looked is None or now - self._looked >= LOOK_SECONDS:
            self._looked = now
            free = shutil.disk_usage(self._folder).free
            self.is_low = free < self._wanted * (ENOUGH_AGAIN if self.is_low else 1.0)
        return self.is_low
