"""A node process, agents' phones and SIPp as an independent carrier, all on 127.0.0.1.

SIPp is what the node is tested against: it shares no code with it.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from telephony.client import NodeClient
from telephony.protocol import (
    Command,
    Ended,
    EngineAlive,
    Event,
    NodeUp,
    Originate,
    SeatLegUp,
    SeatOpen,
    SeatReady,
    TrunkStanding,
)

SCENARIOS = Path(__file__).parent / "scenarios"
PROMPTS = Path("telephony/prompts").absolute()
E = TypeVar("E", bound=Event)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """A port nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_tone(path: Path, hertz: int, seconds: float = 20) -> Path:
    """A WAV for phones, or with the suffix .alaw a headless file for SIPp."""
    raw = ["-t", "raw", "-e", "a-law", "-b", "8"] if path.suffix == ".alaw" else ["-b", "16"]
    command = ["sox", "-n", "-r", "8000", "-c", "1", *raw, str(path)]
    subprocess.run([*command, "synth", str(seconds), "sine", str(hertz), "gain", "-9"], check=True)
    return path


@dataclass
class Bench:
    """Everything of one test, ended by pid when it is over."""

    folder: Path
    carrier_port: int = field(default_factory=free_port)
    node_port: int = field(default_factory=free_port)
    phones_port: int = field(default_factory=free_port)
    rtp_port: int = field(default_factory=lambda: 10_000 + 200 * secrets.randbelow(100))
    seen: list[Event] = field(default_factory=list)
    keep_alive: bool = True
    channels: int = 200
    per_second: float = 100.0
    keys: str = ""  # more keys of the node
    first: str = ""  # more keys of the trunk "sipp"
    trunks: str = ""  # further trunks, as TOML; [[second]] stands for a free port
    _programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = self.folder / "config.toml"
        self.config.write_text(
            f"""
[telephony]
folder = "{self.folder}"
link = "ipc://{self.folder}/n.ipc"
sip_port = {self.node_port}
rtp_ports = [{self.rtp_port}, {self.rtp_port + 1999}]
prompts = "{PROMPTS}"
engine_silence_seconds = 2
{self.keys}
[[telephony.trunks]]
name = "sipp"
proxy = "sip:127.0.0.1:{self.carrier_port}"
channels = {self.channels}
calls_per_second = {self.per_second}
numbers = ["95035100-95035109"]
options_seconds = 0
{self.first}
{self.trunks}
""",
            encoding="utf-8",
        )
        self.client = NodeClient(f"ipc://{self.folder}/n.ipc", 1, {})

    # --- processes --------------------------------------------------------------------------------

    def start_node(self) -> None:
        """Start it and wait until it has spoken."""
        ups = sum(isinstance(e, NodeUp) for e in self.seen)
        self._start("node", "telephony.node")
        self.until(lambda: sum(isinstance(e, NodeUp) for e in self.seen) > ups, 15)

    def start_phones(self, *arguments: str) -> None:
        """Agents' phones 6000-6009 at `phones_port`."""
        log = str(self.folder / "phones.jsonl")
        listen = f"127.0.0.1:{self.phones_port}"
        self._start(
            "phones", "telephony.carrier.phones", "--listen", listen, "--phones", "6000-6009",
            "--log", log, *arguments,
        )  # fmt: skip
        self.until(lambda: is_listened_on(self.phones_port), 15)

    def _start(self, name: str, module: str, *arguments: str) -> None:
        environment = {**os.environ, "KEPT_CONFIG": str(self.config)}
        with (self.folder / f"{name}.log").open("ab") as out:
            self._programs[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def sipp(
        self, scenario: str, calls: int = 1, *options: str, seconds: int = 40, **words: Any
    ) -> Sipp:
        """SIPp as the carrier at `carrier_port`; `words` fill [[names]] of the scenario."""
        return Sipp(self.folder, scenario, self.carrier_port, calls, seconds, options, words)

    def caller(self, scenario: str, **words: Any) -> Sipp:
        """SIPp as somebody who calls the node."""
        node = (f"127.0.0.1:{self.node_port}",)
        return Sipp(self.folder, scenario, free_port(), 1, 20, node, words)

    def pid(self, name: str) -> int:
        """Of the node or the phones."""
        return self._programs[name].pid

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Signal it and wait."""
        program = self._programs.pop(name)
        program.send_signal(how)
        program.wait(15)

    def close(self) -> None:
        """End everything."""
        for name in list(self._programs):
            self.end(name)
        self.client.close()

    # --- the engine's side ------------------------------------------------------------------------

    def send(self, command: Command) -> None:
        """To the node."""
        assert self.client.send("node1", command)

    def pump(self, seconds: float) -> None:
        """Take events for so long."""
        self.until(lambda: False, seconds, may_fail=True)

    def until(self, is_so: Any, seconds: float, *, may_fail: bool = False) -> None:
        """Take events until `is_so()`."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                assert may_fail, f"not in {seconds} s; seen: {self.seen[-10:]}"
                return
            for numbered in self.client.events(0.02):
                if numbered.seq:
                    self.seen.append(numbered.event)
            for node in list(self.client.nodes):
                self.client.acknowledge(node)
                if self.keep_alive:
                    self.client.send(node, EngineAlive(engine_epoch=1))

    def wait_for(self, kind: type[E], key: str = "", seconds: float = 15) -> E:
        """The first event of this kind, of this call or seat."""

        def fits(event: Event) -> bool:
            mine = key in ("", getattr(event, "call_id", None), getattr(event, "seat_id", None))
            return isinstance(event, kind) and mine

        self.until(lambda: any(fits(e) for e in self.seen), seconds)
        return next(e for e in self.seen if fits(e))  # type: ignore[return-value]

    def call(self, number: str = "15400000001", **more: Any) -> str:
        """Originate; the call's id."""
        call_id = secrets.token_hex(16)
        fields = {"outbound_number": "95035100", "campaign": "1", "ring_seconds": 5, **more}
        self.send(Originate(call_id=call_id, number=number, **fields))
        return call_id

    def over(self, call_id: str, seconds: float = 20) -> Ended:
        """How it ended."""
        return self.wait_for(Ended, call_id, seconds)

    def trunk(self, name: str = "sipp") -> TrunkStanding:
        """How the node says the trunk does."""
        self.client.nodes["node1"].trunks = ()  # not the word of a second ago
        self.until(lambda: self.client.nodes["node1"].trunks, 5)
        return next(t for t in self.client.nodes["node1"].trunks if t.name == name)

    def until_trunk(self, *states: str, name: str = "sipp", seconds: float = 10) -> None:
        """Wait for one of these states."""
        self.until(lambda: self.trunk(name).state in states, seconds)

    def ready_seat(self, seat_id: str = "1", phone: int = 6000) -> None:
        """A seat with its leg up, ready for campaign 1."""
        self.send(SeatOpen(seat_id=seat_id, address=f"sip:{phone}@127.0.0.1:{self.phones_port}"))
        self.wait_for(SeatLegUp, seat_id)
        self.send(SeatReady(seat_id=seat_id, campaigns=("1",)))
        self.pump(0.1)


def is_listened_on(port: int) -> bool:
    """Whether a UDP socket of this machine is bound to the port; asked without binding it."""
    rows = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") for row in rows)


class Sipp:
    """One SIPp process with its own files."""

    def __init__(
        self, folder: Path, scenario: str, port: int, calls: int, seconds: int,
        options: tuple[str, ...], words: dict[str, Any],
    ) -> None:  # fmt: skip
        self._folder = folder / f"sipp-{scenario}-{secrets.token_hex(3)}"
        self._folder.mkdir()
        text = (SCENARIOS / f"{scenario}.xml").read_text()
        for name, value in words.items():
            text = text.replace(f"[[{name}]]", str(value))
        assert "[[" not in text, f"{scenario}: a word is missing"
        path = self._folder / "scenario.xml"
        path.write_text(text)
        media = free_port()
        self._process = subprocess.Popen(
            ["sipp", "-sf", str(path), "-i", "127.0.0.1", "-p", str(port), "-m", str(calls),
             "-mp", str(media), "-timeout", f"{seconds}s", "-timeout_error", "-nostdin",
             "-trace_err", "-trace_msg", *options],
            cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 10
        while not is_listened_on(port) and self._process.poll() is None:
            assert time.monotonic() < until, "SIPp did not start"
            time.sleep(0.05)
        time.sleep(0.5)  # bound is not yet reading; a trunk is given up after 1.8 s of silence

    def done(self, seconds: float = 30) -> None:
        """It saw what it expected, in every call."""
        code = self._process.wait(seconds)
        errors = "".join(p.read_text()[-2000:] for p in self._folder.glob("*errors*"))
        assert code == 0, f"SIPp ended with {code}: {errors}"

    def messages(self) -> str:
        """All SIP it sent and received."""
        return "".join(path.read_text() for path in self._folder.glob("*messages*"))

    def stop(self) -> None:
        """End it, whatever it still waits for."""
        self._process.terminate()
        self._process.wait(10)


def need(*programs: str) -> None:
    """`make test` installs these; without them the test cannot say anything."""
    import shutil

    for program in programs:
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing: run `make test`, which installs it")
