"""The shell of carrier and phones: one endpoint on loopback that hands every INVITE to a plan."""

from __future__ import annotations

import gc
import ipaddress
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from telephony.carrier.behaviours import Plan
from telephony.carrier.ledger import Ledger
from telephony.carrier.sip_line import Line, called_user
from telephony.clock import monotonic
from telephony.sip_endpoint import Endpoint
from telephony.sip_leg import Leg

if TYPE_CHECKING:
    import pjsua2 as pj

VOICES = Path(__file__).parent / "voices"
ANNOUNCEMENTS = Path(__file__).parent.parent / "announcements"
CALLS_MAX = 1000
POLL_MS = 10
COLLECT_SECONDS = 10.0
CLOSE_FILES_MS = 200


def loopback(text: str) -> tuple[str, int]:
    """ "127.0.0.1:5080" as address and port; anything that is not loopback is refused."""
    host, _, port = text.rpartition(":")
    try:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError
        return host, int(port)
    except ValueError:
        raise SystemExit(
            f"{text}: 模拟运营商只监听 127.0.0.1:端口 / the simulated carrier listens on "
            "127.0.0.1:PORT only"
        ) from None


def voice(name: str) -> Path:
    """A sound of ours by its name, or a file of yours by its path. Raises FileNotFoundError."""
    if "/" in name:
        return Path(name)
    for path in (VOICES / f"{name}.wav", *ANNOUNCEMENTS.glob(f"*/{name}.wav")):
        if path.exists():
            return path
    raise FileNotFoundError(f"{name}: no such voice / 没有这个声音")


class Exchange:
    """Takes calls until it is told to stop. `plan_of(number)` says what the caller will meet."""

    def __init__(
        self, listen: tuple[str, int], rtp_ports: tuple[int, int], ledger: Ledger,
        plan_of: Callable[[str], Plan | None], record_to: Path | None = None,
        tls: tuple[Path, Path] | None = None,
    ) -> None:  # fmt: skip
        """`tls`: certificate and key; then TLS and SRTP are taken too, on the same port."""
        self._record_to = record_to
        self._endpoint = Endpoint(*listen, CALLS_MAX, log_level=1)
        self._ledger, self._plan_of = ledger, plan_of
        self._lines: list[Line] = []
        self._legs: list[Leg] = []
        self._stopping = False
        if tls is not None:
            self._endpoint.serve_tls(str(tls[0]), str(tls[1]))
        self.account = self._endpoint.open_account(
            rtp_ports, self._incoming, takes_srtp=tls is not None
        )

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C, then end all calls."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        collect_at = monotonic()
        while not self._stopping:
            self.turn()
            if monotonic() - collect_at > COLLECT_SECONDS:
                collect_at = monotonic()
                gc.collect(1)
        self._endpoint.hang_up_all()
        until = monotonic() + 2.0
        while self._lines and monotonic() < until:
            self.turn()
        self._endpoint.poll(CLOSE_FILES_MS)  # recorders close in the library's clock thread

    def turn(self) -> None:
        """Run SIP for a moment, then what is due in every call."""
        self._endpoint.poll(POLL_MS)
        now = monotonic()
        for line in self._lines:
            line.tend(now)
        if any(line.over for line in self._lines):  # dropped here, outside their own callbacks
            alive = [
                (line, leg) for line, leg in zip(self._lines, self._legs, strict=True)
                if not line.over
            ]  # fmt: skip
            self._lines = [line for line, _ in alive]
            self._legs = [leg for _, leg in alive]

    def _incoming(self, prm: pj.OnIncomingCallParam) -> None:
        rdata = prm.rdata
        invite = str(rdata.wholeMsg)
        plan = self._plan_of(called_user(invite)) or Plan("nobody", 404, 0, False, "", "", 0)
        leg = Leg(self.account, None, "", prm.callId)  # type: ignore[arg-type] # set below
        line = Line(leg, invite, plan, self._ledger, voice, self._record_to)
        leg.listener = line
        self._legs.append(leg)
        self._lines.append(line)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
