"""Messages to one leg. All native: no Python runs on the audio path."""

from __future__ import annotations

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
