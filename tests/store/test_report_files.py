"""Files: scheduled ones exactly once and made up for; packs with progress; cells that are no formulas."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.refusals import Refused
from dialer.actions.report_files import (
    add_schedule,
    ask_file,
    cancel_file,
    note_download,
    plan_due,
    stop_schedule,
)
from dialer.engine.report_files import Maker, both_languages
from dialer.reports.creditor import creditor_report
from dialer.reports.exports import plain, table_csv, table_xlsx
from dialer.reports.period import HOME
from dialer.reports.report_tables import as_file, tables_of
from dialer.store.session import read, write
from dialer.store.tables import AuditRow, Creditor, FactRow, ReportFile
from tests.factories import MORNING
from tests.report_day import CN, DAY, TODAY, make_day

pytestmark = pytest.mark.store
FORMULA = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u3000=1")


@pytest.fixture
def day(sessions, tmp_path):
    return make_day(sessions, tmp_path)


@pytest.fixture
def maker(sessions, tmp_path):
    return Maker(sessions, tmp_path / "reports", None, CN)


def files(sessions):
    with read(sessions) as session:
        return session.scalars(select(ReportFile).order_by(ReportFile.id)).all()


def daily(sessions, creditor, formats=("xlsx",), **more):
    return add_schedule(sessions, SETUP, **{
        "creditor_id": creditor, "every": "daily", "hour": 7, "timezone": "Asia/Shanghai",
        "formats": formats, "now": MORNING, **more,
    })  # fmt: skip


def test_a_due_report_is_made_once_and_missed_ones_are_made_up_for(sessions, day, maker):
    _, creditor, _ = day
    schedule = daily(sessions, creditor, ("xlsx", "csv", "json"))
    assert maker.run(lambda: MORNING) == 0
    later = MORNING + timedelta(days=3)  # the engine was away for three mornings
    assert maker.run(lambda: later) == 9
    assert maker.run(lambda: later) == 0
    made = files(sessions)
    assert [f.first.day for f in made] == [23, 23, 23, 24, 24, 24, 25, 25, 25]
    for file in made:
        data = Path(file.path).read_bytes()
        assert (file.state, file.size) == ("ready", len(data))
        assert hashlib.sha256(data).hexdigest() == file.sha256
    with read(sessions) as session:
        told = session.scalars(
            select(FactRow.body).where(FactRow.name == "ReportFileChanged")
        ).all()
    assert {f.sha256 for f in made} == {body["sha256"] for body in told} - {""}
    stop_schedule(sessions, SETUP, schedule, later)
    assert maker.run(lambda: later + timedelta(days=2)) == 0
    with pytest.raises(Refused):
        stop_schedule(sessions, SETUP, schedule, later)


def test_two_engines_plan_one_report(sessions, day):
    _, creditor, _ = day
    daily(sessions, creditor)
    later, planned, start = MORNING + timedelta(days=1), [], threading.Barrier(4)

    def plan() -> None:
        start.wait()
        planned.append(plan_due(sessions, later))

    threads = [threading.Thread(target=plan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(planned) == len(files(sessions)) == 1


def test_a_pack_runs_can_be_cancelled_and_is_downloaded_on_record(sessions, day, maker):
    _, creditor, _ = day
    ask = {"creditor_id": creditor, "kind": "audit_pack", "format_": "zip", "first": TODAY,
           "last": TODAY, "now": MORNING}  # fmt: skip
    first, second = ask_file(sessions, SETUP, **ask), ask_file(sessions, SETUP, **ask)
    cancel_file(sessions, SETUP, second, MORNING)
    assert maker.run(lambda: MORNING) == 1
    ready, cancelled = files(sessions)
    assert (ready.state, cancelled.state) == ("ready", "cancelled")
    assert ready.part == ready.parts > 20
    assert list(maker.folder.iterdir()) == [Path(ready.path)]
    path = note_download(sessions, SETUP, first, MORNING)
    assert "manifest.json" in zipfile.ZipFile(path).namelist()
    for number in (second, 99):
        with pytest.raises(Refused):
            note_download(sessions, SETUP, number, MORNING)
    with read(sessions) as session:
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert actions[-4:] == ["audit_pack.ask", "audit_pack.cancel", "audit_pack.ready",
                            "audit_pack.download"]  # fmt: skip


def test_cancelled_while_it_runs(sessions, day, maker):
    _, creditor, _ = day
    file = ask_file(sessions, SETUP, creditor_id=creditor, kind="audit_pack", format_="zip",
                    first=TODAY, last=TODAY, now=MORNING)  # fmt: skip
    moments = iter([MORNING, MORNING])

    def clock():
        moment = next(moments)
        if moment is MORNING:
            with write(sessions) as session:
                row = session.get_one(ReportFile, file)
                row.state = "cancelled" if row.state == "waiting" and row.parts else row.state
        return moment

    with write(sessions) as session:
        session.get_one(ReportFile, file).parts = 1
    assert maker.run(clock) == 0
    assert files(sessions)[0].state == "cancelled"
    assert not list(maker.folder.glob("*")) if maker.folder.exists() else True


@pytest.mark.parametrize(
    "wrong",
    [{"every": "hourly"}, {"hour": 24}, {"formats": ()}, {"formats": ("pdf",)},
     {"timezone": "Mars/Olympus"}, {"creditor_id": 99}],
)  # fmt: skip
def test_schedules_that_are_none(sessions, day, wrong):
    _, creditor, _ = day
    with pytest.raises(Refused):
        daily(sessions, creditor, **wrong)


def test_a_failed_file_says_so(sessions, day, maker):
    _, creditor, _ = day
    file = ask_file(sessions, SETUP, creditor_id=creditor, kind="progress", format_="json",
                    first=TODAY, last=TODAY, now=MORNING)  # fmt: skip
    with write(sessions) as session:
        session.get_one(ReportFile, file).format = "odt"
    assert maker.run(lambda: MORNING) == 0
    failed = files(sessions)[0]  # somebody waits for it and can ask again: no second try by itself
    assert (failed.state, failed.reason, failed.tries) == ("failed", "fault", 1)
    assert maker.run(lambda: MORNING + timedelta(days=1)) == 0


def test_a_scheduled_report_is_tried_again_three_times_and_then_says_why(sessions, day, maker):
    _, creditor, _ = day
    daily(sessions, creditor, hour=11, now=MORNING)
    maker.folder.write_text("a file where the folder should be")
    due = MORNING + timedelta(hours=1)
    seen = []
    for minutes in (0, 1, 2, 11, 12, 71, 72, 500):
        maker.run(lambda at=due + timedelta(minutes=minutes): at)
        file = files(sessions)[0]
        seen.append((minutes, file.state, file.tries))
        assert file.reason == "folder"
    assert seen == [
        (0, "waiting", 1), (1, "waiting", 1), (2, "waiting", 2), (11, "waiting", 2),
        (12, "waiting", 3), (71, "waiting", 3), (72, "failed", 4), (500, "failed", 4),
    ]  # fmt: skip
    with read(sessions) as session:
        told = session.scalars(select(AuditRow).where(AuditRow.action == "report.failed")).all()
    assert [row.after["reason"] for row in told] == ["folder"]


def test_a_second_try_that_works_leaves_no_reason_behind(sessions, day, maker):
    _, creditor, _ = day
    daily(sessions, creditor, hour=11, now=MORNING)
    maker.folder.write_text("in the way")
    due = MORNING + timedelta(hours=1)
    assert maker.run(lambda: due) == 0
    maker.folder.unlink()
    assert maker.run(lambda: due + timedelta(minutes=2)) == 1
    file = files(sessions)[0]
    assert (file.state, file.reason, file.again_at, file.tries) == ("ready", "", None, 1)


def test_the_report_as_files(sessions, day):
    _, creditor, placed = day
    with write(sessions) as session:
        session.get_one(Creditor, creditor).name = '=HYPERLINK("http://x")'
    with read(sessions) as session:
        report = creditor_report(session, creditor, DAY, CN)
    tables = tables_of(report)
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(as_file(report, "xlsx", both_languages))
    )
    assert len(book.sheet_names) == len(tables) + 1
    about = book.get_sheet_by_index(0).to_python()
    assert about[1][0].startswith("=HYPERLINK")  # as text: no sheet of ours holds a formula
    with zipfile.ZipFile(io.BytesIO(as_file(report, "csv", both_languages))) as archive:
        assert len(archive.namelist()) == len(tables) + 1
        assert b"'=HYPERLINK" in archive.read(archive.namelist()[0])
        batches = next(n for n in archive.namelist() if "batches" in n.lower() or "批次" in n)
        row = list(csv.reader(io.StringIO(archive.read(batches).decode("utf-8-sig"))))[1]
    assert str(placed / 100) in row
    assert (
        json.loads(as_file(report, "json", both_languages))["batches"][0]["placed_minor"] == placed
    )


def test_every_column_has_a_title_of_its_own(sessions, day):
    _, creditor, _ = day
    with read(sessions) as session:
        report = creditor_report(session, creditor, DAY, CN)
    for name, rows in tables_of(report).items():
        assert both_languages(f"sheet.{name}") != f"sheet.{name}"
        titles = [both_languages(f"report.{column}") for column in rows[0]]
        assert not [t for t in titles if t.startswith("report.")], name
        assert len(titles) == len(set(titles)), name
    figures = [both_languages(f"report.{name}") for name in report["figures"]]
    assert not [t for t in figures if t.startswith("report.")]


CELL = st.one_of(st.text(max_size=12), st.sampled_from(FORMULA), st.integers(-99, 99), st.none(),
                 st.builds(lambda a, b: a + b, st.sampled_from(FORMULA), st.text(max_size=5)))  # fmt: skip


@given(st.lists(st.fixed_dictionaries({"a": CELL, "b": CELL}), min_size=1, max_size=5))
def test_no_exported_cell_is_a_formula(rows):
    for record in csv.reader(io.StringIO(table_csv(rows).decode("utf-8-sig"), newline="")):
        for cell in record:
            stripped = cell.lstrip(" \u00a0\u3000\ufeff\n\v\f")
            is_number = stripped.lstrip("-").isdigit() and cell == stripped
            assert is_number or not stripped.startswith(tuple("=+-@\t\r＝＋－＠")), repr(cell)
    sheet = zipfile.ZipFile(io.BytesIO(table_xlsx({"x": rows}))).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


@pytest.mark.parametrize("cell", FORMULA)
def test_plain_text(cell):
    assert plain(cell) == f"'{cell}"


def test_amounts_taken_back_stay_numbers():
    text = table_csv([{"amount": -250, "share": 0.5, "no": None, "d": {"a": "中"}}])
    assert text.decode("utf-8-sig").splitlines()[1] == '-250,0.5,,"{""a"": ""中""}"'
    assert table_csv([]) == b"\xef\xbb\xbf\r\n"
    assert HOME.key == "Asia/Shanghai"
