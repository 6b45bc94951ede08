"""Files made to hurt: refused or reported row by row, with memory and work bounded whatever the file says.

Work is counted in bytes read, memory with tracemalloc; what native code does is measured in a process of its own.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from dialer.actions.refusals import Refused
from dialer.actions.table_file import RECORD_MAX, SIZE_MAX, read_rows
from dialer.actions.table_reader import TableReader
from dialer.domain.case_rows import read_header

pytestmark = pytest.mark.store

HEADER = "姓名,合同号,手机号,欠款金额\n"
GOOD = "王小明,HT-1,15400000001,5\n"
MB = 2**20


def read_all(path: Path) -> tuple[str, int, int]:
    """(refusal or "", peak of memory, bytes read)."""
    before = bytes_read()
    tracemalloc.start()
    try:
        for _ in read_rows(path):
            pass
        code = ""
    except Refused as refusal:
        code = refusal.code
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return code, peak, bytes_read() - before


def bytes_read() -> int:
    io_of_ours = Path("/proc/self/io").read_text()
    return int(io_of_ours.split("rchar:")[1].split()[0])


def test_two_gigabytes_are_refused_without_reading_a_byte(tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    code, peak, read = read_all(path)
    assert code == "file_large"
    assert peak < MB
    assert read < 64 * 1024  # /proc/self/io itself
    assert SIZE_MAX < 2**30  # so is a single line of a gigabyte


ENDLESS = {
    "one line": ("x" * MB, "cell_long"),
    "one line of columns": ("c," * (MB // 2), "columns_many"),
    "an open quote": ('"王小明\n' * (MB // 10), "file_csv"),
    "lines within quotes": ('"' + "a\n" * MB, "file_csv"),
    "one row of cells with line breaks": ('"a\n",' * (MB // 5), "columns_many"),
    "quotes doubled": ('"' + '""' * MB, "file_csv"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_row_without_end_is_refused_early(tmp_path, name):
    """Sixty times the piece: how long the file is does not matter."""
    piece, code = ENDLESS[name]
    path = tmp_path / "endless.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + GOOD)
        for _ in range(60):
            file.write(piece)
    found, peak, read = read_all(path)
    assert found in (code, "cell_long")
    assert peak < 40 * MB
    assert read < 8 * RECORD_MAX


def test_a_million_columns_in_the_header(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{n}" for n in range(10**6)))
    code, peak, _ = read_all(path)
    assert code == "columns_many"
    assert peak < 40 * MB


FAR = (HEADER + GOOD * 4000).encode()  # beyond the sample by which the encoding is guessed


@pytest.mark.parametrize(
    ("content", "code"),
    [(FAR + b"\x00" + GOOD.encode(), "file_not_a_table"), (FAR + b"\xff\xff\n", "file_encoding"),
     ((HEADER + GOOD).encode("utf-16-le"), "file_not_a_table"),  # without its mark
     ((HEADER + GOOD).encode("utf-16") + b"\x00", "file_encoding"),  # cut within a character
     (b"\xff\xfe" + b"\x00\xd8" * 20, "file_encoding"), (b"\x00" * MB, "file_not_a_table"),
     (bytes(range(256)) * 400, "file_encoding"), (b"\xef\xbb\xbf", "")],
)  # fmt: skip
def test_bytes_that_are_no_text(tmp_path, content, code):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_all(path)[0] == code


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
@pytest.mark.parametrize(
    "ends", [("\r\n", "\n"), ("\n", "\r\n"), ("\r", "\r\n"), ("\n\n", "\r\n\r\n")]
)
def test_byte_order_marks_and_mixed_line_ends(tmp_path, mark, ends):
    text = HEADER.strip() + ends[0] + GOOD.strip() + ends[1] + '"李,芳",HT-2,15400000002,"1,000"'
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, "utf-8")
    path = tmp_path / "list.csv"
    path.write_bytes(mark + text.encode(encoding))
    header, first, second = (cells for _, cells in read_rows(path))
    assert (header[0], first[1], second) == (
        "姓名",
        "HT-1",
        ["李,芳", "HT-2", "15400000002", "1,000"],
    )


# --- XLSX, whose reader is native code -------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


LAUGHS = '<!DOCTYPE w [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip


def book(path: Path, rows: str, **more: bytes) -> Path:
    """The least an XLSX needs, around raw rows; not packed, so that no ratio gives it away."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{PARTS}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>'))  # fmt: skip
        archive.writestr("xl/workbook.xml", (
            f'<workbook xmlns="{MAIN}" xmlns:r="{PARTS}"><sheets><sheet name="a" sheetId="1"'
            ' r:id="r"/></sheets></workbook>'))  # fmt: skip
        archive.writestr("xl/_rels/workbook.xml.rels", (
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{PARTS}/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>'))  # fmt: skip
        sheet = f'{LAUGHS}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in more.items():
            archive.writestr(name, content)
    return path


PROBE = """
import json, resource, sys
from pathlib import Path
from dialer.actions.refusals import Refused
from dialer.actions.table_reader import TableReader
rows, code = 0, ""
try:
    with TableReader(Path(sys.argv[1])) as table:
        table.titles()
        rows = sum(len(batch) for batch in table.batches(500))
except Refused as refusal:
    code = refusal.code
ours = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
print(json.dumps([code, rows, ours, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def probe(path: Path) -> tuple[str, int]:
    """(refusal, rows) of a file read as the engine does it; neither process grew."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], check=True, capture_output=True, timeout=60
    )
    code, rows, ours, childs = json.loads(done.stdout)
    assert ours < 120 * 1024
    assert childs < 400 * 1024
    return code, rows


def cell(at: str, value: str = "1") -> str:
    return f'<c r="{at}"><v>{value}</v></c>'


HOSTILE = {
    "a cell in the last corner": (
        f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>',
        {"file_reader_died"},  # half a terabyte was asked for, and the child had none to give
    ),
    "a million columns": ("<row>" + "<c><v>1</v></c>" * 10**6 + "</row>", {"columns_many"}),
    "a column that does not exist": (
        f'<row r="1">{cell("ZZZZZZ1")}{cell("A1")}</row>', {"columns_many", "file_reader_died", "file_xlsx"},
    ),
    "a row beyond the last": (
        f'<row r="1">{cell("A1")}</row><row r="4000000000">{cell("A4000000000")}</row>',
        {"file_reader_died", "rows_many", "file_xlsx"},
    ),
    "a row that does not end": (f'<row r="1">{cell("A1")}', {"file_xlsx", ""}),
    "a billion laughs": ('<row r="1"><c r="A1"><v>&a9;</v></c></row>', {"file_xlsx", "file_empty"}),
    "nothing": ("", {"file_empty"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_sheet_made_to_hurt(tmp_path, name):
    rows, codes = HOSTILE[name]
    assert probe(book(tmp_path / "x.xlsx", rows))[0] in codes


def test_archives_in_archives_and_names_that_climb(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"0" * 20 * MB)
    nested = tmp_path / "nested.zip"
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert probe(nested)[0] == "file_xlsx"
    climbing = book(
        tmp_path / "climb.xlsx", f'<row r="1">{cell("A1")}{cell("B1")}</row>',
        **{"../../climbed": b"x", "/tmp/kept-climbed": b"x", "inner.zip": inner.getvalue()},
    )  # fmt: skip
    assert probe(climbing) == ("", 0)  # read as the sheet it is: a header and no rows
    assert sorted(p.name for p in tmp_path.iterdir()) == ["climb.xlsx", "nested.zip"]
    assert not Path("/tmp/kept-climbed").exists()


def test_cells_of_every_type(tmp_path):
    """Dates, numbers, truth values and formulas: a formula is the value it was saved with, and never run."""
    path = tmp_path / "types.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["姓名", "合同号", "手机号", "欠款金额", "到期日", "逾期天数"])
        sheet.write_row(1, 0, ["王小明", 12, 15400000001, 1200.5])
        sheet.write_datetime(1, 4, date(2026, 1, 31), day)
        sheet.write_number(1, 5, 30)
        sheet.write_row(2, 0, ["李芳", "HT-2", "15400000002"])
        sheet.write_formula(2, 3, '=WEBSERVICE("http://127.0.0.1/")', value=88)
        sheet.write_row(3, 0, ["张伟", "HT-3", True, 5])
        sheet.write_row(4, 0, ["赵六", "HT-4", "15400000004"])
        sheet.write_formula(4, 3, "=1/0", value="#DIV/0!")
    with TableReader(path) as table:
        titles = table.titles()
        first, second, third, fourth = next(table.batches(500, read_header(titles)))
    assert first.case.contract_no == "12"
    assert first.case.phones == ("15400000001",)
    assert (first.case.balance_minor, first.case.overdue_days) == (120050, 30)
    assert first.case.due_on == date(2026, 1, 31)
    assert second.case.balance_minor == 8800
    assert (third.case, third.column) == (None, "手机号")
    assert (fourth.case, fourth.reason) == (None, "amount_missing")
