"""Files as offices send them: encodings, headers, bad rows, whole bad files. Good rows are never lost."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import add_campaign, add_creditor, receive_upload, start_campaign
from dialer.actions.intake import read_upload
from dialer.actions.refusals import Refused
from dialer.actions.stops import suppress_number
from dialer.reports.campaigns import upload_detail
from dialer.reports.exports import plain, rejected_csv
from dialer.store.session import read, write
from dialer.store.tables import Account, Debtor, Entry, Phone, Upload
from tests.factories import MORNING, make_user

pytestmark = pytest.mark.store

TITLES = ["姓名", "合同号", "手机号", "欠款金额", "罚息"]
ROWS = [
    ["王小明", "HT-1", "154 0000 0001", "1,200.50", "10"],
    ["李芳", "HT-2", "+86 15400000002", "￥300", ""],
    ["张伟", "HT-3", "15400000003", "８８.8", ""],
]


def text_of(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@pytest.fixture
def office(sessions, tmp_path):
    return Office(sessions, tmp_path)


class Office:
    """A manager with one campaign, who uploads files."""

    def __init__(self, sessions, folder: Path) -> None:
        self.sessions, self.folder = sessions, folder
        self.manager = make_user(sessions, "manager")
        creditor = add_creditor(sessions, self.manager, "示例银行", MORNING)
        self.campaign = add_campaign(
            sessions, self.manager, name="任务", creditor_id=creditor, now=MORNING
        )
        self.count = 0

    def upload(self, content: bytes) -> Upload:
        self.count += 1
        path = self.folder / f"file{self.count}"
        path.write_bytes(content)
        upload_id = receive_upload(
            self.sessions, self.manager, campaign_id=self.campaign, filename="名单.csv",
            path=str(path), sha256=f"{self.count}", size=len(content), now=MORNING,
        )  # fmt: skip
        read_upload(self.sessions, upload_id, lambda: MORNING)
        with read(self.sessions) as session:
            return session.get_one(Upload, upload_id)

    def entries(self) -> int:
        with read(self.sessions) as session:
            return session.scalar(select(func.count()).select_from(Entry)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(office, encoding):
    upload = office.upload(text_of([TITLES, *ROWS]).encode(encoding))
    assert upload.state == "committed"
    assert upload.counts["new"] == 3
    with read(office.sessions) as session:
        account = session.scalars(select(Account).order_by(Account.contract_no)).first()
        assert (account.balance_minor, account.penalty_minor) == (120050, 1000)
        assert session.get_one(Debtor, account.debtor_id).name == "王小明"
        assert session.scalars(select(Phone.number).order_by(Phone.number)).all() == [
            "15400000001", "15400000002", "15400000003",
        ]  # fmt: skip
        states = session.scalars(select(Entry.state).distinct()).all()
        assert states == ["ready"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_separators(office, delimiter):
    lines = [delimiter.join(cell.replace(",", "") for cell in row) for row in [TITLES, *ROWS]]
    assert office.upload("\n".join(lines).encode()).counts["new"] == 3


def test_xlsx_with_numbers_and_text(office, tmp_path):
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, TITLES)
    sheet.write_row(1, 0, ["王小明", "HT-1", 15400000001, 1200.5, 10])
    sheet.write_row(2, 0, ["李芳", "HT-2", "15400000002", "abc", ""])
    book.close()
    upload = office.upload(path.read_bytes())
    assert (upload.counts["new"], upload.counts["rejected"]) == (1, 1)
    with read(office.sessions) as session:
        rows = upload_detail(session, upload.id)["rows"]
    assert [(r["line"], r["column"], r["reason"]) for r in rows] == [(3, "欠款金额", "amount_form")]


def test_every_row_lands_in_one_bucket_and_good_ones_are_kept(office):
    suppress_number(office.sessions, SETUP, "15400000009", "DNC", MORNING)
    bad = [
        ["王小明", "HT-1", "15400000001", "5", ""],  # twice in the file
        ["赵六", "HT-4", "12345", "5", ""],
        ["钱七", "HT-5", "15400000005", "五元", ""],
        ["", "HT-6", "15400000006", "5", ""],
        ["孙八", "HT-7", "15400000009", "5", ""],  # do-not-call
        ["短"],
    ]
    upload = office.upload(text_of([TITLES, *ROWS, *bad]).encode())
    assert upload.counts == {
        "new": 3, "duplicate_in_file": 1, "duplicate_elsewhere": 0, "suppressed": 1, "rejected": 4,
    }  # fmt: skip
    assert upload.rows_read == sum(upload.counts.values()) == 9
    assert office.entries() == 3
    again = office.upload(text_of([TITLES, *ROWS]).encode())
    assert again.counts["duplicate_elsewhere"] == 3
    assert office.entries() == 3
    with read(office.sessions) as session:
        lines = b"".join(rejected_csv(session, upload.id, lambda key: key)).decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(lines)))
    assert table[0][:5] == TITLES
    assert len(table) == 1 + 6
    assert table[2][:4] == ["赵六", "HT-4", "12345", "5"]
    assert table[2][-2:] == ["手机号", "row.phone_form"]


def zip_with(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_empty"), (text_of([TITLES]).encode(), "file_no_rows"), (b"\n\n\n", "file_empty"),
     (text_of([["姓名", "手机号"], ["a", "b"]]).encode(), "columns_missing"),
     (text_of([[*TITLES, "客户姓名"], [*ROWS[0], "x"]]).encode(), "columns_doubled"),
     (b"\x00\x01\x02binary\x00" * 50, "file_not_a_table"),
     (text_of([TITLES]).encode() + b'"open quote,1,2,3\n' * 3, "file_csv"),
     (text_of([TITLES, ["x" * 3000, *ROWS[0][1:]]]).encode(), "cell_long"),
     ((",".join(["c"] * 300) + "\n").encode(), "columns_many"),
     (b"PK\x03\x04 not a zip", "file_xlsx"), (zip_with("readme.txt", b"x"), "file_xlsx"),
     (zip_with("xl/workbook.xml", b"0" * 50_000_000), "file_large_inside"),
     (b"\xef\xbb\xbf\xff\xfe\xfa" + b"\xff" * 100, "file_encoding")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why_and_imports_nothing(office, content, code):
    upload = office.upload(content)
    assert upload.state == "refused"
    assert upload.refusal["code"] == code
    assert office.entries() == 0


def test_a_file_that_breaks_in_the_middle_imports_nothing(office):
    rows = [[f"人{n}", f"HT-{n}", f"154{n:08d}", "5", ""] for n in range(5000)]
    content = text_of([TITLES, *rows]).encode() + b'\n"broken'
    upload = office.upload(content)
    assert (upload.state, upload.refusal["code"]) == ("refused", "file_csv")
    assert office.entries() == 0


def test_a_reading_that_died_begins_again(office):
    content = text_of([TITLES, *ROWS]).encode()
    upload = office.upload(content)
    with write(office.sessions) as session:  # as a dead engine would leave it
        session.get_one(Upload, upload.id).state = "reading"
        for entry in session.scalars(select(Entry)):
            entry.state = "loading"
    read_upload(office.sessions, upload.id, lambda: MORNING)
    with read(office.sessions) as session:
        assert session.get_one(Upload, upload.id).counts["new"] == 3
    assert office.entries() == 3


def test_the_same_file_twice_and_a_campaign_without_entries(office):
    with pytest.raises(Refused) as caught:
        start_campaign(office.sessions, office.manager, office.campaign, MORNING)
    assert caught.value.code == "campaign_empty"
    office.upload(text_of([TITLES, *ROWS]).encode())
    with pytest.raises(Refused) as caught:
        receive_upload(
            office.sessions, office.manager, campaign_id=office.campaign, filename="again.csv",
            path="/nowhere", sha256="1", size=1, now=MORNING,
        )  # fmt: skip
    assert caught.value.code == "same_file"
    with pytest.raises(Refused) as caught:
        start_campaign(office.sessions, office.manager, office.campaign, MORNING)
    assert caught.value.code == "no_outbound_number"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start):
    assert plain(f"{start}1+1").startswith("'")
    assert plain("王小明") == "王小明"
