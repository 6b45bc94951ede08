"""Simulated shifts for the plan page, each in a process of its own: the web never computes one.

The process is `kept simulate`, run politely (nice). It writes its progress into a small file and its
answer into another; it ends itself when the workbench is gone.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialer.actions.refusals import Refused
from dialer.clock import monotonic

AT_ONCE = 2  # on all pages together: calls come first on this machine
KEPT = 20
LONGEST_SECONDS = 900.0


@dataclass(slots=True)
class Run:
    """One question being played, or answered."""

    id: str
    user_id: int
    folder: Path
    process: subprocess.Popen[bytes]
    began: float
    cancelled: bool = False


class Runs:
    """All runs of this web process. Thread-safe."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def start(self, user_id: int, arguments: list[str]) -> str:
        """Begin a run; its id. Refused while the user has one, or too many run."""
        with self._lock:
            busy = [run for run in self._runs.values() if run.process.poll() is None]
            if any(run.user_id == user_id for run in busy):
                raise Refused("plan_running")
            if len(busy) >= AT_ONCE:
                raise Refused("plan_busy", n=AT_ONCE)
            run = self._spawn(user_id, arguments)
            self._runs[run.id] = run
            self._forget()
            return run.id

    def view(self, user_id: int, run_id: str) -> dict[str, Any] | None:
        """State, share done, and the answer when there is one; None: no such run of this user."""
        run = self._mine(user_id, run_id)
        if run is None:
            return None
        code = run.process.poll()
        if code is None and monotonic() - run.began > LONGEST_SECONDS:
            run.process.kill()
            code = run.process.wait()
        if run.cancelled:
            return {"state": "cancelled"}
        if code is None:
            return {"state": "running", **_progress(run.folder)}
        if code != 0:
            return {"state": "failed"}
        return {"state": "done", "result": json.loads((run.folder / "answer.json").read_bytes())}

    def cancel(self, user_id: int, run_id: str) -> bool:
        """Stop it; False: no such run of this user."""
        run = self._mine(user_id, run_id)
        if run is None:
            return False
        run.cancelled = True
        run.process.kill()  # it owns nothing but two files
        run.process.wait()
        return True

    def stop(self) -> None:
        """End all runs and remove their files."""
        with self._lock:
            for run in self._runs.values():
                self._drop(run)
            self._runs.clear()

    def _mine(self, user_id: int, run_id: str) -> Run | None:
        with self._lock:
            run = self._runs.get(run_id)
        return run if run is not None and run.user_id == user_id else None

    def _spawn(self, user_id: int, arguments: list[str]) -> Run:
        folder = Path(tempfile.mkdtemp(prefix="kept-plan-"))
        command = [
            "nice", "-n", "10", sys.executable, "-m", "workbench.cli", "simulate", "--json",
            "--progress-file", str(folder / "progress.json"), *arguments,
        ]  # fmt: skip
        with (
            (folder / "answer.json").open("wb") as answer,
            (folder / "errors").open("wb") as errors,
        ):
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=answer, stderr=errors
            )  # fmt: skip
        return Run(secrets.token_urlsafe(12), user_id, folder, process, monotonic())

    def _forget(self) -> None:
        """The oldest answers go; what still runs stays."""
        over = [run for run in self._runs.values() if run.process.poll() is not None]
        for run in over[: max(len(self._runs) - KEPT, 0)]:
            self._drop(run)
            del self._runs[run.id]

    def _drop(self, run: Run) -> None:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()
        shutil.rmtree(run.folder, ignore_errors=True)


def _progress(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / "progress.json").read_bytes())
    except FileNotFoundError:
        return {"share": 0.0, "label": ""}
    return told
