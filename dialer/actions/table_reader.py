"""An uploaded file is read in a process of its own: `python -m dialer.actions.table_reader FILE`.

Files come from outside, and a few bytes can ask for half a terabyte (an XLSX with a cell in its last corner).
The child has a memory limit and may die; its parent goes on and the file is refused. It also reads and checks
rows on another core while the parent writes. It tells the titles, is told which column is which field, and
then sends batches until it has sent an empty one.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from dialer.actions.refusals import Refused
from dialer.actions.table_file import Progress, Row, read_rows
from dialer.domain.case_rows import BadRow, CaseRow, RowReader

log = logging.getLogger(__name__)
MEMORY_MAX = 1024 * 1024 * 1024  # of address space; a CSV needs a tenth of it
NICENESS = 10  # dialing first
_LENGTH = struct.Struct(">I")


class ReadRow(NamedTuple):
    """A row with the case it is, or the column and reason why it is none."""

    line: int
    packed: msgspec.Raw  # its cells; most rows are good, and nobody looks at their cells again
    case: CaseRow | None
    column: str = ""
    reason: str = ""

    @property
    def cells(self) -> list[str]:
        """The row as the file has it."""
        return _cells(self.packed)


class Titles(msgspec.Struct, tag=True):
    """The header as the file has it."""

    titles: list[str]


class Batch(msgspec.Struct, tag=True):
    """The next rows; none: the file is at its end. `share`: of the file that was read for them."""

    rows: list[ReadRow]
    share: float


class Fault(msgspec.Struct, tag=True):
    """The file cannot be read on: a refusal."""

    code: str
    args: dict[str, Any]


_encode = msgspec.msgpack.Encoder().encode
_cells = msgspec.msgpack.Decoder(list[str]).decode
_decode = msgspec.msgpack.Decoder(Titles | Batch | Fault).decode


class TableReader:
    """The parent's side; use it in a `with`, which ends the child whatever happened. Raises Refused."""

    def __init__(self, path: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "dialer.actions.table_reader", str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,  # a signal to the engine's group must not look like a bad file
        )  # fmt: skip
        self.share = 0.0  # of the file, read for the batches so far

    def __enter__(self) -> TableReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.communicate()  # closes the pipes and waits

    def titles(self) -> list[str]:
        """The header; comes first."""
        message = self._receive()
        return message.titles if isinstance(message, Titles) else []

    def batches(self, size: int, places: dict[str, int] | None = None) -> Iterator[list[ReadRow]]:
        """All rows, `size` at a time; with `places` (field -> position) read as cases."""
        with contextlib.suppress(BrokenPipeError):  # a dead child is told by its silence
            _write(self._child.stdin, [size, places])
        while isinstance(message := self._receive(), Batch) and message.rows:
            self.share = message.share
            yield message.rows

    def _receive(self) -> Titles | Batch:
        content = _read(self._child.stdout)
        if content is None:  # its words are not logged: they may hold what is in the file
            code = self._child.wait()
            log.warning("reader died", extra={"action": "file.reader_died", "code": code})
            raise Refused("file_reader_died", limit_mb=MEMORY_MAX // 2**20)
        message: Titles | Batch | Fault = _decode(content)
        if isinstance(message, Fault):
            raise Refused(message.code, **message.args)
        return message


def _write(pipe: IO[bytes] | None, message: Any) -> None:
    assert pipe is not None  # opened above
    content = _encode(message)
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _read(pipe: IO[bytes] | None) -> bytes | None:
    assert pipe is not None
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = pipe.read(length)
    return content if len(content) == length else None


def main() -> None:
    """The child's side."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold personal data
    os.nice(NICENESS)
    out = sys.stdout.buffer
    try:
        done = Progress()
        rows = read_rows(Path(sys.argv[1]), done)
        header = next(rows, None)
        if header is None:
            raise Refused("file_empty")
        _write(out, Titles(header[1]))
        asked = _read(sys.stdin.buffer)
        if asked is None:
            return  # the parent refused the header
        size, places = msgspec.msgpack.decode(asked, type=tuple[int, dict[str, int] | None])
        reader = RowReader(places, header[1]) if places else None
        while batch := list(islice(rows, size)):
            _write(out, Batch([_checked(reader, row) for row in batch], done.share))
        _write(out, Batch([], 1.0))
    except Refused as refusal:
        _write(out, Fault(refusal.code, refusal.args_))


def _checked(reader: RowReader | None, row: Row) -> ReadRow:
    line, cells = row
    packed = msgspec.Raw(_encode(cells))
    if reader is None:
        return ReadRow(line, packed, None)
    try:
        return ReadRow(line, packed, reader.read(cells))
    except BadRow as bad:
        return ReadRow(line, packed, None, bad.column, bad.code)


if __name__ == "__main__":
    main()
