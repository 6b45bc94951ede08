"""`python -m telephony.trunk_test NAME [--number N --shown M]`: tries one trunk step by step, as JSON lines.

Its own process with a SIP port of its own, so that it may run beside a node. With a number it places one
call, listens for some seconds and hangs up. It asks no gate: the number must be a phone of one's own, and
the outbound number one that the trunk may show. `kept trunk test` puts the steps into words.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

from telephony.clock import monotonic
from telephony.config_file import ConfigError
from telephony.protocol import Originate
from telephony.settings import TelephonySettings, load
from telephony.sip_codes import q850_cause
from telephony.sip_endpoint import Endpoint
from telephony.sip_leg import Leg
from telephony.sip_trunks import DEBIAN_CA, SipTrunks
from telephony.trunk import Transport, Trunk
from telephony.trunks import Trunks

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0  # for OPTIONS and REGISTER
RING_SECONDS = 45.0
LISTEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Step:
    """`result` with `step` is the key of a sentence; `words` fill it in. No secret is among them."""

    step: (
        str  # address | transport | options | register | number | invite | ringing | answer | sound
    )
    result: str
    ok: bool = True
    words: dict[str, str | int] = field(default_factory=dict)


def tried(settings: TelephonySettings, trunk: Trunk, number: str, shown: str) -> Iterator[Step]:
    """All steps, one after the other; the first that fails ends it where the next would be senseless."""
    if number and not trunk.owns(shown):
        yield Step("number", "refused", False, {"shown": shown, "why": "not our number"})
        return
    address = reach(settings.sip_address, trunk)
    yield address
    if not address.ok:
        return
    transport = connect(trunk)
    yield transport
    if not transport.ok:
        return
    try:
        wire = _Wire(settings, trunk)
    except OSError as error:
        yield Step("register", "no_password_file", False, {"file": str(error.filename)})
        return
    options = wire.options()
    yield options
    if trunk.register_there:
        registered = wire.register()
        yield registered
        if not registered.ok:
            return
    if not number:
        yield Step("number", "none")
        return
    yield from wire.call(number, shown)


def reach(own: str, trunk: Trunk) -> Step:
    """Whether this machine has a way from its SIP address to the carrier's."""
    host, _, port = trunk.peer.partition(":")
    words: dict[str, str | int] = {"own": own, "peer": trunk.peer}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((own, 0))
            probe.connect((host, int(port)))
        except OSError as error:
            return Step("address", "no_route", False, {**words, "why": error.strerror or ""})
    return Step("address", "ok", words=words)


def connect(trunk: Trunk) -> Step:
    """TCP and TLS: open a connection and look at the certificate. UDP has none."""
    host, _, port = trunk.peer.partition(":")
    words: dict[str, str | int] = {"peer": trunk.peer}
    if trunk.transport is Transport.UDP:
        return Step("transport", "udp", words=words)
    try:
        with socket.create_connection((host, int(port)), CONNECT_SECONDS) as plain:
            if trunk.transport is Transport.TLS:
                context = ssl.create_default_context(cafile=str(trunk.tls_ca_file or DEBIAN_CA))
                context.check_hostname = False
                with context.wrap_socket(plain, server_hostname=trunk.domain or host) as secure:
                    words["version"] = secure.version() or ""
    except ssl.SSLError as error:
        return Step("transport", "certificate", False, {**words, "why": error.reason or str(error)})
    except OSError as error:
        why = error.strerror or "timeout"
        return Step("transport", "refused", False, {**words, "why": why})
    return Step("transport", str(trunk.transport), words=words)


class _Wire:
    """One endpoint with the one trunk; the listener of its call."""

    def __init__(self, settings: TelephonySettings, trunk: Trunk) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((settings.sip_address, 0))
            port = int(probe.getsockname()[1])
        self._trunk, self._trunks = trunk, Trunks((trunk,))
        self._endpoint = Endpoint(settings.sip_address, port, 4, log_level=0)
        self._sip = SipTrunks(self._endpoint, self._trunks, settings.trunk_ports, lambda _: None)
        self._account = self._sip.accounts[trunk.name]
        self._early = self._ringing = self._answered = False
        self._code, self._invite, self._answer = 0, "", ""

    def options(self) -> Step:
        """Any answer will do: it lives."""
        self._account.ask()
        self._until(lambda: self._account.options_code > 0, ANSWER_SECONDS)
        code = self._account.options_code
        if code in (0, 408):
            return Step("options", "silent", False, {"peer": self._trunk.peer})
        return Step("options", "ok" if code < 300 else "lives", words={"code": code})

    def register(self) -> Step:
        """Our name and password at the registrar."""
        self._until(lambda: self._account.last_code > 0, ANSWER_SECONDS)
        code, user = self._account.last_code, self._trunk.username
        if 200 <= code < 300:
            return Step("register", "ok", words={"user": user})
        if code in (401, 403, 407):
            return Step("register", "refused", False, {"user": user, "code": code})
        return Step("register", "silent" if code in (0, 408) else "failed", False, {"code": code})

    def call(self, number: str, shown: str) -> Iterator[Step]:
        """One INVITE, and what comes of it."""
        order = Originate(
            call_id=secrets.token_hex(16), number=number, outbound_number=shown, campaign="test"
        )
        taken = self._trunks.take(order, frozenset(), monotonic())
        if isinstance(taken, str):
            yield Step("number", "refused", False, {"shown": shown, "why": taken})
            return
        leg = self._sip.leg(taken, self, order.call_id)
        self._sip.dial(leg, taken, order)
        written = taken.form
        words: dict[str, str | int] = {
            "number": written.called(number), "shown": written.shown(shown)
        }  # fmt: skip
        yield Step("invite", "sent", words=words)
        self._until(lambda: leg.over or self._answered, RING_SECONDS)
        yield from self._told(leg)
        if self._answered and not leg.over:
            yield from self._listened(leg)
        leg.hang_up()
        self._until(lambda: leg.over, ANSWER_SECONDS)

    def _told(self, leg: Leg) -> Iterator[Step]:
        """What the signalling said, until the answer or the end."""
        if self._code in (401, 407):
            yield Step("invite", "refused_secret", False)
        elif _cseq(self._answer or leg.last_response) not in ("", _cseq(self._invite)):
            yield Step("invite", "challenged")  # the library sent it again, with the password
        if self._ringing:
            yield Step("ringing", "early" if self._early else "ok")
        if self._answered:
            yield Step("answer", "ok")
        elif not leg.over:
            yield Step("answer", "none", False, {"seconds": int(RING_SECONDS)})
        elif not leg.heard:
            yield Step("answer", "silent", False, {"peer": self._trunk.peer})
        else:
            cause = q850_cause(leg.last_response)
            yield Step("answer", "code", False, {"code": self._code, "cause": cause})

    def _listened(self, leg: Leg) -> Iterator[Step]:
        """Packets both ways for some seconds."""
        self._until(lambda: leg.over, LISTEN_SECONDS)
        received, sent = leg.packets()
        words: dict[str, str | int] = {"received": received, "sent": sent}
        if leg.over:
            yield Step("sound", "gone", True, words)
        else:
            result = "ok" if received and sent else ("deaf" if sent else "none")
            yield Step("sound", result, result == "ok", words)

    def _until(self, is_so: Callable[[], bool], seconds: float) -> None:
        end = monotonic() + seconds
        while not is_so() and monotonic() < end:
            self._endpoint.poll(20)

    # --- Listener ---------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""
        self._invite = invite

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""
        self._ringing, self._early = True, early_media

    def leg_answered(self, leg: Leg, message: str) -> None:
        """Listener."""
        self._answered, self._answer = True, message

    def leg_media(self, leg: Leg) -> None:
        """Listener."""

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """Listener."""
        self._code = code


def _cseq(message: str) -> str:
    found = re.search(r"^CSeq\s*:\s*(\d+)", message, re.I | re.M)
    return found.group(1) if found else ""


def main() -> int:
    """One JSON object per step. 0: all is well; 1: a step failed; 2: the configuration is wrong."""
    parser = argparse.ArgumentParser(prog="telephony.trunk_test", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--number", default="")
    parser.add_argument("--shown", default="")
    arguments = parser.parse_args()
    try:
        settings = load()
    except ConfigError as error:
        sys.stderr.write(error.text() + "\n")
        return 2
    trunk = next((t for t in settings.trunks if t.name == arguments.name), None)
    if trunk is None:
        names = ", ".join(t.name for t in settings.trunks)
        sys.stderr.write(f"没有这条线路 / no such trunk: {arguments.name} ({names})\n")
        return 2
    ok = True
    for step in tried(settings, trunk, arguments.number, arguments.shown):
        sys.stdout.write(json.dumps(asdict(step)) + "\n")
        sys.stdout.flush()
        ok = ok and step.ok
    return 0 if ok else 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the call is over; destroying the library would only wait
