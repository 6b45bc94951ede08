"""Sound between legs: two ports joined both ways, no conference per agent; players; recorders.

All native: no Python runs on the audio path.
"""

from __future__ import annotations

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
            self._recorders.append(recorder)

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
