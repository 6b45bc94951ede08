"""Prompts as files: 8 kHz, mono, 16 bit; the file's name without `.wav` is the prompt's name.

Shipped prompts lie in `telephony.prompts`, those of a site in `prompts/` of its data folder. What came
later is found without a restart, and a name that is not there is asked for again at most once a second.
"""

from __future__ import annotations

import re
import wave
from pathlib import Path

from telephony.clock import monotonic

RATE = 8000
ASK_AGAIN_SECONDS = 1.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def seconds_of(path: Path) -> float:
    """Length of a prompt. Raises ValueError for a file in another format."""
    try:
        with wave.open(str(path), "rb") as sound:
            shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            if shape != (RATE, 1, 2):
                raise ValueError(f"{path}: 8 kHz, mono, 16 bit needed / 需要 8 kHz 单声道 16 位")
            return sound.getnframes() / RATE
    except (wave.Error, EOFError):
        raise ValueError(f"{path}: not a WAV file / 不是 WAV 文件") from None


def names_in(folder: Path) -> list[str]:
    """Names of the prompts there, in order."""
    return sorted(path.stem for path in folder.glob("*.wav"))


class Prompts:
    """By name, in several folders; the first that has it wins."""

    def __init__(self, *folders: Path) -> None:
        """Looks through the first folder now: a shipped file in another format is an error at the start."""
        self._folders = folders
        self._known: dict[str, tuple[Path, float]] = {}
        self._missing: dict[str, float] = {}  # name -> when it was looked for
        for name in names_in(folders[0]) if folders else []:
            path = folders[0] / f"{name}.wav"
            self._known[name] = (path, seconds_of(path))

    def find(self, name: str) -> tuple[Path, float] | None:
        """(file, seconds); None when there is no such prompt, or none that can be played."""
        if name in self._known:
            return self._known[name]
        now = monotonic()
        if not _NAME.fullmatch(name) or now - self._missing.get(name, -9.0) < ASK_AGAIN_SECONDS:
            return None
        found = next((p for p in self._paths(name) if p.is_file()), None)
        try:
            if found is not None:
                self._known[name] = (found, seconds_of(found))
                return self._known[name]
        except (ValueError, OSError):
            pass  # not whole, or of another format
        self._missing[name] = now
        return None

    def _paths(self, name: str) -> list[Path]:
        return [folder / f"{name}.wav" for folder in self._folders]
