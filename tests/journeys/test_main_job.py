"""The main job, in a real browser over real SIP: upload -> start -> pop -> promise -> board."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dialer.sample.cases import write_csv
from dialer.store.session import open_store, read
from dialer.store.tables import Attempt, Outcome, Promise
from telephony.carrier.ledger import summary_of

pytestmark = pytest.mark.journey

# Every customer answers at once, says hello and stays on the line.
CUSTOMERS = """
[[customers]]
kind = "person"
share = 1
decides = [0.5, 0.8]
answers = 200
sound = "person"
talks = [60, 60]
"""


def sign_in(page: Page, house, username: str) -> None:
    page.goto(f"{house.site.url}/login")
    page.fill("#username", username)
    page.fill("#password", house.logins[username].password)
    page.click(".login button")


@pytest.fixture
def pages(house, browser: Browser, context: BrowserContext, tmp_path: Path) -> Iterator[Pages]:
    """Three people at three browsers."""
    customers = tmp_path / "customers.toml"
    customers.write_text(CUSTOMERS)
    house.start(customers)
    contexts = [
        browser.new_context(locale=language, viewport={"width": 1360, "height": 850})
        for language in ("zh-CN", "en-GB")
    ]
    yield Pages(context.new_page(), contexts[0].new_page(), contexts[1].new_page())
    for other in contexts:
        other.close()


class Pages(NamedTuple):
    """Who looks at what."""

    manager: Page
    desk: Page
    board: Page  # in English


def test_from_an_uploaded_file_to_a_recorded_promise(house, pages, tmp_path):
    cases = tmp_path / "名单.csv"
    write_csv(cases, 3, seed=1, with_mistakes=True)
    the_manager_uploads_and_starts(pages.manager, house, cases)
    the_agent_gets_a_customer(pages.desk, house)
    a_reload_in_mid_call_loses_nothing(pages.desk)
    a_promise_is_recorded(pages.desk)
    the_board_shows_it(pages.board, pages.desk, house)
    store_and_carrier_agree(house)


def the_manager_uploads_and_starts(page: Page, house, cases: Path) -> None:
    sign_in(page, house, "manager")
    page.fill("input[name=name]", "十一月消费贷")
    page.fill("input[name=creditor]", "示例消费金融")
    page.fill("input[name=ring_seconds]", "15")
    page.click(".new-campaign button")
    page.wait_for_selector(".campaign")
    page.set_input_files("input[type=file]", cases)
    expect(page.locator("[data-bucket=new]")).to_have_text("3", timeout=15_000)
    expect(page.locator("[data-bucket=rejected]")).to_have_text("2")
    expect(page.locator(".left-out")).to_contain_text("不是有效的中国大陆号码")
    expect(page.locator(".decide")).to_contain_text("坐席分钟")
    page.click("[data-act=commit]")
    expect(page.locator(".upload .badge")).to_have_text("已导入", timeout=15_000)
    page.click("[data-act=start]")
    expect(page.locator(".campaign .state-badge")).to_have_text("进行中")


def the_agent_gets_a_customer(page: Page, house) -> None:
    sign_in(page, house, "agent")
    expect(page.locator(".seat-state")).to_contain_text("示忙", timeout=15_000)  # the phone is up
    page.click("#ready")
    page.wait_for_selector(".call", timeout=20_000)
    assert "¥" not in page.locator(".call").inner_text(), (
        "the debt is on screen before the identity"
    )
    expect(page.locator("[data-code=PTP]")).to_be_disabled()


def a_reload_in_mid_call_loses_nothing(page: Page) -> None:
    page.click("#confirm-identity")
    name = page.locator(".debtor-name").inner_text()
    balance = page.locator(".balance strong").inner_text()
    page.click("[data-code=PTP]")
    page.fill("#promise-amount", "100.50")
    page.fill("#note", "客户说周五发工资")
    page.wait_for_timeout(900)  # drafts are sent 0.4 s after the last key
    page.reload()
    page.wait_for_selector(".debt")
    assert page.locator(".debtor-name").inner_text() == name
    assert page.locator(".balance strong").inner_text() == balance
    expect(page.locator("#note")).to_have_value("客户说周五发工资")
    expect(page.locator("#promise-amount")).to_have_value("100.50")


def a_promise_is_recorded(page: Page) -> None:
    page.fill("#promise-amount", "99999999")
    page.click("#save-outcome")
    expect(page.locator(".outcome .alert-danger")).to_contain_text("不能超过应还总额")
    page.fill("#promise-amount", "100.50")
    page.click("#save-outcome")
    expect(page.locator(".outcome .alert-success")).to_contain_text("承诺还款")


def the_board_shows_it(board: Page, desk: Page, house) -> None:
    sign_in(board, house, "supervisor")
    expect(board.locator("[data-total=promises]")).to_have_text("1", timeout=10_000)
    expect(board.locator("[data-total=talking]")).to_have_text("1")
    expect(board.locator(".board")).to_contain_text("Abandonment")
    expect(board.locator("tr[data-trunk][data-state=up]")).to_contain_text("1 / ", timeout=10_000)
    assert not re.search("[一-鿿]", board.locator(".tiles").inner_text())
    desk.click("#hangup")
    desk.wait_for_selector("#confirm-identity", timeout=20_000)  # the next customer
    expect(board.locator("[data-total=connected]")).to_have_text("2", timeout=10_000)


def store_and_carrier_agree(house) -> None:
    with read(open_store(house.site.database)) as session:
        promise = session.query(Promise).one()
        assert (promise.amount_minor, promise.state) == (10050, "open")
        assert session.get_one(Outcome, promise.attempt_id).code == "PTP"
        attempt = session.get_one(Attempt, promise.attempt_id)
        assert attempt.waited_ms < 200
        assert attempt.ended_by == "engine"
        attempts = session.query(Attempt).count()
    assert summary_of(house.site.carrier_log)["invites"] == attempts == 2
