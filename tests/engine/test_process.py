"""The engine as a process: a spare waits for the lease, takes it, and both stop when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from dialer.store.session import open_store, read, upgrade
from dialer.store.tables import EngineLease

pytestmark = pytest.mark.engine


def test_a_spare_engine_takes_over_and_listens_to_sigterm(tmp_path):
    url = f"sqlite:///{tmp_path}/kept.db"
    upgrade(url)
    sessions = open_store(url)
    processes = []

    def start(name: str) -> subprocess.Popen[bytes]:
        config = tmp_path / f"{name}.toml"
        config.write_text(
            f'[telephony]\nlink = "ipc://{tmp_path}/{name}.ipc"\n'
            '[[telephony.trunks]]\nname = "t"\nproxy = "sip:127.0.0.1:5999"\n'
            f'[dialer]\ndatabase = "{url}"\n'
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "dialer.engine"], env={**os.environ, "KEPT_CONFIG": str(config)},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        processes.append(process)
        return process

    def owner() -> tuple[str, int]:
        with read(sessions) as session:
            row = session.scalars(select(EngineLease)).one_or_none()
            return (row.owner.split(":")[-1], row.epoch) if row else ("", 0)

    def wait_for(pid: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        while owner()[0] != str(pid):
            assert time.monotonic() < end, owner()
            time.sleep(0.1)

    try:
        first = start("a")
        wait_for(first.pid, 10)
        spare, third = start("b"), start("c")
        time.sleep(2.5)
        assert owner()[0] == str(first.pid)
        third.send_signal(signal.SIGTERM)  # while it waits
        assert third.wait(5) == 0
        first.send_signal(signal.SIGTERM)
        assert first.wait(10) == 0
        wait_for(spare.pid, 15)
        assert owner()[1] == 2
        spare.send_signal(signal.SIGTERM)
        assert spare.wait(10) == 0
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
