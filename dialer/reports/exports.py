"""Files for people. Cells that a spreadsheet would run as a formula are made plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from dialer.reports.campaigns import rejected_rows

# OWASP CSV injection; the full-width forms are turned into the same characters by some programs.
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def plain(cell: str) -> str:
    """The cell as text that no spreadsheet program runs."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def rejected_csv(session: Session, upload_id: int, words: Callable[[str], str]) -> Iterator[bytes]:
    """The rows left out, as they came, with line, column and reason; to be mended and sent again.

    `words(code)` says a reason in the reader's language."""
    header: list[str] | None = None
    for row in rejected_rows(session, upload_id):
        if header is None:
            header = list(row.cells)
            yield b"\xef\xbb\xbf" + _line([*header, "行/line", "列/column", "原因/reason"])
        cells = [str(row.cells.get(title, "")) for title in header]
        yield _line([*cells, str(row.line), row.column, words(f"row.{row.reason}")])


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([plain(cell) for cell in cells])
    return out.getvalue().encode()
