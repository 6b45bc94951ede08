"""The smallest SIP caller there is: it brings a session description to this process's own pjsua2.

pjsua2 cannot make a media session without a SIP dialog, and it cannot take an offer that is not in one.
So an offer that came another way is sent to it as an INVITE on 127.0.0.1. The dialog is ended by pjsua2's
side only. Non-blocking: `look` is called by the node's loop.
"""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass

OFFER_HEADER = "X-Kept-Offer"
_ECHOED = ("Via", "From", "To", "Call-ID", "CSeq")


@dataclass(frozen=True, slots=True)
class Answer:
    """The final answer to one INVITE; `sdp` is empty unless `status` is 200."""

    token: str
    status: int
    sdp: str


class LoopbackCaller:
    """INVITEs to `sip:browser@127.0.0.1:port`; each is known by its token."""

    def __init__(self, port: int, answered: Callable[[Answer], None]) -> None:
        self._answered = answered
        self._peer = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._waiting: set[str] = set()

    def invite(self, token: str, sdp: str) -> None:
        """Send it; `answered` is called from `look`. The token is header, Call-ID and tag."""
        self._waiting.add(token)
        host, port = self._peer
        lines = [
            f"INVITE sip:browser@{host}:{port} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address};rport;branch=z9hG4bK{token}",
            "Max-Forwards: 5",
            f"From: <sip:seat@{self.address}>;tag={token}",
            f"To: <sip:browser@{host}:{port}>",
            f"Call-ID: {token}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:seat@{self.address}>",
            f"{OFFER_HEADER}: {token}",
            "Content-Type: application/sdp",
        ]
        self._send(lines, sdp)

    def forget(self, token: str) -> None:
        """Its answer is no longer wanted."""
        self._waiting.discard(token)

    def look(self) -> None:
        """Take what arrived."""
        while True:
            try:
                data = self._socket.recv(65_535)
            except BlockingIOError:
                return
            self._take(data.decode("utf-8", "replace"))

    def close(self) -> None:
        """No more."""
        self._socket.close()

    def _take(self, message: str) -> None:
        first = message.split("\r\n", 1)[0]
        if first.startswith("SIP/2.0 "):
            status = int(first.split()[1])
            if header(message, "CSeq").endswith("INVITE") and status >= 200:
                self._acknowledge(message, status)
        elif not first.startswith("ACK "):
            self._reply(
                message, "200 OK" if first.startswith("BYE ") else "488 Not Acceptable Here"
            )

    def _acknowledge(self, message: str, status: int) -> None:
        """ACK of a refusal belongs to the INVITE's transaction, ACK of a 200 is one of its own."""
        token = header(message, "Call-ID")
        contact = re.search(r"<([^>]*)>", header(message, "Contact"))
        target = (
            contact[1] if contact and status == 200 else f"sip:browser@127.0.0.1:{self._peer[1]}"
        )
        branch = token if status != 200 else secrets.token_hex(8)
        self._send([
            f"ACK {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address};rport;branch=z9hG4bK{branch}",
            "Max-Forwards: 5",
            f"From: {header(message, 'From')}",
            f"To: {header(message, 'To')}",
            f"Call-ID: {token}",
            "CSeq: 1 ACK",
        ])  # fmt: skip
        if token in self._waiting:
            self._waiting.discard(token)
            body = message.partition("\r\n\r\n")[2] if status == 200 else ""
            self._answered(Answer(token, status, body))

    def _reply(self, request: str, status: str) -> None:
        echoed = [f"{name}: {value}" for name in _ECHOED if (value := header(request, name))]
        self._send([f"SIP/2.0 {status}", *echoed])

    def _send(self, lines: list[str], body: str = "") -> None:
        text = "\r\n".join([*lines, f"Content-Length: {len(body.encode())}"]) + "\r\n\r\n" + body
        self._socket.sendto(text.encode(), self._peer)


def header(message: str, name: str) -> str:
    """First value of a header; empty when it is not there. pjsip writes long names here."""
    found = re.search(rf"^{name}\s*:\s*(.*?)\s*$", message.partition("\r\n\r\n")[0], re.I | re.M)
    return found[1] if found else ""
