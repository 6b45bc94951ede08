"""Files as offices send them: encodings, headers, bad rows, whole bad files. Good rows are never lost."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import add_campaign, add_creditor, receive_upload, start_campaign
from dialer.actions.intake import read_upload
from dialer.actions.intake.asking import (
    approve_upload,
    cancel_upload,
    discard_upload,
    map_columns,
    undo_upload,
)
from dialer.actions.intake.buckets import BUCKETS
from dialer.actions.refusals import Refused
from dialer.actions.stops import suppress_number
from dialer.actions.table_file import read_rows
from dialer.actions.table_reader import TableReader
from dialer.reports.campaigns import upload_detail
from dialer.reports.exports import plain, rejected_csv
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Case,
    Debtor,
    Entry,
    Phone,
    Upload,
    UploadRow,
    UploadTemplate,
)
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

    def upload(self, content: bytes, **fields) -> Upload:
        self.count += 1
        path = self.folder / f"file{self.count}"
        path.write_bytes(content)
        upload_id = receive_upload(
            self.sessions, self.manager, campaign_id=self.campaign, filename="名单.csv",
            path=str(path), sha256=f"{self.count}", size=len(content), now=MORNING,
        )  # fmt: skip
        with write(self.sessions) as session:
            for name, value in fields.items():
                setattr(session.get_one(Upload, upload_id), name, value)
        read_upload(self.sessions, upload_id, lambda: MORNING)
        with read(self.sessions) as session:
            return session.get_one(Upload, upload_id)

    def ask(self, act, upload: Upload) -> Upload:
        """A manager says it, the engine's schedule does it."""
        act(self.sessions, self.manager, upload.id, MORNING)
        read_upload(self.sessions, upload.id, lambda: MORNING)
        with read(self.sessions) as session:
            return session.get_one(Upload, upload.id)

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
    assert {bucket: n for bucket, n in upload.counts.items() if n} == {
        "new": 3, "duplicate_in_file": 1, "suppressed": 1, "rejected": 4,
    }  # fmt: skip
    assert set(upload.counts) == set(BUCKETS)
    assert upload.rows_read == sum(upload.counts.values()) == 9
    assert office.entries() == 3
    again = office.upload(text_of([TITLES, *ROWS]).encode())
    assert again.counts["unchanged"] == 3
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


def test_huge_files_are_refused_before_they_are_read(office, tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)  # sparse: two gigabytes that take no room
    tracemalloc.start()
    with pytest.raises(Refused) as caught:
        list(read_rows(path))
    assert caught.value.code == "file_large"
    wide = office.upload((",".join(f"c{n}" for n in range(10**6)) + "\n").encode())
    assert wide.refusal["code"] in ("columns_many", "file_csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * 2**20


def test_a_time_zone_of_one_s_own(office):
    rows = [[*ROWS[0], "Asia/Urumqi"], [*ROWS[1], "Mars/Olympus"]]
    upload = office.upload(text_of([[*TITLES, "时区"], *rows]).encode())
    assert (upload.counts["new"], upload.counts["rejected"]) == (1, 1)
    with read(office.sessions) as session:
        assert session.scalars(select(Debtor.timezone)).all() == ["Asia/Urumqi"]


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
        for case in session.scalars(select(Case)):
            case.state = "loading"
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


CHANGED = [
    ["王小明", "HT-1", "15400000001", "900", "10"],
    *ROWS[1:],
    ["周九", "HT-9", "15400000019", "70", ""],
]


def taken(upload: Upload) -> dict[str, int]:
    assert upload.state == "undone"
    return {name: upload.counts[name] for name in ("removed", "kept", "restored")}


def balances(office) -> dict[str, int]:
    with read(office.sessions) as session:
        return dict(session.execute(select(Account.contract_no, Account.balance_minor)).all())


def test_a_dry_run_changes_nothing_until_it_is_committed(office):
    office.upload(text_of([TITLES, *ROWS]).encode())
    checked = office.upload(text_of([TITLES, *CHANGED]).encode(), dry_run=True)
    assert checked.state == "checked"
    assert (checked.counts["new"], checked.counts["updated"], checked.counts["unchanged"]) == (
        1,
        1,
        2,
    )
    assert balances(office)["HT-1"] == 120050
    assert checked.forecast["entries"] == 1
    assert checked.forecast["agent_minutes"] >= 1
    with read(office.sessions) as session:
        assert session.scalars(select(Entry.state)).all().count("loading") == 1
    office.ask(approve_upload, checked)
    assert balances(office)["HT-1"] == 90000
    with read(office.sessions) as session:
        assert set(session.scalars(select(Entry.state))) == {"ready"}
        assert set(session.scalars(select(Case.state))) == {"active"}


def test_a_checked_file_can_be_thrown_away(office):
    checked = office.upload(text_of([TITLES, *ROWS]).encode(), dry_run=True)
    assert office.ask(discard_upload, checked).state == "undone"
    assert office.entries() == 0
    with pytest.raises(Refused):
        approve_upload(office.sessions, office.manager, checked.id, MORNING)
    again = office.upload(text_of([TITLES, *ROWS]).encode())
    assert again.counts["new"] == 3


@pytest.mark.parametrize("state", ["received", "reading", "committing"])
def test_a_file_can_be_cancelled_while_it_is_worked_on(office, state):
    office.upload(text_of([TITLES, *ROWS]).encode())
    checked = office.upload(text_of([TITLES, *CHANGED]).encode(), dry_run=True)
    with write(office.sessions) as session:  # as if it were not yet so far, or just going on
        session.get_one(Upload, checked.id).state = state
    cancelled = office.ask(cancel_upload, checked)
    assert taken(cancelled) == {"removed": 1, "kept": 0, "restored": 0}
    assert (office.entries(), balances(office)["HT-1"]) == (3, 120050)
    with pytest.raises(Refused) as caught:
        cancel_upload(office.sessions, office.manager, checked.id, MORNING)
    assert caught.value.code == "upload_not_running"


@pytest.mark.parametrize(("moment", "staged"), [(3, 0), (5, 100), (6, 120), (7, 120)])
def test_who_cancels_is_heard_in_the_middle(office, monkeypatch, moment, staged):
    """The clock is asked at every batch, at the end of the file and when the import begins; somebody
    cancels just then."""
    rows = [[f"人{n}", f"HT-{n}", f"154{n:08d}", "5", ""] for n in range(120)]
    monkeypatch.setattr("dialer.actions.intake.reading.BATCH", 50)
    upload = office.upload(text_of([TITLES, *rows]).encode(), dry_run=True)
    with write(office.sessions) as session:
        session.get_one(Upload, upload.id).state = "received"
        session.get_one(Upload, upload.id).dry_run = False
    asked = 0

    def clock():
        nonlocal asked
        asked += 1
        if asked == moment:
            cancel_upload(office.sessions, office.manager, upload.id, MORNING)
        return MORNING

    read_upload(office.sessions, upload.id, clock)
    with read(office.sessions) as session:
        cancelled = session.get_one(Upload, upload.id)
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    assert cancelled.state == "undone"
    assert cancelled.counts["removed"] == cancelled.counts.get("new", 0) == staged
    assert office.entries() == 0


def test_undo_takes_back_what_was_not_called_and_keeps_what_was(office):
    office.upload(text_of([TITLES, *ROWS]).encode())
    second = office.upload(text_of([TITLES, *CHANGED]).encode())
    assert taken(office.ask(undo_upload, second)) == {"removed": 1, "kept": 0, "restored": 1}
    assert balances(office)["HT-1"] == 120050
    assert office.entries() == 3
    with write(office.sessions) as session:
        first = session.scalars(select(Upload).order_by(Upload.id)).first()
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        session.add(Attempt(
            id="ab" * 16, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
            account_id=entry.account_id, debtor_id=entry.debtor_id, number="15400000001",
            outbound_number="95035100", local_day=MORNING.date(), engine_epoch=1, node="n",
            licence={}, created_at=MORNING, ended_at=MORNING,
        ))  # fmt: skip
    assert taken(office.ask(undo_upload, first)) == {"removed": 2, "kept": 1, "restored": 0}
    with read(office.sessions) as session:
        assert session.scalars(select(Entry.state)).all() == ["done"]
        assert session.scalars(select(Case.state)).all() == ["closed"]
    with pytest.raises(Refused):
        undo_upload(office.sessions, office.manager, first.id, MORNING)


def test_an_account_that_is_done_comes_again(office):
    """In the same campaign it stays done; another campaign takes it up, with the case it has."""
    office.upload(text_of([TITLES, *ROWS]).encode())
    with write(office.sessions) as session:
        for entry in session.scalars(select(Entry)):
            entry.state = "done"
    again = office.upload(text_of([TITLES, *ROWS, CHANGED[-1]]).encode())
    assert (again.state, again.counts["unchanged"], again.counts["new"]) == ("committed", 3, 1)
    first = office.campaign
    office.campaign = add_campaign(
        office.sessions, office.manager, name="十二月", creditor_id=1, now=MORNING
    )
    other = office.upload(text_of([TITLES, *ROWS]).encode())
    assert (other.state, other.counts["new"]) == ("committed", 3)
    with read(office.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 4
    assert taken(office.ask(undo_upload, other)) == {"removed": 3, "kept": 0, "restored": 0}
    with read(office.sessions) as session:
        assert session.scalars(select(Case.state)).all() == ["active"] * 4
        assert set(session.scalars(select(Entry.campaign_id))) == {first}


def test_a_commit_that_died_is_finished(office):
    checked = office.upload(text_of([TITLES, *ROWS]).encode(), dry_run=True)
    with write(office.sessions) as session:
        session.get_one(Upload, checked.id).state = "committing"
    read_upload(office.sessions, checked.id, lambda: MORNING)  # what the schedule calls
    with read(office.sessions) as session:
        assert session.get_one(Upload, checked.id).state == "committed"
        assert set(session.scalars(select(Entry.state))) == {"ready"}


def test_columns_of_another_office_are_mapped_once_and_remembered(office):
    titles = ["户名", "编号", "号码A", "总额", "备注"]
    rows = [["王小明", "HT-1", "15400000001", "12", ""]]
    refused = office.upload(text_of([titles, *rows]).encode())
    assert refused.refusal["code"] == "columns_missing"
    assert refused.forecast["titles"] == titles
    with write(office.sessions) as session:
        session.add(UploadTemplate(
            creditor_id=1, name="示例银行", used_at=MORNING,
            columns={"name": "户名", "contract_no": "编号", "phone": "号码A", "balance": "总额"},
        ))  # fmt: skip
    assert office.upload(text_of([titles, *rows]).encode()).counts["new"] == 1


def test_other_people_s_numbers_are_kept_as_theirs(office):
    titles = [*TITLES, "联系人", "联系人电话", "联系人关系", "担保人电话"]
    row = [*ROWS[0], "王大明", "15400000051", "兄弟", "15400000052"]
    office.upload(text_of([titles, row]).encode())
    with read(office.sessions) as session:
        phones = session.execute(
            select(Phone.number, Phone.role, Phone.relation, Phone.owner_name).order_by(Phone.rank)
        ).all()
    assert [tuple(p) for p in phones] == [
        ("15400000001", "debtor", "self", ""), ("15400000052", "guarantor", "guarantor", ""),
        ("15400000051", "contact", "兄弟", "王大明"),
    ]  # fmt: skip


def test_rows_left_out_are_kept_with_their_bucket(office):
    office.upload(text_of([TITLES, *ROWS]).encode())
    again = office.upload(text_of([TITLES, *CHANGED]).encode())
    with read(office.sessions) as session:
        buckets = session.scalars(
            select(UploadRow.bucket).where(UploadRow.upload_id == again.id)
        ).all()
    assert sorted(buckets) == ["unchanged", "unchanged", "updated"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start):
    assert plain(f"{start}1+1").startswith("'")
    assert plain("王小明") == "王小明"


def test_optional_columns_are_recognised_mapped_and_left_out_as_the_manager_says(office):
    """`电话` and `费用` are recognised; the manager takes `费用` away (it is another office's own) and adds
    the days past due. The next file of that kind is read the same way without a question."""
    titles = ["户名", "合同号", "电话", "总额", "天数", "费用"]
    row = ["王小明", "HT-1", "15400000001", "12", "31", "个案"]
    refused = office.upload(text_of([titles, row]).encode())
    assert refused.forecast == {
        "titles": titles, "recognised": {"contract_no": "合同号", "phone": "电话", "fee": "费用"},
    }  # fmt: skip
    columns = {
        "name": "户名", "contract_no": "合同号", "phone": "电话", "balance": "总额",
        "overdue_days": "天数", "fee": "",
    }  # fmt: skip
    for wrong in ({**columns, "phone": ""}, {**columns, "region": "总额"}, {**columns, "x": ""}):
        with pytest.raises(Refused, match="mapping_form"):
            map_columns(office.sessions, office.manager, refused.id, "示例银行", wrong, MORNING)
    map_columns(office.sessions, office.manager, refused.id, "示例银行", columns, MORNING)
    read_upload(office.sessions, refused.id, lambda: MORNING)
    second = office.upload(
        text_of([titles, ["李小红", "HT-2", "15400000002", "9", "8", "无"]]).encode()
    )
    assert second.counts["new"] == 1
    with read(office.sessions) as session:
        debts = session.execute(
            select(Account.overdue_days, Account.fee_minor).order_by(Account.id)
        ).all()
    assert debts == [(31, 0), (8, 0)]


@pytest.mark.parametrize("sheet", [False, True])
def test_the_share_of_a_file_grows_to_the_whole(tmp_path, sheet):
    rows = [["a", "b"], *([str(n), "x" * 40] for n in range(3000))]
    path = tmp_path / "list"
    if sheet:
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet()
            for n, cells in enumerate(rows):
                page.write_row(n, 0, cells)
    else:
        path.write_text(text_of(rows))
    with TableReader(path) as table:
        table.titles()
        shares = [table.share for _ in table.batches(500)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] <= 1
