"""Files for people. Cells that a spreadsheet would run as a formula are made plain text."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any

import xlsxwriter
from sqlalchemy.orm import Session

from dialer.reports.campaigns import rejected_rows

# OWASP CSV injection; the full-width forms are turned into the same characters by some programs, and
# some trim blanks before they look.
_FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
_BLANKS = " \u00a0\u3000\ufeff\n\v\f"
WHY = ("行/line", "列/column", "原因/reason")


class Share(float):
    """A share of 1, shown as a percentage in a spreadsheet."""


class Money(float):
    """An amount in major units, shown with two decimals in a spreadsheet."""


def plain(cell: str) -> str:
    """The cell as text that no spreadsheet program runs."""
    return f"'{cell}" if cell.lstrip(_BLANKS).startswith(_FORMULA_STARTS) else cell


def rejected_csv(session: Session, upload_id: int, words: Callable[[str], str]) -> Iterator[bytes]:
    """The rows left out, as they came, with line, column and reason; to be mended and sent again.

    `words(code)` says a reason in the reader's language."""
    header: list[str] | None = None
    for row in rejected_rows(session, upload_id):
        if header is None:
            header = list(row.cells)
            yield b"\xef\xbb\xbf" + _line([*header, *WHY])
        cells = [str(row.cells.get(title, "")) for title in header]
        yield _line([*cells, str(row.line), row.column, words(f"row.{row.reason}")])


def rejected_xlsx(
    session: Session, upload_id: int, words: Callable[[str], str], rows_max: int
) -> IO[bytes]:
    """The same rows as a sheet with at most `rows_max`, its header with them; an open file on disk."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    header: list[str] = []
    for number, row in enumerate(islice(rejected_rows(session, upload_id), rows_max - 1), 1):
        if not header:
            header = list(row.cells)
            _write_texts(sheet, 0, [*header, *WHY])
        cells = [str(row.cells.get(title, "")) for title in header]
        why = [str(row.line), row.column, words(f"row.{row.reason}")]
        _write_texts(sheet, number, [*cells, *why])
    book.close()
    out.seek(0)
    return out


def _write_texts(sheet: Any, number: int, cells: Sequence[str]) -> None:
    for column, cell in enumerate(cells):
        sheet.write_string(number, column, cell)


def table_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows of one shape as CSV with a byte order mark, so that spreadsheets read Chinese."""
    header = list(rows[0]) if rows else []
    lines = [_line(header), *(_line([row[name] for name in header]) for row in rows)]
    return b"\xef\xbb\xbf" + b"".join(lines)


def table_xlsx(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """One sheet per table. Text is written as text: nothing in it is ever a formula or a link."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True, "bg_color": "#E5E7EB"})
    shapes = {
        Share: book.add_format({"num_format": "0.00%"}),
        Money: book.add_format({"num_format": "#,##0.00"}),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name[:31])
        header = list(rows[0]) if rows else []
        sheet.write_row(0, 0, header, bold)
        for number, row in enumerate(rows, start=1):
            for column, title in enumerate(header):
                value = row[title]
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, column, value, shapes.get(type(value)))
                else:
                    sheet.write_string(number, column, _text(value))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    book.close()
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _line(cells: Sequence[Any]) -> bytes:
    """Numbers as they are (a reversal is negative and no formula), all else as plain text."""
    out = io.StringIO()
    csv.writer(out).writerow([
        float(cell) if isinstance(cell, float)
        else cell if isinstance(cell, int) and not isinstance(cell, bool)
        else plain(_text(cell))
        for cell in cells
    ])  # fmt: skip
    return out.getvalue().encode()
