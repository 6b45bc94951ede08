"""Recordings: two mono files grow while the call runs; a worker joins them to one stereo WAV.

Left is what the customer said, right what the agent said. The worker never touches pjsua2. What a
killed node left behind has no length in its header and is mended from the file's size.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony.clock import monotonic

log = logging.getLogger(__name__)

_Sound = np.ndarray[tuple[int, ...], np.dtype[np.int16]]
RATE = 8000
SIDES = ("customer", "agent")  # left, right
CLOSE_SECONDS = 2.0
_HEADER_BYTES = 44  # as pjmedia's writer leaves it for PCM16


@dataclass(frozen=True, slots=True)
class Saved:
    """A finished recording."""

    call_id: str
    path: str  # relative to the recordings folder
    seconds: float
    sha256: str


def live_path(folder: Path, call_id: str, side: str) -> Path:
    """Where one side grows; the name holds nothing but the attempt's id."""
    return folder / "live" / f"{call_id}.{side}.wav"


def wait_until_written(folder: Path, call_id: str) -> None:
    """Wait for the last buffer of both sides: pjmedia closes a file in its clock thread, a moment
    after the recorder was dropped, and only then writes the length into the header."""
    until = monotonic() + CLOSE_SECONDS
    paths = [live_path(folder, call_id, side) for side in SIDES]
    while monotonic() < until and not all(_is_closed(path) for path in paths):
        time.sleep(0.02)


def _is_closed(path: Path) -> bool:
    if not path.exists():
        return True
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    return len(header) == _HEADER_BYTES and int.from_bytes(header[40:44], "little") > 0


def join(folder: Path, call_id: str) -> Saved:
    """Make the stereo file and remove the two sides."""
    sides = [_samples(live_path(folder, call_id, side)) for side in SIDES]
    length = max(len(samples) for samples in sides)
    stereo = np.zeros((length, 2), dtype="<i2")
    for channel, samples in enumerate(sides):
        stereo[: len(samples), channel] = samples
    for side in SIDES:
        live_path(folder, call_id, side).unlink(missing_ok=True)
    return _write(folder, call_id, stereo)


def _write(folder: Path, call_id: str, samples: _Sound) -> Saved:
    """A WAV of one channel, or of two where each row has a left and a right sample."""
    relative = Path(call_id[:2]) / f"{call_id}.wav"
    target = folder / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(target), "wb") as out:
        out.setnchannels(samples.ndim)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    return Saved(call_id, str(relative), round(len(samples) / RATE, 2), digest)


def _samples(path: Path) -> _Sound:
    """All samples, by the file's size: the header of an unfinished file says nothing."""
    if not path.exists():
        return np.zeros(0, dtype="<i2")
    data = path.read_bytes()[_HEADER_BYTES:]
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")


def left_behind(folder: Path) -> list[str]:
    """Ids of recordings that a killed node did not finish."""
    live = folder / "live"
    return sorted({path.name.split(".")[0] for path in live.glob("*.wav")})


class Finisher:
    """One thread that joins files; `done` is called in that thread."""

    def __init__(self, folder: Path, done: Callable[[Saved], None]) -> None:
        (folder / "live").mkdir(parents=True, exist_ok=True)
        self._folder, self._done = folder, done
        self._queue: queue.SimpleQueue[tuple[str, bool | _Sound]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    def finish(self, call_id: str, *, torn: bool = False) -> None:
        """Both recorders were dropped: join their files when there is time. `torn`: by a dead node,
        nobody will complete them any more."""
        self._queue.put((call_id, torn))

    def keep(self, call_id: str, samples: _Sound) -> None:
        """Write what was heard of a call that no agent had: evidence for the verdict."""
        self._queue.put((call_id, samples))

    def close(self) -> None:
        """Finish what is queued, then end."""
        self._queue.put(("", False))
        self._thread.join(10)

    def _run(self) -> None:
        while True:
            call_id, what = self._queue.get()
            if not call_id:
                return
            try:
                if isinstance(what, np.ndarray):
                    self._done(_write(self._folder, call_id, what))
                    continue
                if not what:
                    wait_until_written(self._folder, call_id)
                self._done(join(self._folder, call_id))
            except OSError as error:
                log.error(
                    "recording failed",
                    extra={"action": "recording.failed", "call_id": call_id, "why": str(error)},
                )
