"""`kept demo`: a whole floor on this machine, with invented customers and real SIP on 127.0.0.1.

Reads top to bottom: make a site, start its processes, upload the sample campaign the way a manager
would, let agents work, and count at the end what the dialer says against what the carrier saw.
"""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialer.clock import OFFSET_VARIABLE, monotonic, utc_now
from dialer.reports import tally
from dialer.sample.cases import write_csv
from dialer.store.session import Sessions, open_store, read
from telephony.carrier import ledger
from telephony.config_file import PATH_VARIABLE
from workbench import demo_site
from workbench.demo_client import Visitor, VisitorRefused
from workbench.demo_site import Login, Site
from workbench.processes import CrashLoop, Keeper, Program
from workbench.up import StopAsked

WEB_PORT = 8095
START_SECONDS = 45.0
MACHINE_MESSAGE = "sorry-zh"
UPLOAD_SECONDS = 300.0
SETTLE_SECONDS = 3.0
# 300 entries need about five minutes with eight agents; a run that takes ten times as long hangs.
HEADLESS_SECONDS_MAX = 3600.0

CAMPAIGNS = (
    ("演示任务 Demo", "示例消费金融"),
    ("信用卡 M2 Demo", "示例银行"),
    ("分期 M1 Demo", "示例小贷"),
)

Say = Callable[[str], None]


class DemoFailed(Exception):
    """The demonstration could not run to its end; the text says why and where to look."""


@dataclass(slots=True)
class Demo:
    """One demonstration, as asked for on the command line."""

    entries: int
    agents: int
    seed: int
    headless: bool
    creditors: int = 1
    folder: Path | None = None
    open_browser: bool = True
    amd: str = ""  # what is done when a machine answers; empty: as campaigns begin
    _started: float = field(default_factory=monotonic)

    def run(self, say: Say) -> dict[str, Any]:
        """Run to the end of the list (headless) or until stopped; returns the totals."""
        if OFFSET_VARIABLE in os.environ:
            say(
                "现在不是拨打时段，演示时钟调到上海 10:00 / outside calling hours, clock set to 10:00"
            )
        site = self._site()
        logins = demo_site.fill(site, self.agents)
        keeper = Keeper(site.folder, {PATH_VARIABLE: str(site.config)})
        try:
            return self._on_the_floor(site, logins, keeper, say)
        except (CrashLoop, VisitorRefused) as failure:
            raise DemoFailed(f"{failure}\n日志 / logs: {site.folder / 'log'}") from None
        finally:
            keeper.stop()

    def _site(self) -> Site:
        folder = self.folder or Path(tempfile.gettempdir()) / f"kept-demo-{os.getuid()}"
        if self.headless and self.folder is None:
            folder = Path(tempfile.mkdtemp(prefix="kept-demo-"))
        try:
            return demo_site.prepare(folder, None if self.headless else WEB_PORT)
        except (demo_site.PortInUse, FileExistsError) as problem:
            raise DemoFailed(str(problem)) from None

    def _on_the_floor(
        self, site: Site, logins: list[Login], keeper: Keeper, say: Say
    ) -> dict[str, Any]:
        say("启动进程 / starting processes …")
        keeper.start(demo_site.programs(site, self.agents, self.seed))
        manager = Visitor(site.url)
        _wait_for(keeper, manager.is_answering, START_SECONDS, "workbench")
        manager.sign_in(logins[0].username, logins[0].password)
        say(f"上传名单 / uploading {self.entries} entries …")
        campaigns = [self._upload(site, manager, keeper, n) for n in range(self.creditors)]
        robots = [login for login in logins if login.username.startswith("robot")]
        keeper.start([_robots_program(site, robots, self.seed)])
        for campaign in campaigns:
            if self.amd:
                message = MACHINE_MESSAGE if self.amd == "leave_message" else ""
                manager.screen_machines(campaign, self.amd, message)
            manager.start_campaign(campaign)
        say(f"开始拨打 / dialing: {site.url}")
        if self.headless:
            return self._to_the_end(site, campaigns, keeper, say)
        _print_logins(site, logins, say)
        if self.open_browser:
            webbrowser.open(site.url)
        keeper.keep(StopAsked())
        return self._totals(site, campaigns)

    def _upload(self, site: Site, manager: Visitor, keeper: Keeper, nth: int) -> int:
        """One creditor's list, through the same door as a manager's."""
        share = self.entries // self.creditors + (nth < self.entries % self.creditors)
        path = site.folder / f"sample-cases-{nth + 1}.csv"
        write_csv(path, share, self.seed + nth, with_mistakes=not self.headless)
        name, creditor = CAMPAIGNS[nth]
        campaign = manager.create_campaign(name, creditor, ring_seconds=15)
        upload = manager.upload(campaign, path)
        _wait_for(keeper, lambda: manager.upload_is_done(upload), UPLOAD_SECONDS, "upload")
        return campaign

    def _to_the_end(
        self, site: Site, campaigns: list[int], keeper: Keeper, say: Say
    ) -> dict[str, Any]:
        sessions = open_store(site.database)
        said = 0.0
        while not _list_is_over(sessions, campaigns):
            keeper.look()
            _sleep(keeper, 0.5)
            if monotonic() - said > 10:
                said = monotonic()
                with read(sessions) as session:
                    now = tally.progress(session, campaigns)
                say(f"  {now['attempted']}/{self.entries} {now}")
            if monotonic() - self._started > HEADLESS_SECONDS_MAX:
                raise DemoFailed(f"没有按时跑完 / did not finish in time: {site.folder / 'log'}")
        _sleep(keeper, SETTLE_SECONDS)
        return self._totals(site, campaigns)

    def _totals(self, site: Site, campaigns: list[int]) -> dict[str, Any]:
        """What the dialer says, and beside it what the carrier saw; neither knows of the other."""
        with read(open_store(site.database)) as session:
            totals = tally.run_totals(session, campaigns, utc_now())
        carrier = ledger.summary_of(site.carrier_log)
        return {
            **totals,
            "elapsed_s": round(monotonic() - self._started, 1),
            "carrier": carrier,
            "disagreements": disagreements(totals, carrier),
        }


def disagreements(totals: dict[str, Any], carrier: dict[str, Any]) -> list[str]:
    """Where the dialer's totals and the carrier's own log differ, and whom nobody attended to."""
    kinds = carrier["answers_by_kind"]
    people = kinds.get("person", 0) + kinds.get("hangs_up_early", 0)
    met = totals["connected"] + totals["abandoned"] + totals["answered_quick"] + totals["screened"]
    pairs = (
        ("attempts / INVITEs", totals["attempts"], carrier["invites"]),
        ("answers", totals["answered"], carrier["answers"]),
        ("people", totals["answered_person"] + totals["answered_quick"], people),
        ("machines", totals["answered_machine"], kinds.get("machine", 0) + kinds.get("fax", 0)),
        ("answered / connected, abandoned, screened or gone at once", totals["answered"], met),
        ("calls still open", 0, carrier["open"]),
    )
    return [f"{what}: {ours} ≠ {theirs}" for what, ours, theirs in pairs if ours != theirs]


def shift_clock_if_needed() -> None:
    """Outside calling hours: start this very command again with a shifted clock, for all processes."""
    offset = demo_site.clock_offset(utc_now())
    if offset and OFFSET_VARIABLE not in os.environ:
        os.environ[OFFSET_VARIABLE] = str(int(offset.total_seconds()))
        os.execv(sys.executable, [sys.executable, *sys.argv])


def _robots_program(site: Site, robots: list[Login], seed: int) -> Program:
    """The simulated agents; their passwords go by a file that only we may read."""
    passwords = site.folder / "robots.txt"
    passwords.touch(mode=0o600)
    passwords.write_text("".join(f"{r.username} {r.password}\n" for r in robots), encoding="utf-8")
    arguments = ("--url", site.url, "--logins", str(passwords), "--seed", str(seed))
    return Program("robots", "workbench.demo_agents", arguments)


def _wait_for(keeper: Keeper, is_so: Callable[[], bool], seconds: float, what: str) -> None:
    until = monotonic() + seconds
    while not is_so():
        if monotonic() > until:
            raise DemoFailed(f"{what} 没有就绪 / is not ready: {keeper.log_file('web').parent}")
        _sleep(keeper, 0.2)


def _sleep(keeper: Keeper, seconds: float) -> None:
    until = monotonic() + seconds
    keeper.keep(lambda: monotonic() >= until)


def _list_is_over(sessions: Sessions, campaigns: list[int]) -> bool:
    with read(sessions) as session:
        return tally.is_over(session, campaigns, utc_now())


def _print_logins(site: Site, logins: list[Login], say: Say) -> None:
    say(f"\n  工作台 / workbench   {site.url}\n")
    for login in logins[:3]:
        say(f"  {login.name:<10} {login.role:<12} {login.username:<12} {login.password}")
    say("\n  按 Ctrl-C 结束 / Ctrl-C stops everything.\n")
