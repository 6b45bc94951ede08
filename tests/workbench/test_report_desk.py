"""The reports page: tables, exports, audit pack."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialer.clock import utc_now
from dialer.engine.report_files import Maker
from dialer.packs import load_pack
from dialer.store.session import read
from dialer.store.tables import Creditor
from tests.factories import make_campaign
from workbench.translations import catalogue

pytestmark = pytest.mark.web
DAYS = "from=2026-11-23&to=2026-11-23"


@pytest.fixture
def manager(office):
    make_campaign(office.sessions, office.folder, 2)
    return office.visitor("manager")


def test_all_tables_and_one_creditor(office, manager):
    with read(office.sessions) as session:
        creditor = session.query(Creditor.id).scalar()
    assert "reports.js" in manager.client.get("/reports").text
    data = manager.client.get(f"/reports/data?{DAYS}&creditor={creditor}").get_json()
    assert data["campaigns"][0]["accounts_loaded"] == 2
    assert data["creditor"]["batches"][0]["cases"] == 2
    words = catalogue("en")
    proofs = manager.client.get(f"/reports/proofs?{DAYS}&creditor={creditor}").get_json()["proofs"]
    assert len(proofs) == 11
    for proof in proofs:
        assert f"proof.{proof['question'].replace(' ', '_')}" in words
        assert proof["broken"] == 0


@pytest.mark.parametrize(
    "days", ["", "from=x&to=y", "from=2026-11-23&to=2026-11-22", "from=2020-01-01&to=2026-01-01"]
)
def test_a_period_that_is_none(manager, days):
    answer = manager.client.get(f"/reports/data?{days}", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert "日期范围" in answer.get_json()["error"]["text"]


def test_files(manager):
    assert (
        manager.client.get(f"/reports/campaigns.csv?{DAYS}")
        .get_data()
        .startswith(b"\xef\xbb\xbfcampaign,")
    )
    assert manager.client.get(f"/reports/all.xlsx?{DAYS}").get_data().startswith(b"PK")


def test_files_are_asked_for_followed_and_taken(office, manager):
    ask = {"creditor_id": 1, "kind": "progress", "format": "xlsx", "first": "2026-11-23",
           "last": "2026-11-23"}  # fmt: skip
    file = manager.post("/reports/files", ask).get_json()["id"]
    late = manager.post("/reports/files", ask).get_json()["id"]
    assert manager.post(f"/reports/files/{late}/cancel").get_json()["ok"]
    schedule = {"creditor_id": 1, "every": "daily", "hour": 8, "formats": ["xlsx", "csv"]}
    made = manager.post("/reports/schedules", schedule).get_json()["id"]
    Maker(office.sessions, office.folder / "made", None, load_pack("cn")).run(utc_now)
    view = manager.client.get("/reports/files?creditor=1").get_json()
    assert {f["id"]: f["state"] for f in view["files"]} == {file: "ready", late: "cancelled"}
    assert view["schedules"][0]["formats"] == ["xlsx", "csv"]
    assert manager.client.get(f"/reports/files/{file}").get_data().startswith(b"PK")
    missing = manager.client.get(f"/reports/files/{late}", headers={"Accept": "application/json"})
    assert missing.status_code == 409
    assert manager.post(f"/reports/schedules/{made}/stop").get_json()["ok"]
    assert manager.client.get("/reports/files?creditor=99").status_code == 404
    supervisor = office.visitor("supervisor")
    assert supervisor.client.get("/reports/files?creditor=1").status_code == 403
    assert supervisor.client.get(f"/reports/proofs?{DAYS}&creditor=1").status_code == 200


def test_every_figure_of_the_page_has_words():
    """Lists of figures in capitals: `const RATES = ["answer_rate", ...]`."""
    words = catalogue("en")
    lists = [
        figure
        for script in Path("static/js").glob("report*.js")
        for listed in re.findall(r"const [A-Z]+ = \[(.*?)\];", script.read_text(encoding="utf-8"))
        for figure in re.findall(r'"(\w+)"', listed)
    ]
    assert len(lists) > 50
    assert [figure for figure in lists if f"report.{figure}" not in words] == []
