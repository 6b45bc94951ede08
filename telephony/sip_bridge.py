"""Sound between legs: two ports joined both ways, no conference per agent; players; recorders.

All native: no Python runs on the audio path.
"""

from __future__ import annotations

import wave
from functools import cache
from pathlib import Path

import pjsua2 as pj

from telephony.recording import SIDES, live_path
from telephony.sip_leg import Leg


def join(one: Leg, other: Leg) -> bool:
    """Let both hear each other; False when one of them has no sound yet. Harmless twice."""
    if one.media is None or other.media is None:
        return False
    one.media.startTransmit(other.media)
    other.media.startTransmit(one.media)
    return True


def part(one: Leg, other: Leg) -> None:
    """Silence between them; a leg that is over has left the bridge already."""
    if one.media is not None and other.media is not None:
        one.media.stopTransmit(other.media)
        other.media.stopTransmit(one.media)


@cache
def _silence() -> pj.ToneGenerator:
    """One source of nothing for all recorders: one that nobody feeds would skip the time."""
    source = pj.ToneGenerator()
    source.createToneGenerator(8000, 1)
    return source


class Recorders:
    """Both sides of a call, each into its own mono file."""

    def __init__(self, folder: Path, call_id: str, customer: Leg, agent: Leg) -> None:
        self._recorders = []
        for side, leg in zip(SIDES, (customer, agent), strict=True):
            if leg.media is None:
                raise RuntimeError("a leg without sound cannot be recorded")
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(str(live_path(folder, call_id, side)))
            leg.media.startTransmit(recorder)
            _silence().startTransmit(recorder)  # a side without a leg goes on in time
            self._recorders.append(recorder)

    def hear_agent(self, agent: Leg) -> None:
        """The agent's leg was replaced. Harmless for the leg that is heard already."""
        if agent.media is not None:
            agent.media.startTransmit(self._recorders[1])

    def close(self) -> None:
        """Stop recording; `recording.wait_until_written` knows when the files are complete."""
        self._recorders.clear()  # dropping the last reference closes the file


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
