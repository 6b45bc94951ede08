"""Makes the conference bridge match a conversation's edges; players and tracks that they run to.

All native: no Python runs on the audio path.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pjsua2 as pj

from telephony.conversation import Edge, Party
from telephony.hold_music import music_in, silence_in
from telephony.recording import SIDES, live_path

Media = Mapping[Party, "pj.AudioMedia | None"]
_TRACKS = (Party.CUSTOMER_TRACK, Party.AGENT_TRACK)  # in the order of SIDES


class Wires:
    """The edges that one call has in the bridge now."""

    def __init__(self) -> None:
        self._now: dict[Edge, tuple[pj.AudioMedia, pj.AudioMedia]] = {}

    def match(self, wanted: frozenset[Edge], media: Media) -> None:
        """Cut what is too much, then join what is missing; a party without sound is left out. Where
        another leg, or new sound of the same one (re-INVITE), took a party's place, it is joined anew."""
        for edge, (source, sink) in list(self._now.items()):
            if edge not in wanted or (media.get(edge[0]), media.get(edge[1])) != (source, sink):
                del self._now[edge]
                _cut(source, sink)
        for edge in wanted - self._now.keys():
            begin, end = media.get(edge[0]), media.get(edge[1])
            if begin is not None and end is not None:
                begin.startTransmit(end)
                self._now[edge] = (begin, end)

    def count(self) -> int:
        """How many edges are joined."""
        return len(self._now)


class Tracks:
    """Both sides of a call, each into its own mono file."""

    def __init__(self, folder: Path, call_id: str) -> None:
        self.media: dict[Party, pj.AudioMediaRecorder] = {}
        for party, side in zip(_TRACKS, SIDES, strict=True):
            recorder = pj.AudioMediaRecorder()
            recorder.createRecorder(str(live_path(folder, call_id, side)))
            self.media[party] = recorder

    def close(self) -> None:
        """Stop recording; `recording.wait_until_written` knows when the files are complete."""
        self.media.clear()  # dropping the last reference closes the file


class Loops:
    """Players that every call of a node shares: hold music, and silence for the tracks."""

    def __init__(self, prompts: Path, folder: Path) -> None:
        self.media = {
            Party.MUSIC: _loop(music_in(prompts, folder)),
            Party.SILENCE: _loop(silence_in(folder)),
        }


def _cut(source: pj.AudioMedia, sink: pj.AudioMedia) -> None:
    with contextlib.suppress(pj.Error):  # a leg that is over has left the bridge already
        source.stopTransmit(sink)


def _loop(path: Path) -> pj.AudioMediaPlayer:
    player = pj.AudioMediaPlayer()
    player.createPlayer(str(path))  # loops unless told otherwise
    return player
