"""Reads a CSV or XLSX file row by row, with limits before anything is decoded.

Whatever is wrong with the file as a whole is one `Refused`; rows are judged by `domain.case_rows`.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import python_calamine
from charset_normalizer import from_bytes

from dialer.actions.refusals import Refused

SIZE_MAX = 200 * 1024 * 1024
COLUMNS_MAX = 200
CELL_MAX = 2_000
RECORD_MAX = COLUMNS_MAX * (CELL_MAX + 3)  # characters of one row, with quotes and separator
XLSX_ROWS_MAX = 200_000
UNPACKED_MAX = 1024 * 1024 * 1024
RATIO_MAX = 100
ENTRIES_MAX = 2_000
_SAMPLE = 64 * 1024
_ZIP_MAGIC = b"PK\x03\x04"

Row = tuple[int, list[str]]  # line number as people count, cells


@dataclass(slots=True)
class Progress:
    """How much of a file was read: a share of its bytes, or of the rows of a sheet."""

    share: float = 0.0


def read_rows(path: Path, done: Progress | None = None) -> Iterator[Row]:
    """(line, cells) of every row that is not empty, header first; `done` goes with them. Raises
    Refused."""
    done = done or Progress()
    size = path.stat().st_size
    if size == 0:
        raise Refused("file_empty")
    if size > SIZE_MAX:
        raise Refused("file_large", limit_mb=SIZE_MAX // 2**20)
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    rows = _xlsx_rows(path, done) if start.startswith(_ZIP_MAGIC) else _csv_rows(path, start, done)
    for line, cells in rows:
        if len(cells) > COLUMNS_MAX:
            raise Refused("columns_many", line=line, limit=COLUMNS_MAX)
        if max(map(len, cells), default=0) > CELL_MAX:
            raise Refused("cell_long", line=line, limit=CELL_MAX)
        if any(map(str.strip, cells)):
            yield line, cells


def _csv_rows(path: Path, start: bytes, done: Progress) -> Iterator[Row]:
    size, encoding = path.stat().st_size, encoding_of(start)
    if b"\x00" in start and not encoding.startswith("utf-16"):
        raise Refused("file_not_a_table")
    delimiter = _delimiter(start.decode(encoding, errors="ignore"))
    try:
        with path.open("rb") as whole, TextIOWrapper(whole, encoding, newline="") as file:
            lines = _Lines(file, delimiter)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            for cells in reader:
                lines.taken = 0
                if not reader.line_num % 256:  # asking for the place costs as much as a short row
                    done.share = whole.tell() / size
                yield reader.line_num, cells
    except UnicodeError:
        raise Refused("file_encoding", encoding=encoding) from None
    except csv.Error as error:
        raise Refused("file_csv", line=reader.line_num, why=str(error)) from None


class _Lines:
    """Lines for the CSV reader, which keeps a row until its end: never more than a row may hold, be it one
    line of a gigabyte or a million lines inside quotes."""

    def __init__(self, file: IO[str], delimiter: str) -> None:
        self._file, self._delimiter = file, delimiter
        self.taken = 0  # characters of the row so far
        self._line = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        text = self._file.readline(RECORD_MAX + 1)
        if not text:
            raise StopIteration
        if "\x00" in text:
            raise Refused("file_not_a_table")
        self._line += 1
        self.taken += len(text)
        if self.taken > RECORD_MAX:
            if text.count(self._delimiter) > COLUMNS_MAX:
                raise Refused("columns_many", line=self._line, limit=COLUMNS_MAX)
            raise Refused("cell_long", line=self._line, limit=CELL_MAX)
        return text


def encoding_of(start: bytes) -> str:
    """By byte order mark, else UTF-8 if it is valid, else GB18030 as Chinese offices write it."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):  # fmt: skip
        if start.startswith(mark):
            return name
    for name in ("utf-8", "gb18030"):
        if _decodes(start, name):
            return name
    guess = from_bytes(start).best()
    if guess is None:
        raise Refused("file_encoding", encoding="?")
    return str(guess.encoding)


def _decodes(start: bytes, encoding: str) -> bool:
    """A cut character at the end of the sample is no fault."""
    try:
        start.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(start) - 4 and len(start) == _SAMPLE
    return True


def _delimiter(text: str) -> str:
    header = text.splitlines()[0] if text.splitlines() else ""
    return max(",;\t", key=header.count)


def _xlsx_rows(path: Path, done: Progress) -> Iterator[Row]:
    _check_archive(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0)
    except Exception:  # the reader's errors have no common type; the file is at fault either way
        raise Refused("file_xlsx") from None
    if sheet.total_height > XLSX_ROWS_MAX:
        raise Refused("rows_many", limit=XLSX_ROWS_MAX)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        done.share = min(number / (sheet.total_height + 1), 1.0)  # it counts its last row from 0
        yield number, [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """Numbers as people typed them: 13800000000.0 is a phone number, 12.5 an amount."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).replace("\x00", "")


def _check_archive(path: Path) -> None:
    """Sizes from the archive's directory, before anything is unpacked (zip bombs, nested archives)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused("file_xlsx") from None
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    is_book = any(member.filename == "xl/workbook.xml" for member in members)
    if not is_book or len(members) > ENTRIES_MAX:
        raise Refused("file_xlsx")
    if unpacked > UNPACKED_MAX or unpacked / packed > RATIO_MAX:
        raise Refused("file_large_inside")
