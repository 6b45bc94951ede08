"""Kamailio as a carrier's proxy with digest, on 127.0.0.1; behind it SIPp is the customer."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from tests.telephony.bench import SCENARIOS, free_port

USER, SECRET = "line7", "correct-horse-7"


class Kamailio:
    """One process with its children, ended together."""

    def __init__(self, folder: Path) -> None:
        self.port, self.behind = free_port(), free_port()
        self._log = folder / "kamailio.log"
        text = (SCENARIOS / "kamailio.cfg").read_text()
        words = {"port": self.port, "behind": self.behind, "secret": SECRET}
        for name, value in words.items():
            text = text.replace(f"[[{name}]]", str(value))
        config = folder / "kamailio.cfg"
        config.write_text(text)
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                ["kamailio", "-DD", "-E", "-f", str(config), "-Y", str(folder), "-P",
                 str(folder / "kamailio.pid"), "-m", "16", "-M", "4"],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self._wait()

    def close(self) -> None:
        """End it and its children."""
        self._process.terminate()
        self._process.wait(15)

    def _wait(self) -> None:
        """Until it answers OPTIONS."""
        ask = (
            f"OPTIONS sip:127.0.0.1:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;"
            "branch=z9hG4bKup\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: up\r\n"
            "CSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
        )
        end = time.monotonic() + 10
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            probe.settimeout(0.1)
            while time.monotonic() < end:
                assert self._process.poll() is None, self._log.read_text()[-2000:]
                probe.sendto(ask.encode(), ("127.0.0.1", self.port))
                try:
                    probe.recv(2000)
                    return
                except OSError:
                    continue
        raise AssertionError(f"Kamailio does not answer: {self._log.read_text()[-2000:]}")
