"""The dialog journal: what a dead node leaves for the reaper. One JSON line per step, flushed.

It holds SIP messages, so it holds numbers: the file is readable by its owner only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from telephony.protocol import Remembered

RETIRE_BYTES = 1_000_000
REMEMBERED_MAX = 1_000
SEAT, INBOUND = "seat-", "inbound-"  # how the names of calls begin that are no attempts


@dataclass(frozen=True, slots=True)
class OpenDialog:
    """A dialog that was not ended: `answer` is the 200 OK, empty while it only rang."""

    call_id: str
    invite: str
    answer: str
    peer: str  # address:port the INVITE went to
    ours: bool  # we sent the INVITE


class Journal:
    """Appends; starts afresh when nothing is open and the file has grown."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._open: set[str] = set()
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a")

    def invite(self, call_id: str, message: str, peer: str, *, ours: bool) -> None:
        """An INVITE left, or, not `ours`, came in and is being answered."""
        self._open.add(call_id)
        self._write({"call": call_id, "invite": message, "peer": peer, "ours": ours})

    def answer(self, call_id: str, message: str) -> None:
        """Its 200 OK; written before anything is done about the answer."""
        self._write({"call": call_id, "answer": message})

    def connected(self, call_id: str, seat_id: str) -> None:
        """An agent and the customer hear each other."""
        self._write({"call": call_id, "seat": seat_id})

    def end(self, call_id: str) -> None:
        """The dialog is over."""
        self._open.discard(call_id)
        self._write({"call": call_id, "end": True})
        if not self._open and self._file.tell() > RETIRE_BYTES:
            self._file.truncate(0)

    def close(self) -> None:
        """A clean stop: nothing is open any more."""
        if not self._open:
            self._file.truncate(0)
        self._file.close()

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def remembered(path: Path) -> list[Remembered]:
    """The last calls of a journal, ended ones too: their last words may not have left the node."""
    known: dict[str, dict[str, object]] = {}
    for line in _lines(path):
        known.setdefault(str(line["call"]), {}).update(line)
    return [
        Remembered(call_id=call_id, answered="answer" in line, seat_id=str(line.get("seat", "")))
        for call_id, line in list(known.items())[-REMEMBERED_MAX:]
        if not call_id.startswith((SEAT, INBOUND))
    ]


def keep_remembered(path: Path) -> None:
    """Leave it for the next life of the node, because the journal itself is about to go."""
    left = remembered(path)
    _memory(path).write_bytes(msgspec.json.encode(left))


def take_remembered(path: Path) -> tuple[Remembered, ...]:
    """What was left, once."""
    try:
        data = _memory(path).read_bytes()
    except FileNotFoundError:
        return ()
    _memory(path).unlink()
    return msgspec.json.decode(data, type=tuple[Remembered, ...])


def _memory(path: Path) -> Path:
    return path.with_suffix(".remembered")


def _lines(path: Path) -> Iterator[dict[str, object]]:
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(text)
        except ValueError:  # torn: the moment of death
            continue


def open_dialogs(path: Path) -> Iterator[OpenDialog]:
    """Dialogs begun and not ended. A torn last line is the moment of death, and is skipped."""
    begun: dict[str, dict[str, object]] = {}
    for line in _lines(path):
        call_id = str(line["call"])
        if line.get("end"):
            begun.pop(call_id, None)
        else:
            begun.setdefault(call_id, {}).update(line)
    for call_id, line in begun.items():
        if "invite" in line:
            yield OpenDialog(
                call_id, str(line["invite"]), str(line.get("answer", "")),
                str(line["peer"]), bool(line["ours"]),
            )  # fmt: skip
