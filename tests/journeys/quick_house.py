"""`python -m tests.journeys.quick_house FOLDER`: the real web and the real engine in one process, on a
node without SIP (telephony.fake). Two seconds after the start an agent can work; pages cannot tell.

For what browsers do. What needs sound, SIP or processes that die is tested on the whole installation.
"""

from __future__ import annotations

import logging
import os
import select as ready
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dialer.clock import OFFSET_VARIABLE, utc_now
from dialer.domain.compliance import Channel
from dialer.engine import loop
from dialer.settings import DialerSettings
from dialer.store.session import Sessions, open_store, write
from dialer.store.tables import Agreement, Creditor
from telephony.config_file import PATH_VARIABLE
from telephony.fake import Behaviour, FakeNodes
from telephony.settings import TelephonySettings, Trunk
from tests.factories import make_campaign
from workbench import demo_site, live
from workbench.app import create_app
from workbench.settings import WorkbenchSettings

START_SECONDS = 30.0
TALK_SECONDS = 3600.0  # until somebody hangs up


class QuickHouse:
    """The process, seen from a test."""

    def __init__(self, folder: Path, entries: int = 12, talks: float = TALK_SECONDS) -> None:
        offset = demo_site.clock_offset(utc_now())
        environment = {**os.environ, OFFSET_VARIABLE: str(offset.total_seconds())}
        environment.pop(PATH_VARIABLE, None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.quick_house", str(folder), str(entries), str(talks)],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.cookies: list[Any] = []  # of its agent, once signed in
        self.database = f"sqlite:///{folder}/kept.db"
        self.url, self.passwords = self._first_words()

    def _first_words(self) -> tuple[str, dict[str, str]]:
        assert self._process.stdout is not None
        if not ready.select([self._process.stdout], [], [], START_SECONDS)[0]:
            self.close()
            raise AssertionError("the quick house did not start")
        line = next(
            line for line in self._process.stdout if line.startswith("http")
        )  # Flask greets
        url, *logins = line.split()
        return url, dict(login.split(":", 1) for login in logins)

    def sessions(self) -> Sessions:
        """Its store."""
        return open_store(self.database)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def allow_waiving(sessions: Sessions, share: float) -> None:
    """An agreement of every creditor, from today."""
    with write(sessions) as session:
        for creditor in session.scalars(select(Creditor)):
            session.add(Agreement(
                creditor_id=creditor.id, name="协议", starts_on=date(2020, 1, 1), channels=list(Channel),
                narrowing={}, waive_share_max=share, created_at=utc_now(),
            ))  # fmt: skip


def serve(folder: Path, entries: int, talks: float) -> None:
    """For ever: campaigns run, every customer answers at once and stays for `talks` seconds."""
    site = demo_site.prepare(folder, None)
    logins = demo_site.fill(site, 1)
    sessions = open_store(site.database)
    make_campaign(sessions, folder, entries, utc_now())
    dialer = DialerSettings(database=site.database, uploads=folder / "uploads")
    telephony = TelephonySettings(trunks=(Trunk(name="fake", proxy="sip:127.0.0.1:9"),))
    engine = loop.Engine(dialer, telephony, sessions, owner="quick house")
    engine.start(FakeNodes(lambda _: Behaviour(rings=0.2, talks=talks)))  # type: ignore[arg-type]
    settings = WorkbenchSettings(
        port=site.web_port, public_url=site.url, secret_file=folder / "secret.key"
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(settings, dialer, sessions)
    app.extensions["kept_follower"].start()
    web = threading.Thread(
        target=live.socketio.run, args=(app,), daemon=True,
        kwargs={"port": site.web_port, "allow_unsafe_werkzeug": True},
    )  # fmt: skip
    web.start()
    words = (site.url, *(f"{login.username}:{login.password}" for login in logins))
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()
    while True:
        engine.turn()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
