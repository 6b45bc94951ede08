"""Messages to one leg. All native: no Python runs on the audio path."""

from __future__ import annotations

import wave
from pathlib import Path

import pjsua2 as pj

from telephony.sip_leg import Leg


class Prompt:
    """A message played once to one leg; it ends by its own length, without a callback."""

    def __init__(self, path: Path, leg: Leg) -> None:
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(str(path), pj.PJMEDIA_FILE_NO_LOOP)
        if leg.media is not None:
            self._player.startTransmit(leg.media)


def prompts_in(folder: Path) -> dict[str, tuple[Path, float]]:
    """name -> (file, seconds) of every prompt. Raises ValueError for one in another format."""
    found: dict[str, tuple[Path, float]] = {}
    for path in sorted(folder.glob("*.wav")):
        with wave.open(str(path), "rb") as sound:
            shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            if shape != (8000, 1, 2):
                raise ValueError(f"{path}: 8 kHz, mono, 16 bit needed / 需要 8 kHz 单声道 16 位")
            found[path.stem] = (path, sound.getnframes() / 8000)
    return found
