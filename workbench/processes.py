"""Starts Kept's processes and keeps them up: `kept up` and `kept demo` both stand on this.

In production each of them is a systemd unit instead (docs/operations.md). A process that dies is
started again after a growing pause; one that dies too often stops everything, because a dialer that
limps is worse than one that says it is down.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dialer.clock import monotonic

log = logging.getLogger(__name__)

RESTARTS_MAX = 10
RESTARTS_WINDOW_SECONDS = 120.0
BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep up. `before` runs to its end ahead of every start (the reaper)."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    stop_seconds: float = 10.0

    def command(self) -> list[str]:
        """The command line; the same interpreter as ours."""
        return [sys.executable, "-m", self.module, *self.arguments]


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)
    start_at: float | None = None  # monotonic; set while it waits for its next start


class CrashLoop(Exception):
    """A program died `RESTARTS_MAX` times within `RESTARTS_WINDOW_SECONDS`."""

    def __init__(self, name: str, log_file: Path) -> None:
        super().__init__(f"{name} 反复退出，日志：{log_file} / {name} keeps dying, see {log_file}")


class Keeper:
    """Owns the processes of one installation on this machine."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._logs = folder / "log"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._environment = {**os.environ, **environment}
        self._running: list[_Running] = []

    def start(self, programs: Sequence[Program]) -> None:
        """Start all, in order."""
        for program in programs:
            self._running.append(_Running(program, self._spawn(program)))

    def log_file(self, name: str) -> Path:
        """Where the output of a program goes."""
        return self._logs / f"{name}.log"

    def pid(self, name: str) -> int:
        """Process id of a program that runs (fault tests end it by this)."""
        return next(r.process.pid for r in self._running if r.program.name == name)

    def look(self) -> None:
        """Notice deaths and start again what is due. Call a few times a second."""
        now = monotonic()
        for running in self._running:
            if running.start_at is not None:
                if now >= running.start_at:
                    running.start_at = None
                    running.process = self._spawn(running.program)
            elif running.process.poll() is not None:
                self._note_death(running, now)

    def keep(self, until: Callable[[], bool]) -> None:
        """Look after the processes until `until()` is true."""
        while not until():
            self.look()
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to end, last started first, and end what does not listen."""
        for running in reversed(self._running):
            if running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
                self._wait(running)
        self._running.clear()

    def _wait(self, running: _Running) -> None:
        try:
            running.process.wait(running.program.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("killed", extra={"action": "process.killed", "name_": running.program.name})
            running.process.kill()
            running.process.wait()

    def _note_death(self, running: _Running, now: float) -> None:
        deaths = [d for d in running.deaths if now - d < RESTARTS_WINDOW_SECONDS] + [now]
        running.deaths = deaths
        name = running.program.name
        log.warning(
            "process died",
            extra={"action": "process.died", "program": name, "code": running.process.returncode},
        )
        if len(deaths) >= RESTARTS_MAX:
            raise CrashLoop(name, self.log_file(name))
        running.start_at = now + BACK_OFF_SECONDS[min(len(deaths), len(BACK_OFF_SECONDS)) - 1]

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with self.log_file(program.name).open("ab") as output:
            if program.before:
                subprocess.run(
                    [sys.executable, "-m", *program.before],
                    env=self._environment, stdout=output, stderr=output, check=False, timeout=20,
                )  # fmt: skip
            return subprocess.Popen(
                program.command(), env=self._environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
                preexec_fn=_end_with_parent,
            )  # fmt: skip


def _end_with_parent() -> None:
    """A keeper that is killed takes its processes along: nobody would stop them otherwise."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def installation() -> list[Program]:
    """The processes of one machine: node (its orphans reaped first), engine, web."""
    return [
        Program("node", "telephony.node", before=("telephony.reaper",)),
        Program("engine", "dialer.engine"),
        Program("web", "workbench"),
    ]
