"""Engine, node and web are killed while calls are up: the demonstration goes on to its end, and the
dialer's totals agree with what the carrier saw."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


def child_of(parent: int, module: str) -> int:
    """Pid of a child process by what it runs; 0 when there is none now."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent_pid = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        if parent_pid == parent and module.encode() in words:
            return int(entry.name)
    return 0


def test_nothing_is_lost_when_processes_are_killed(tmp_path):
    folder = tmp_path / "site"
    command = [sys.executable, "-m", "workbench.cli", "demo", "--headless", "--json", "--entries", "24",
               "--agents", "4", "--folder", str(folder)]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        log = folder / "carrier.jsonl"
        for module, answers in (("dialer.engine", 1), ("telephony.node", 3), ("workbench", 5)):
            end = time.monotonic() + 90
            while not (log.exists() and log.read_text().count('"what": "answer"') >= answers):
                assert time.monotonic() < end, f"no {answers} answers"
                assert demo.poll() is None, demo.communicate()
                time.sleep(0.2)
            os.kill(child_of(demo.pid, module), signal.SIGKILL)
        out, err = demo.communicate(timeout=180)
    totals = json.loads(out)
    # What nobody had heard to its end before the kill may have been a person or a machine; all else agrees.
    unsure = ("people", "machines")
    assert [d for d in totals["disagreements"] if not d.startswith(unsure)] == [], err[-2000:]
    assert totals["answered"] == totals["carrier"]["answers"]
    assert totals["attempts"] == totals["carrier"]["invites"] == 24
    assert sum(totals["outcomes"].values()) == 24
    assert totals["carrier"]["open"] == 0
    assert err.count("process died") >= 3
