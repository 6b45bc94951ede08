"""What a recording holds, told as a story: which tones sound together, one set after the other."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RATE = 8000
WINDOW = 800  # samples: 0.1 s, so that tones 40 Hz apart are told apart
_HEADER = 44
# Hertz of each person's tone, none of them in the hold melody or its overtones.
TONES = {"agent": 620, "customer": 1000, "second": 1230, "supervisor": 2000}
LOUD = 800.0  # amplitude of a tone that counts; the tones have 3,276 of 32,768
SOFT = 100.0  # of anything else, where nobody's tone is: a late packet clicks, but beside a tone
Story = list[frozenset[str]]


def write_tone(path: Path, name: str, seconds: float = 30) -> Path:
    """Somebody's tone, soft enough that three of them do not clip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", str(path), "synth", str(seconds)]
    subprocess.run([*command, "sine", str(TONES[name]), "gain", "-20"], check=True)
    return path


def samples_of(path: Path, channel: int = 0, channels: int = 1) -> np.ndarray:
    """All samples, by the file's size: it may still grow."""
    data = path.read_bytes()[_HEADER:]
    whole = np.frombuffer(data[: len(data) // (2 * channels) * 2 * channels], dtype="<i2")
    return whole.reshape(-1, channels)[:, channel].astype(float)


def heard_in(window: np.ndarray) -> frozenset[str]:
    """Who sounds in a tenth of a second; `music`: something that is nobody's tone."""
    weighted = window * np.hanning(len(window))
    spectrum = np.abs(np.fft.rfft(weighted)) / (len(window) / 4)
    hertz = np.fft.rfftfreq(len(window), 1 / RATE)
    found = {
        name for name, tone in TONES.items() if spectrum[np.abs(hertz - tone) <= 20].max() > LOUD
    }
    if not found and spectrum[(hertz > 200) & (hertz < 1800)].max() > SOFT:
        found.add("music")
    return frozenset(found)


def story_of(samples: np.ndarray, shortest: float = 0.3) -> Story:
    """The sets of voices in order; what is shorter than `shortest` seconds is a seam and left out."""
    told: list[tuple[frozenset[str], int]] = []
    for at in range(0, len(samples) - WINDOW + 1, WINDOW):
        heard = heard_in(samples[at : at + WINDOW])
        if told and told[-1][0] == heard:
            told[-1] = (heard, told[-1][1] + 1)
        else:
            told.append((heard, 1))
    long_enough = [heard for heard, count in told if count * WINDOW / RATE >= shortest]
    return [heard for i, heard in enumerate(long_enough) if i == 0 or long_enough[i - 1] != heard]


def wait_for_story(read: Callable[[], np.ndarray], wanted: Story, seconds: float = 5) -> None:
    """A file that still grows is read until it ends with what is wanted; before that it may hold what
    was heard earlier."""
    until = time.monotonic() + seconds
    while (told := story_of(read()))[-len(wanted) :] != wanted:
        assert time.monotonic() < until, f"{[sorted(s) for s in told]}"
        time.sleep(0.05)


def wait_until_closed(path: Path, seconds: float = 5) -> Path:
    """The recorder writes the length into the header when it closes the file."""
    until = time.monotonic() + seconds
    while int.from_bytes(path.read_bytes()[40:44], "little") == 0:
        assert time.monotonic() < until, f"{path} is still open"
        time.sleep(0.05)
    return path
