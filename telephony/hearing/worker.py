"""`python -m telephony.hearing.worker`: the process that listens for a node, beside it, not in it.

It reads samples out of the shared memory, judges all calls together every 20 ms, and writes verdicts back.
It ends when the node that started it is gone.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony import log as log_lines
from telephony.answer_kind import Heard, Judge, Reason, hear_all
from telephony.clock import monotonic
from telephony.hearing.announcements import Announcement, Book
from telephony.hearing.memory import RING_BYTES, Memory
from telephony.hearing.sound import RATE, Samples
from telephony.protocol import AnswerKind, Verdict

log = logging.getLogger(__name__)

KINDS, REASONS = tuple(AnswerKind), tuple(Reason)
MEANS: tuple[Verdict | None, ...] = (None, *Verdict)
BUSY_SECONDS, IDLE_SECONDS = 0.02, 0.05
STARTS_WITHIN_SECONDS = 10.0  # of a recording: the rest of a loop adds nothing


@dataclass(slots=True)
class _Place:
    call: int
    judge: Judge
    read: int  # bytes


def read_book(*folders: Path) -> Book:
    """Every `<verdict>/<name>.wav` below the folders; a file that cannot be used is logged."""
    book = Book()
    for path in sorted(path for folder in folders for path in folder.glob("*/*.wav")):
        try:
            announcement = Announcement(path.stem, Verdict(path.parent.name))
            book.learn(announcement, _samples(path))
        except (ValueError, wave.Error, EOFError) as error:
            log.error(
                "announcement", extra={"action": "hearing.bad_file", "why": f"{path}: {error}"}
            )
    return book


def _samples(path: Path) -> Samples:
    with wave.open(str(path), "rb") as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            raise ValueError("8 kHz, mono, 16 bit needed / 需要 8 kHz 单声道 16 位")
        data = sound.readframes(int(STARTS_WITHIN_SECONDS * RATE))
    return np.frombuffer(data, dtype="<i2").astype(np.int16)


class Listening:
    """All calls of a node."""

    def __init__(self, memory: Memory, book: Book) -> None:
        self._memory, self._book = memory, book
        self._places: dict[int, _Place] = {}

    def turn(self) -> bool:
        """Hear what is new everywhere; whether there is any call."""
        rows = self._memory.rows
        active = np.flatnonzero(rows["call"]).tolist()
        news = [(place, self._news(place)) for place in active]
        heard = [(self._places[place].judge, samples) for place, samples in news if len(samples)]
        if heard:
            hear_all(heard)
        for place in active:
            self._write(place)
        for place in self._places.keys() - set(active):
            del self._places[place]
        return bool(active)

    def _news(self, place: int) -> Samples:
        row = self._memory.rows[place]
        call, written = int(row["call"]), int(row["written"])
        known = self._places.get(place)
        if known is None or known.call != call:
            known = self._places[place] = _Place(call, Judge(self._book), int(row["began"]))
        if row["answered"] == call:
            answered_at = int(row["answered_at"])
            if known.read >= answered_at:
                known.judge.answered()
            else:
                written = min(
                    written, answered_at
                )  # what is after the 200 OK waits for the next turn
        start = max(known.read, written - RING_BYTES + RATE // 5)
        known.read = written
        return self._memory.samples(place, start, written)

    def _write(self, place: int) -> None:
        row, known = self._memory.rows[place], self._places[place]
        judge, heard = known.judge, known.judge.heard
        if not judge.is_answered:
            if heard is not None and row["early"] != known.call:
                _put(row, "early_", heard)
                row["early"] = known.call
            return
        row["voice_from_ms"], row["voice_to_ms"] = judge.speech.began_ms, judge.speech.spoke_ms
        row["may_speak_at_ms"] = judge.may_speak_at_ms
        if heard is not None and row["heard"] != known.call:
            _put(row, "", heard)
            row["at_ms"] = heard.at_ms
            row["heard"] = known.call


def _put(row: np.void, prefix: str, heard: Heard) -> None:
    row[f"{prefix}kind"] = KINDS.index(heard.kind)
    row[f"{prefix}reason"] = REASONS.index(heard.reason)
    row[f"{prefix}means"] = MEANS.index(heard.means)


def main() -> int:
    """fd, places, then the folders of announcements."""
    log_lines.set_up()
    memory = Memory(int(sys.argv[2]), int(sys.argv[1]))
    listening = Listening(memory, read_book(*map(Path, sys.argv[3:])))
    parent = os.getppid()
    while os.getppid() == parent:
        began = monotonic()
        pause = BUSY_SECONDS if listening.turn() else IDLE_SECONDS
        time.sleep(max(pause - (monotonic() - began), 0.001))
    return 0


if __name__ == "__main__":
    sys.exit(main())
