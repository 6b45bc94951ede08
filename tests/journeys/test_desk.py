"""The agent's desk in a real browser: keys, drafts, two windows, both appearances, both languages.

The web and the engine are the real ones, the node is the one without SIP: see `quick_house`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select

from dialer.clock import monotonic
from dialer.store.session import read
from dialer.store.tables import Attempt, Draft, Offer, Outcome, Promise, Seat, User
from tests.journeys.quick_house import QuickHouse, allow_waiving

pytestmark = pytest.mark.journey

SCREEN = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def quick(tmp_path_factory, browser: Browser) -> Iterator[QuickHouse]:
    """One house for the module; its agent signs in once and works from test to test."""
    house = QuickHouse(tmp_path_factory.mktemp("desk") / "site", entries=80)
    sign_in(browser, house)
    yield house
    house.close()


@pytest.fixture
def page(quick, context: BrowserContext) -> Page:
    """The agent's page at the desk, without a call, paused."""
    return at_the_desk(quick, context)


def sign_in(browser: Browser, house: QuickHouse) -> None:
    """Once; every browser of the agent then has the same cookie."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.url}/login")
    page.fill("#username", "agent")
    page.fill("#password", house.passwords["agent"])
    page.click(".login button")
    page.wait_for_selector(".seat-bar")
    house.cookies = context.cookies()
    context.close()


def a_browser(browser: Browser, **more: Any) -> BrowserContext:
    return browser.new_context(**{"locale": "zh-CN", "viewport": SCREEN, **more})


def open_desk(quick: QuickHouse, context: BrowserContext) -> Page:
    """The desk in this browser, whether or not another one has it."""
    context.add_cookies(quick.cookies)
    page = context.new_page()
    page.set_viewport_size(SCREEN)
    page.set_default_timeout(8_000)
    page.goto(f"{quick.url}/desk")
    page.wait_for_selector(".seat-bar, .elsewhere")
    return page


def at_the_desk(quick: QuickHouse, context: BrowserContext) -> Page:
    page = open_desk(quick, context)
    if page.locator("#take-over").count():
        page.click("#take-over")
    page.wait_for_selector(".seat-bar")
    return page


def next_customer(page: Page) -> None:
    """Whatever is on the desk is finished; then a new customer is there."""
    finish(page)
    page.click("#ready")
    page.wait_for_selector(".call .debtor-name", timeout=15_000)


def finish(page: Page) -> None:
    if page.locator(".call").count():
        if not page.locator(".outcome-done").count():
            page.click("[data-code=RPC_HOSTILE]")
            page.click("#save-outcome")
            expect(page.locator(".outcome-done, .waiting").first).to_be_visible()
        pause(page)
        hang_up(page)
    page.wait_for_selector(".waiting")


def hang_up(page: Page) -> None:
    """Unless the customer was quicker."""
    with suppress(PlaywrightError):
        page.click("#hangup:not(:disabled)", timeout=2_000)


def pause(page: Page) -> None:
    page.click(".pause-menu > summary")
    page.click("[data-pause=other]")


def rows(quick: QuickHouse, query):
    with read(quick.sessions()) as session:
        return session.scalars(query).all()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        if key == "y":
            expect(page.locator(".debt")).to_be_visible()


def test_a_promise_takes_five_keys_and_no_mouse(quick, page):
    next_customer(page)
    assert "¥" not in page.locator(".zones").inner_text(), "the debt is shown before the identity"
    press(page, "y")
    expect(page.locator(".debt")).to_be_visible()
    press(page, "1", "s", "w")
    expect(page.locator("[data-amount=half]")).to_have_attribute("aria-checked", "true")
    day = page.locator("[data-key=w]").get_attribute("data-day")
    amount = page.locator("[data-amount=half] b").inner_text()
    expect(page.locator(".read-back")).to_contain_text(amount)
    press(page, "Enter")
    expect(page.locator(".outcome-done")).to_contain_text("承诺还款")
    promise = rows(quick, select(Promise).order_by(Promise.id.desc()))[0]
    assert promise.due_on.isoformat() == day
    assert f"¥{promise.amount_minor / 100:,.2f}" == amount


def test_a_plan_and_its_first_part(quick, page):
    next_customer(page)
    press(page, "y", "1")
    page.click("[data-amount=plan3]")
    expect(page.locator(".read-back")).to_contain_text("分 3 期")
    page.click("#save-outcome")
    expect(page.locator(".outcome-done")).to_be_visible()
    parts = rows(quick, select(Promise).where(Promise.plan_id.is_not(None)))
    assert len(parts) == 3
    assert parts[0].attempt_id


def test_keys_do_nothing_while_somebody_types(page):
    next_customer(page)
    press(page, "y", "n")
    page.keyboard.type("1 y s w ? b 3")
    expect(page.locator("#note")).to_have_value("1 y s w ? b 3")
    expect(page.locator(".code.is-chosen")).to_have_count(0)
    expect(page.locator(".sheet")).to_have_count(0)
    press(page, "Escape", "3")
    expect(page.locator("[data-code=RPC_REFUSE]")).to_have_attribute("aria-pressed", "true")
    press(page, "n", "Control+Enter")
    expect(page.locator(".outcome-done")).to_be_visible()


def test_digits_mean_what_the_person_chose(quick, page):
    next_customer(page)
    press(page, "?")
    page.select_option("[data-digit='7']", "")
    page.select_option("[data-digit='9']", "TP_MESSAGE")
    page.click("#keep-keys")
    expect(page.locator(".sheet")).to_have_count(0)
    press(page, "9")
    expect(page.locator("[data-code=TP_MESSAGE]")).to_have_attribute("aria-pressed", "true")
    stored = rows(quick, select(User.desk).where(User.username == "agent"))[0]
    assert stored["keys"]["9"] == "TP_MESSAGE"
    press(page, "?")
    page.uncheck("#keys-on")
    page.click("#keep-keys")
    press(page, "3", "Y")
    expect(page.locator("[data-code=TP_MESSAGE]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#confirm-identity")).to_be_visible()
    page.click("#keys")
    page.check("#keys-on")
    page.click("#keep-keys")


def test_a_customer_does_not_take_the_focus(page):
    finish(page)
    page.click("#ready")
    page.focus("#help")
    page.wait_for_selector(".call .debtor-name", timeout=15_000)
    assert page.evaluate("document.activeElement.id") == "help"


def test_zones_stay_where_they_are_and_nothing_scrolls(page):
    finish(page)
    where = "[...document.querySelectorAll('.zone')].map((e) => JSON.stringify(e.getBoundingClientRect()))"
    before = page.evaluate(where)
    next_customer(page)
    assert page.evaluate(where) == before
    press(page, "y")
    expect(page.locator(".debt")).to_be_visible()
    press(page, "1")
    assert page.evaluate(where) == before
    assert page.evaluate("document.documentElement.scrollHeight") == SCREEN["height"]
    tall = "[...document.querySelectorAll('.zone, .outcome')].every((e) => e.scrollHeight <= e.clientHeight)"
    assert page.evaluate(tall), "a zone has to be scrolled"


def test_a_second_window_asks_before_it_takes_the_desk(quick, browser: Browser, page):
    next_customer(page)
    press(page, "n")
    page.keyboard.type("半句话")
    other = a_browser(browser)
    try:
        second = open_desk(quick, other)
        expect(second.locator(".elsewhere")).to_be_visible()
        expect(page.locator(".seat-bar")).to_be_visible()
        second.click("#take-over")
        expect(second.locator("#note")).to_have_value("半句话")
        expect(page.locator(".elsewhere")).to_be_visible()
        page.click("#take-over")
        expect(second.locator(".elsewhere")).to_be_visible()
        expect(page.locator("#note")).to_have_value("半句话")
    finally:
        other.close()


def test_a_pause_ahead_a_breather_and_help(quick, page):
    finish(page)
    next_customer(page)
    page.click(".pause-menu > summary")
    page.click("[data-announce='short-5']")
    expect(page.locator("#unannounce")).to_be_visible()
    page.click("#unannounce")
    page.click("#help")
    expect(page.locator("#help")).to_have_attribute("aria-pressed", "true")
    assert rows(quick, select(Seat.help_since).join(User).where(User.username == "agent"))[0]
    page.click("#help")
    press(page, "b")
    page.click("[data-code=RPC_HOSTILE]")
    press(page, "Enter")
    expect(page.locator(".outcome-done, .waiting").first).to_be_visible()
    hang_up(page)
    expect(page.locator(".seat-state")).to_contain_text("缓一缓")
    until = rows(quick, select(Seat.pause_until).join(User).where(User.username == "agent"))[0]
    assert until is not None
    page.click("#ready")


def kill_and_come_back(quick: QuickHouse, browser: Browser, chance: random.Random) -> float:
    """One customer: somebody types, the browser dies at some moment, another one goes on where it was.
    Returns the seconds from opening the page to the form as it was."""
    first = a_browser(browser)
    page = at_the_desk(quick, first)
    next_customer(page)
    press(page, "y")
    expect(page.locator(".debt")).to_be_visible()
    note = "".join(chance.choices("客户说周五发工资会还一部分", k=chance.randint(1, 12)))
    press(page, "1", chance.choice("as"), chance.choice("qwe"), "n")
    page.keyboard.type(note)
    chosen = page.locator(".pick.is-chosen").all_inner_texts()
    fate = chance.choice(("typing", "kept", "saving"))
    if fate == "kept":
        expect(page.locator("[data-draft=kept]")).to_have_count(1)
    elif fate == "saving":
        page.evaluate("document.getElementById('save-outcome').click()")  # dies before the answer
    first.close()  # no goodbye is said by our pages
    second = a_browser(browser)
    began = monotonic()
    page = at_the_desk(quick, second)
    page.wait_for_selector("#note, .outcome-done, .waiting")
    back = monotonic() - began
    if page.locator(".outcome-done").count() == 0 and page.locator(".call").count():
        typed = page.locator("#note").input_value()
        assert note.startswith(typed), "what comes back is not what was typed"
        if fate == "kept":
            assert typed == note
            assert page.locator(".pick.is-chosen").all_inner_texts() == chosen
        elif not page.locator(".code.is-chosen").count():
            press(page, "Escape", "1")  # died before the first word was sent: said again
        page.click("#save-outcome")
        expect(page.locator(".outcome-done")).to_be_visible()
    second.close()
    return back


def test_browsers_die_at_any_moment_and_nothing_is_lost(quick, browser):
    chance = random.Random(6)
    before = len(rows(quick, select(Outcome.attempt_id)))
    kills = 4
    for _ in range(kills):
        kill_and_come_back(quick, browser, chance)
    with read(quick.sessions()) as session:
        talked = session.scalars(select(Attempt).where(Attempt.connected_at.is_not(None))).all()
        dropped = [a.id for a in talked if a.ended_by not in (None, "", "engine")]
        drafts = session.scalars(select(Draft)).all()
        assert len(session.scalars(select(Outcome)).all()) >= before + kills
    assert dropped == []
    assert drafts == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(quick, browser, scheme):
    context = browser.new_context(
        locale="en", viewport=SCREEN, color_scheme=scheme, bypass_csp=True
    )
    try:
        page = context.new_page()
        page.goto(f"{quick.url}/login")
        no_serious_fault(page, f"login {scheme}")
        page = at_the_desk(quick, context)
        finish(page)
        no_serious_fault(page, f"waiting {scheme}")
        next_customer(page)
        no_serious_fault(page, f"identity {scheme}")
        press(page, "y")
        expect(page.locator(".debt")).to_be_visible()
        press(page, "1")
        page.click("[data-guide=crisis]")
        no_serious_fault(page, f"promise {scheme}")
        press(page, "2")
        no_serious_fault(page, f"callback {scheme}")
        press(page, "?")
        no_serious_fault(page, f"keys {scheme}")
    finally:
        context.close()


def no_serious_fault(page: Page, where: str) -> None:
    page.wait_for_timeout(250)  # colours fade in
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    serious = [
        (fault["id"], [node["target"] for node in fault["nodes"]][:4])
        for fault in found.response["violations"] if fault["impact"] in ("serious", "critical")
    ]  # fmt: skip
    assert serious == [], where


def test_settled_for_less_within_the_authority(quick, page):
    allow_waiving(quick.sessions(), 0.2)
    next_customer(page)
    press(page, "y", "1")
    page.click("[data-amount=settle]")
    page.click("#save-outcome")
    expect(page.locator(".outcome-done")).to_be_visible()
    offer = rows(quick, select(Offer))[0]
    assert offer.state == "accepted"
    assert offer.waived_minor == int((offer.total_minor + offer.waived_minor) * 0.2)
