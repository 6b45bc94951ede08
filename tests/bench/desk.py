"""How quick the agent's desk is. `python -m tests.bench.desk [--calls 20] [--kills 20]`

The real web and engine, the node without SIP, Debian's Chromium. Prints: page weight and first paint;
from the customer's answer to the name on the screen; keys and time for a promise after the call; and what
is left when the browser is killed at random moments.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import func, select

from dialer.clock import monotonic, utc_now
from dialer.store.session import read
from dialer.store.tables import Attempt, Draft, Outcome
from tests.bench.machine import described
from tests.journeys.quick_house import QuickHouse
from tests.journeys.test_desk import (
    SCREEN,
    a_browser,
    at_the_desk,
    finish,
    kill_and_come_back,
    pause,
    press,
    sign_in,
)
from workbench import demo_site

KEY_SECONDS = 0.3  # a hand that knows the keys
THINK_SECONDS = 0.8
PROMISE_KEYS = ("1", "s", "w", "Enter")  # and Y for the identity, during the talk
SEEN = """() => { window.seen = []; let name = ""; new MutationObserver(() => {
  const now = document.querySelector(".call .debtor-name")?.innerText ?? "";
  if (now && now !== name) window.seen.push(Date.now()); name = now;
}).observe(document.body, { subtree: true, childList: true, characterData: true }); }"""


def weigh(browser: Browser, house: QuickHouse) -> str:
    """Bytes of an empty cache, and the first paint."""
    context = a_browser(browser)
    page = at_the_desk(house, context)
    sizes = page.evaluate("performance.getEntriesByType('resource').map((e) => e.encodedBodySize)")
    whole = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    return (
        f"page weight {(sum(sizes) + whole) / 1000:.0f} kB uncompressed in {len(sizes) + 1} files; "
        f"first paint {paint:.0f} ms"
    )


def work(browser: Browser, house: QuickHouse, calls: int) -> list[str]:
    """Customers come one after another; each is recorded with the keyboard once they have hung up."""
    context = a_browser(browser)
    page = at_the_desk(house, context)
    finish(page)
    page.evaluate(SEEN)
    page.click("#ready")
    for _ in range(calls):
        one_call(page)
    seen = page.evaluate("window.seen")
    pause(page)
    context.close()
    offset = demo_site.clock_offset(utc_now())
    with read(house.sessions()) as session:
        rows = session.execute(
            select(Attempt.connected_at, Attempt.ended_at, Outcome.at)
            .join(Outcome, Outcome.attempt_id == Attempt.id)
            .where(Attempt.connected_at.is_not(None)).order_by(Attempt.connected_at)
        ).all()[-calls:]  # fmt: skip
    pops = [
        at / 1000 - (row.connected_at - offset).timestamp()
        for at, row in zip(seen[-len(rows):], rows, strict=False)
    ]  # fmt: skip
    wraps = [(row.at - row.ended_at) / timedelta(seconds=1) for row in rows]
    return [
        f"answer to screen: {spread([1000 * pop for pop in pops], 'ms')}",
        f"wrap-up by script ({KEY_SECONDS} s a key, {THINK_SECONDS} s to think): {spread(wraps, 's')}",
        f"keys for a promise: {len(PROMISE_KEYS) + 1} with the identity",
    ]


def one_call(page: Page) -> None:
    page.wait_for_selector("#confirm-identity", timeout=20_000)
    press(page, "y")
    page.wait_for_selector(".state-wrap_up", timeout=20_000)
    page.wait_for_timeout(1000 * THINK_SECONDS)
    for key in PROMISE_KEYS:
        page.wait_for_timeout(1000 * KEY_SECONDS)
        page.keyboard.press(key)
    expect(page.locator(".debt")).to_have_count(0)


def kill(browser: Browser, house: QuickHouse, kills: int) -> list[str]:
    """Random kills; every customer must stay, every outcome must be stored once."""
    chance, back = random.Random(kills), []
    first = outcomes(house)
    for _ in range(kills):
        back.append(1000 * kill_and_come_back(house, browser, chance))
    context = a_browser(browser)
    finish(at_the_desk(house, context))
    context.close()
    with read(house.sessions()) as session:
        dropped = session.scalars(
            select(Attempt.id).where(
                Attempt.connected_at.is_not(None), Attempt.ended_by.not_in(("", "engine"))
            )
        ).all()
        drafts = session.scalar(select(func.count()).select_from(Draft))
    return [
        f"{kills} browsers killed: {outcomes(house) - first} outcomes of {kills} customers, "
        f"{len(dropped)} customers dropped, {drafts} drafts left over",
        f"opened again to the form as it was: {spread(back, 'ms')}",
    ]


def outcomes(house: QuickHouse) -> int:
    """Outcomes that an agent recorded."""
    with read(house.sessions()) as session:
        return session.scalar(
            select(func.count()).select_from(Outcome).where(Outcome.user_id.is_not(None))
        ) or 0  # fmt: skip


def spread(values: list[float], unit: str) -> str:
    """Median and the 99th of a hundred."""
    ordered = sorted(values)
    high = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    digits, middle = 0 if unit == "ms" else 2, statistics.median(ordered)
    return f"p50 {middle:.{digits}f} {unit}, p99 {high:.{digits}f} {unit} (n = {len(ordered)})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--kills", type=int, default=20)
    asked = parser.parse_args()
    print(described(), SCREEN)  # noqa: T201
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for talks, what in ((2.0, "work"), (3600.0, "kill")):
            began = monotonic()
            entries = 2 * max(asked.calls, asked.kills) + 20
            house = QuickHouse(Path(folder) / what, entries=entries, talks=talks)
            try:
                sign_in(browser, house)
                if what == "work":
                    print(weigh(browser, house))  # noqa: T201
                    lines = work(browser, house, asked.calls)
                else:
                    lines = kill(browser, house, asked.kills)
            finally:
                house.close()
            print("\n".join(lines), f"({monotonic() - began:.0f} s)", flush=True)  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main()
