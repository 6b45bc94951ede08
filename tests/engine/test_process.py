"""The engine as a process: a spare waits for the lease, takes it, and both stop when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from dialer.store.session import open_store, read, upgrade
from dialer.store.tables import EngineLease

pytestmark = pytest.mark.engine


@dataclass
class Engines:
    """Engine processes on one store, each with its own link and log file."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/kept.db"

    def start(self, name: str) -> subprocess.Popen[bytes]:
        config = self.folder / f"{name}.toml"
        config.write_text(
            f'[telephony]\nlink = "ipc://{self.folder}/{name}.ipc"\n'
            '[[telephony.trunks]]\nname = "t"\nproxy = "sip:127.0.0.1:5999"\n'
            f'[dialer]\ndatabase = "{self.url}"\n'
        )
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dialer.engine"], stderr=log,
                env={**os.environ, "KEPT_CONFIG": str(config)},
            )  # fmt: skip
        self.running.append(process)
        return process

    def owner(self) -> tuple[int, int]:
        """(process id, epoch) of the lease."""
        with read(open_store(self.url)) as session:
            row = session.scalars(select(EngineLease)).one_or_none()
            return (int(row.owner.split(":")[-1]), row.epoch) if row else (0, 0)

    def waits_for_the_lease(self, name: str) -> bool:
        return "lease.wait" in (self.folder / f"{name}.log").read_text()


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    engines = Engines(tmp_path)
    upgrade(engines.url)
    yield engines
    for process in engines.running:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.1)


def test_a_spare_engine_takes_over_and_listens_to_sigterm(engines):
    first = engines.start("a")
    wait_until(lambda: engines.owner()[0] == first.pid)
    spare, third = engines.start("b"), engines.start("c")
    wait_until(lambda: engines.waits_for_the_lease("b") and engines.waits_for_the_lease("c"))
    assert engines.owner()[0] == first.pid
    third.send_signal(signal.SIGTERM)  # while it waits
    assert third.wait(5) == 0
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0
    wait_until(lambda: engines.owner()[0] == spare.pid)
    assert engines.owner()[1] == 2
    spare.send_signal(signal.SIGTERM)
    assert spare.wait(10) == 0
