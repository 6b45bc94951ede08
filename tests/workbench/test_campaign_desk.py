"""The manager's page: campaigns, uploads, start and pause, in words of both languages."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from dialer.actions.intake import read_upload
from dialer.store.session import read
from dialer.store.tables import Campaign, OutboundNumber, Upload
from tests.factories import MORNING

pytestmark = pytest.mark.web
FILE = (
    "姓名,合同号,手机号,欠款金额\r\n王小明,HT-1,15400000001,100\r\n李芳,HT-2,123,100\r\n".encode()
)


@pytest.fixture
def manager(office):
    return office.visitor("manager")


def make_campaign(manager) -> int:
    answer = manager.post(
        "/campaigns", {"name": "十一月", "creditor": "示例银行", "ring_seconds": 20}
    )
    assert answer.status_code == 201, answer.text
    return answer.get_json()["id"]


def test_from_file_to_running(office, manager):
    campaign = make_campaign(manager)
    answer = manager.post(f"/campaigns/{campaign}/start")
    assert answer.status_code == 409
    assert "还没有可拨的名单" in answer.get_json()["error"]["text"]
    upload = manager.upload(campaign, FILE, "%E5%90%8D%E5%8D%95.csv").get_json()["id"]
    read_upload(office.sessions, upload, lambda: MORNING)
    detail = manager.client.get(f"/uploads/{upload}").get_json()
    assert detail["filename"] == "名单.csv"
    assert (detail["counts"]["new"], detail["counts"]["rejected"]) == (1, 1)
    assert detail["rows"] == [{
        "line": 3, "bucket": "rejected", "column": "手机号", "reason": "phone_form",
        "text": "不是有效的中国大陆号码，请核对位数。",
    }]  # fmt: skip
    csv = manager.client.get(f"/uploads/{upload}/rejected.csv")
    assert "123" in csv.text
    assert "请核对位数" in csv.text
    assert (
        "外显号码池为空" in manager.post(f"/campaigns/{campaign}/start").get_json()["error"]["text"]
    )
    assert manager.post("/numbers", {"numbers": ["95035100", "95035101"]}).get_json()["new"] == 2
    assert manager.post(f"/campaigns/{campaign}/start").status_code == 200
    assert office.visitor("supervisor").post(f"/campaigns/{campaign}/pause").status_code == 200
    with read(office.sessions) as session:
        assert session.get_one(Campaign, campaign).state == "paused"


def test_rows_left_out_come_as_a_sheet_and_go_back_mended(office, manager):
    """Nothing in the sheet is a formula, and it is read again as it is."""
    campaign = make_campaign(manager)
    rows = "姓名,合同号,手机号,欠款金额\r\n=1+1,HT-1,+86 123,100\r\n李芳,HT-2,+86 15400000002,0\r\n"
    upload = manager.upload(campaign, rows.encode()).get_json()["id"]
    read_upload(office.sessions, upload, lambda: MORNING)
    answer = manager.client.get(f"/uploads/{upload}/rejected.xlsx")
    assert answer.data.startswith(b"PK")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    header, first, second = sheet.to_python()
    assert first[:4] == ["=1+1", "HT-1", "+86 123", "100"]
    assert second[5:] == ["欠款金额", "欠款金额为零，无需联系。"]
    again = manager.upload(campaign, answer.data, "rejected.xlsx").get_json()["id"]
    read_upload(office.sessions, again, lambda: MORNING)
    assert manager.client.get(f"/uploads/{again}").get_json()["counts"]["rejected"] == 2
    mended = io.BytesIO()
    with xlsxwriter.Workbook(mended) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, [*second[:3], 88.5, *second[4:]])
    good = manager.upload(campaign, mended.getvalue(), "mended.xlsx").get_json()["id"]
    read_upload(office.sessions, good, lambda: MORNING)
    assert manager.client.get(f"/uploads/{good}").get_json()["counts"]["new"] == 1


def test_rows_left_out_as_csv_can_be_sent_again(office, manager):
    """Our own mark against formulas does not spoil a number that begins with +."""
    campaign = make_campaign(manager)
    rows = "姓名,合同号,手机号,欠款金额\r\n李芳,HT-2,+86 15400000002,0\r\n"
    upload = manager.upload(campaign, rows.encode()).get_json()["id"]
    read_upload(office.sessions, upload, lambda: MORNING)
    text = manager.client.get(f"/uploads/{upload}/rejected.csv").text
    assert "'+86" in text
    again = manager.upload(campaign, text.replace(",0,", ",7.5,").encode()).get_json()["id"]
    read_upload(office.sessions, again, lambda: MORNING)
    assert manager.client.get(f"/uploads/{again}").get_json()["counts"]["new"] == 1


def test_a_file_is_cancelled_or_undone_from_the_page(office, manager):
    campaign = make_campaign(manager)
    upload = manager.upload(campaign, FILE).get_json()["id"]
    assert manager.post(f"/uploads/{upload}/undo").status_code == 409
    assert manager.post(f"/uploads/{upload}/cancel").status_code == 200
    assert manager.client.get(f"/uploads/{upload}").get_json()["state"] == "withdrawing"
    read_upload(office.sessions, upload, lambda: MORNING)
    assert manager.client.get(f"/uploads/{upload}").get_json()["state"] == "undone"
    again = manager.post(f"/uploads/{upload}/cancel")
    assert (again.status_code, "没有正在进行" in again.get_json()["error"]["text"]) == (409, True)
    upload = manager.upload(campaign, FILE).get_json()["id"]  # taken back: it may come again
    read_upload(office.sessions, upload, lambda: MORNING)
    assert manager.post(f"/uploads/{upload}/undo").status_code == 200
    read_upload(office.sessions, upload, lambda: MORNING)
    counts = manager.client.get(f"/uploads/{upload}").get_json()["counts"]
    assert (counts["removed"], counts["kept"]) == (1, 0)


def test_the_stored_file_is_private_and_refused_ones_are_removed(office, manager):
    campaign = make_campaign(manager)
    upload = manager.upload(campaign, FILE).get_json()["id"]
    assert manager.upload(campaign, FILE).status_code == 409  # the same file again
    assert manager.upload(campaign, b"").status_code == 409
    assert manager.upload(999, FILE + b"x").status_code == 409
    files = list((office.folder / "uploads").iterdir())
    with read(office.sessions) as session:
        assert [str(f) for f in files] == [session.get_one(Upload, upload).path]
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_name_from_outside_is_only_a_name(office, manager):
    campaign = make_campaign(manager)
    upload = manager.upload(campaign, FILE, "..%2F..%2Fetc%2Fpasswd").get_json()["id"]
    with read(office.sessions) as session:
        row = session.get_one(Upload, upload)
        assert row.filename == "passwd"
        assert row.path.startswith(str(office.folder / "uploads"))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/campaigns", {"name": "", "creditor": "x"}, 422), ("/campaigns", {"creditor": "x"}, 422),
     ("/campaigns", {"name": "a", "creditor": "b", "colour": "red"}, 422),
     ("/campaigns", {"name": "a", "creditor": "b", "ring_seconds": 5}, 409),
     ("/campaigns", "x", 422), ("/numbers", {"numbers": []}, 422),
     ("/numbers", {"numbers": ["95035100", "boss"]}, 409), ("/campaigns/77/start", {}, 409)],
)  # fmt: skip
def test_bad_input_is_answered_in_words(office, manager, path, body, status):
    answer = manager.post(path, body)
    assert answer.status_code == status
    text = answer.get_json()["error"]["text"]
    assert any("一" <= letter <= "鿿" for letter in text)
    assert "{" not in text
    with read(office.sessions) as session:
        assert session.scalars(select(OutboundNumber.number)).all() == []


def test_the_same_name_twice_and_the_template(manager):
    make_campaign(manager)
    again = manager.post("/campaigns", {"name": "十一月", "creditor": "示例银行"})
    assert again.status_code == 409
    assert "已有名为“十一月”的任务" in again.get_json()["error"]["text"]
    template = manager.client.get("/template.csv")
    assert template.get_data().startswith(b"\xef\xbb\xbf")
    assert "合同号" in template.text


def test_the_mode_is_chosen_on_the_page_and_checked(office, manager):
    campaign = make_campaign(manager)
    assert (
        manager.post(f"/campaigns/{campaign}/mode", json={"mode": "predictive"}).status_code == 200
    )
    with read(office.sessions) as session:
        assert session.get_one(Campaign, campaign).mode == "predictive"
    wrong = manager.post(f"/campaigns/{campaign}/mode", json={"mode": "reckless"})
    assert (wrong.status_code, "predictive" in wrong.get_json()["error"]["text"]) == (409, True)
    agent = office.visitor("agent")
    assert agent.post(f"/campaigns/{campaign}/mode", json={"mode": "manual"}).status_code == 403
