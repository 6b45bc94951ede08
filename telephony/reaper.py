"""Ends at the carrier what a dead node left behind. Plain UDP; no pjsua2, nothing that could hang.

`python -m telephony.reaper` runs before every start of a node. It speaks from the node's own port,
so it must run while no node does; a port in use means the node lives, and then there is nothing to do.
"""

from __future__ import annotations

import argparse
import re
import secrets
import socket
import sys
from pathlib import Path

from telephony.clock import monotonic
from telephony.journal import OpenDialog, keep_remembered, open_dialogs

TRIES = 5
TRY_SECONDS = 0.3


def end_request(dialog: OpenDialog, local: str) -> tuple[str, str]:
    """(request, peer) that ends the dialog: BYE when it was answered, else CANCEL (RFC 3261)."""
    if not dialog.answer:
        return _cancel(dialog), dialog.peer
    answer = dialog.answer
    target = _uri(_header(answer if dialog.ours else dialog.invite, "Contact"))
    routes = _headers(answer, "Record-Route")
    if dialog.ours:
        routes = routes[::-1]  # RFC 3261 12.1.2: reversed for the caller
    mine, theirs = _header(answer, "From"), _header(answer, "To")
    if not dialog.ours:
        mine, theirs = theirs, mine
    cseq = int(_header(answer, "CSeq").split()[0]) + 1000  # above anything the node sent
    lines = [
        f"BYE {target} SIP/2.0",
        f"Via: SIP/2.0/UDP {local};rport;branch=z9hG4bK{secrets.token_hex(8)}",
        "Max-Forwards: 70",
        f"From: {mine}",
        f"To: {theirs}",
        f"Call-ID: {_header(answer, 'Call-ID')}",
        f"CSeq: {cseq} BYE",
        *(f"Route: {route}" for route in routes),
        'Reason: SIP;cause=500;text="node lost"',
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n", _address(_uri(routes[0]) if routes else target)


def _cancel(dialog: OpenDialog) -> str:
    """CANCEL repeats the INVITE's URI, Via, From, To, Call-ID and CSeq number (RFC 3261 9.1)."""
    invite = dialog.invite
    lines = [
        f"CANCEL {invite.split()[1]} SIP/2.0",
        f"Via: {_header(invite, 'Via')}",
        "Max-Forwards: 70",
        f"From: {_header(invite, 'From')}",
        f"To: {_header(invite, 'To')}",
        f"Call-ID: {_header(invite, 'Call-ID')}",
        f"CSeq: {_header(invite, 'CSeq').split()[0]} CANCEL",
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def reap(journal: Path, address: str, port: int) -> int:
    """End every open dialog, then retire the journal. Returns how many answered."""
    if not journal.exists():
        return 0
    waiting = [d for d in open_dialogs(journal) if d.answer or d.ours]
    ended = 0
    if waiting:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip:
            sip.bind((address, port))
            ended = _end_all(sip, waiting, f"{address}:{port}")
    keep_remembered(journal)
    journal.unlink()
    return ended


def _end_all(sip: socket.socket, dialogs: list[OpenDialog], local: str) -> int:
    requests = {
        _header(d.invite, "Call-ID"): (*end_request(d, local), bool(d.answer)) for d in dialogs
    }
    total = len(requests)
    for _ in range(TRIES):
        for request, peer, _answered in requests.values():
            host, _, port = peer.partition(":")
            sip.sendto(request.encode(), (host, int(port or 5060)))
        until = monotonic() + TRY_SECONDS
        while requests and (left := until - monotonic()) > 0:
            _take_reply(sip, left, requests)
        if not requests:
            break
    return total - len(requests)


def _take_reply(
    sip: socket.socket, seconds: float, requests: dict[str, tuple[str, str, bool]]
) -> None:
    sip.settimeout(seconds)
    try:
        data, peer = sip.recvfrom(65535)
    except OSError:
        return
    text = data.decode("utf-8", "replace")
    if not text.startswith("SIP/2.0 ") or text.startswith("SIP/2.0 1"):
        return
    call_id, method = _header(text, "Call-ID"), _header(text, "CSeq").split()[-1]
    if method == "INVITE":  # the 487 that follows our CANCEL, or a 200 that crossed it
        sip.sendto(_ack(text).encode(), peer)
        return
    requests.pop(call_id, None)


def _ack(response: str) -> str:
    lines = [
        f"ACK {_uri(_header(response, 'To'))} SIP/2.0",
        f"Via: {_header(response, 'Via')}",
        "Max-Forwards: 70",
        f"From: {_header(response, 'From')}",
        f"To: {_header(response, 'To')}",
        f"Call-ID: {_header(response, 'Call-ID')}",
        f"CSeq: {_header(response, 'CSeq').split()[0]} ACK",
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def _headers(message: str, name: str) -> list[str]:
    short = {"Call-ID": "i", "From": "f", "To": "t", "Via": "v", "Contact": "m"}.get(name, name)
    found = re.findall(rf"^(?:{name}|{short})\s*:\s*(.*?)\s*$", message, re.I | re.M)
    return [str(value) for value in found]


def _header(message: str, name: str) -> str:
    values = _headers(message, name)
    return values[0] if values else ""


def _uri(value: str) -> str:
    inside = re.search(r"<([^>]*)>", value)
    return inside.group(1) if inside else value.split(";")[0].strip()


def _address(uri: str) -> str:
    return re.sub(r"^sips?:(?:[^@]*@)?", "", uri).split(";")[0]


def main() -> int:
    """Reap what the node of config.toml left, or another journal."""
    from telephony.settings import load

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=Path)
    arguments = parser.parse_args()
    settings = load()
    journal = arguments.journal or settings.journal
    try:
        ended = reap(journal, settings.sip_address, settings.sip_port)
    except OSError as error:
        print(f"{settings.sip_address}:{settings.sip_port}: {error}", file=sys.stderr)
        return 1
    print(f"{ended} dialogs ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
