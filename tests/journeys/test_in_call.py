"""During the call in real browsers: the agent holds and transfers, the supervisor listens and takes over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dialer.sample.cases import write_csv
from dialer.store.session import open_store, read
from dialer.store.tables import Attempt, Seat, User
from tests.journeys.test_main_job import pages, sign_in, the_manager_uploads_and_starts  # noqa: F401

pytestmark = pytest.mark.journey


def test_hold_listen_and_take_over(house, pages, tmp_path):  # noqa: F811
    cases = tmp_path / "名单.csv"
    write_csv(cases, 3, seed=1, with_mistakes=True)
    the_manager_uploads_and_starts(pages.manager, house, cases)
    desk, board = pages.desk, pages.board
    sign_in(desk, house, "agent")
    expect(desk.locator(".seat-state")).to_contain_text("示忙", timeout=15_000)
    desk.click("#ready")
    desk.wait_for_selector(".in-call", timeout=20_000)
    the_agent_holds_and_mutes_by_key(desk)
    the_supervisor_listens_and_takes_over(board, desk, house)


def the_agent_holds_and_mutes_by_key(desk: Page) -> None:
    desk.click("#confirm-identity")
    desk.fill("#note", "hm")  # typing is not commanding
    expect(desk.locator("#call-hold")).to_have_attribute("aria-pressed", "false")
    desk.locator(".debtor-name").click()
    desk.locator("#note").blur()
    desk.keyboard.press("Shift+H")
    expect(desk.locator("#call-hold")).to_have_attribute("aria-pressed", "true")
    picture(desk, "held")
    desk.keyboard.press("Shift+H")
    desk.keyboard.press("Shift+R")
    expect(desk.locator("#call-record")).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("Shift+K")
    desk.click(".in-call-keypad button:first-child")
    picture(desk, "paused")
    desk.keyboard.press("Shift+R")


def the_supervisor_listens_and_takes_over(board: Page, desk: Page, house) -> None:
    sign_in(board, house, "supervisor")
    board.click("#own-phone")
    board.wait_for_selector(".supervise-buttons", timeout=15_000)
    board.locator(".supervise").focus()
    board.keyboard.press("w")
    expect(board.locator(".supervised")).to_contain_text("Whisper")
    picture(board, "whisper")
    desk.keyboard.press("Shift+T")
    expect(desk.locator(".in-call-targets")).to_contain_text("Sun")
    picture(desk, "targets")
    name = desk.locator(".debtor-name").inner_text()
    board.on("dialog", lambda dialog: dialog.accept())
    board.click(".supervise-buttons .btn-outline-danger")
    board.click("a[href='/desk'].btn", timeout=10_000)
    board.wait_for_selector(".in-call")
    picture(board, "taken-over")
    expect(board.locator(".debtor-name")).to_have_text(name)
    expect(desk.locator(".debtor-name")).not_to_have_text(name)  # free, or with the next customer
    with read(open_store(house.site.database)) as session:
        boss = session.query(User).filter_by(username="supervisor").one()
        seat = session.query(Seat).filter_by(user_id=boss.id).one()
        assert session.query(Attempt).filter_by(seat_id=seat.id).count() == 1


def picture(page: Page, name: str) -> None:
    """For people who look: KEPT_PICTURES names the folder."""
    folder = os.environ.get("KEPT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"in-call-{name}.png"))
