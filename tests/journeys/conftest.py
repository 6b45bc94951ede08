"""The real processes on loopback, and Debian's Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from dialer.clock import OFFSET_VARIABLE, utc_now
from telephony.config_file import PATH_VARIABLE
from workbench import demo_site
from workbench.demo_client import Visitor
from workbench.demo_site import Login, Site
from workbench.processes import Keeper

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Without these a browser on a closed network spends its time looking for its maker's servers.
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip


class House:
    """A whole installation: carrier, phones, node, engine, web."""

    def __init__(self, folder: Path) -> None:
        self.site: Site = demo_site.prepare(folder, None)
        self.logins: dict[str, Login] = {
            login.username: login for login in demo_site.fill(self.site, 0)
        }
        offset = demo_site.clock_offset(utc_now())
        environment = {
            PATH_VARIABLE: str(self.site.config), OFFSET_VARIABLE: str(offset.total_seconds()),
        }  # fmt: skip
        self.keeper = Keeper(self.site.folder, environment)

    def start(self, customers: Path, record_to: Path | None = None) -> None:
        """All processes; returns when the workbench answers. `record_to`: what customers hear."""
        programs = demo_site.programs(self.site, 0, seed=7, customers=customers)
        if record_to is not None:
            carrier = programs[0]
            words = (*carrier.arguments, "--record", str(record_to))
            programs[0] = replace(carrier, arguments=words)
        self.keeper.start(programs)
        visitor = Visitor(self.site.url)
        for _ in range(200):
            if visitor.is_answering():
                return
            self.keeper.look()
            self.wait(0.1)
        raise AssertionError(f"the workbench did not start: {self.keeper.log_file('web')}")

    def wait(self, seconds: float) -> None:
        """Look after the processes for so long."""
        from telephony.clock import monotonic

        until = monotonic() + seconds
        self.keeper.keep(lambda: monotonic() >= until)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Stopped at the end, whatever happened."""
    house = House(tmp_path / "site")
    yield house
    house.keeper.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all journeys: a second one in the same thread is refused."""
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    path = next((shutil.which(name) for name in _CHROMIUM if shutil.which(name)), None)
    if path is None:
        pytest.fail("Chromium is missing: run `make test`, which installs it")
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile that fails the test on any error in a page's console."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1360, "height": 850})
    faults: list[str] = []
    context.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    context.on("weberror", lambda e: faults.append(str(e.error)))
    yield context
    context.close()
    assert faults == []
