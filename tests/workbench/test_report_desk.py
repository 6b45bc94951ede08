"""The reports page: tables, exports, audit pack."""

from __future__ import annotations

import io
import zipfile

import pytest

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
    for proof in data["proofs"]:
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
    pack = manager.client.get(f"/reports/audit-pack.zip?{DAYS}&creditor=1")
    assert "02-proofs.csv" in zipfile.ZipFile(io.BytesIO(pack.get_data())).namelist()
    assert manager.client.get(f"/reports/audit-pack.zip?{DAYS}&creditor=99").status_code == 404
