"""Where agents' SIP phones register: the smallest registrar that asks for a password (RFC 3261, 8760).

pjsua2 answers no REGISTER, so this listens on a port of its own, without blocking; the node's loop looks in.
A phone is called at the address its REGISTER came from, which also finds it behind a router. Extensions and
passwords stand in config.toml.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.clock import monotonic
from telephony.loopback_call import header

log = logging.getLogger(__name__)

REALM = "kept"
# In the order in which they are offered: many phones look at the first only, and know nothing but MD5.
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
NONCE_SECONDS = 60.0
NONCES_MAX = 10_000
EXPIRES_SECONDS = (60, 600)
_ECHOED = ("From", "To", "Call-ID", "CSeq")
_USER = re.compile(r"sips?:([A-Za-z0-9_.+-]{1,64})@")
_WORD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Binding:
    """Where an extension is, until when (monotonic)."""

    address: str  # sip:user@ip:port
    until: float


class Registrar:
    """`registered(extension)` is called from `look` when a phone is there that was not."""

    def __init__(
        self, listen: tuple[str, int], extensions: Mapping[str, str],
        may_come: Callable[[str], bool], registered: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._extensions, self._may_come, self._registered = extensions, may_come, registered
        self._bindings: dict[str, Binding] = {}
        self._nonces: dict[str, tuple[float, int]] = {}  # until when, the last count that was used
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(listen)
        self._socket.setblocking(False)

    def address_of(self, extension: str) -> str:
        """Where to call it; empty: it is not registered."""
        binding = self._bindings.get(extension)
        return binding.address if binding is not None and binding.until > monotonic() else ""

    def look(self) -> None:
        """Take what arrived; at most some, so that a flood does not hold the loop."""
        for _ in range(50):
            try:
                data, (host, port) = self._socket.recvfrom(8_192)
            except BlockingIOError:
                return
            reply = self.reply_to(data.decode("utf-8", "replace"), host, port)
            if reply:
                self._socket.sendto(reply.encode(), (host, port))

    def close(self) -> None:
        """No more."""
        self._socket.close()

    def reply_to(self, request: str, host: str, port: int) -> str:
        """The answer to one datagram; none for what is no request or may not come."""
        method = request.split(" ", 1)[0]
        if not method.isalpha() or method == "ACK" or not self._may_come(host):
            return ""
        if method != "REGISTER":
            return _reply(request, (host, port), "405 Method Not Allowed", "Allow: REGISTER")
        asked = _USER.search(header(request, "To"))
        extension = asked[1] if asked else ""
        fault = self._refusal(request, extension)
        if fault:
            return _reply(request, (host, port), *fault)
        seconds = _expires(request)
        self._bind(extension, request, f"{host}:{port}", seconds)
        contact = header(request, "Contact").split(";expires")[0]
        lines = [f"Contact: {contact};expires={seconds}"] if contact and seconds else []
        return _reply(request, (host, port), "200 OK", *lines)

    def _bind(self, extension: str, request: str, source: str, seconds: int) -> None:
        contact = _USER.search(header(request, "Contact"))
        user = contact[1] if contact else extension
        was_there = bool(self.address_of(extension))
        if seconds == 0:
            self._bindings.pop(extension, None)
            return
        self._bindings[extension] = Binding(f"sip:{user}@{source}", monotonic() + seconds)
        if not was_there:
            log.info("phone registered", extra={"action": "registrar.there"})
            self._registered(extension)

    def _refusal(self, request: str, extension: str) -> tuple[str, ...]:
        """Status and headers of a no; empty for a request with the right password."""
        said = header(request, "Authorization")
        words = {m[1].lower(): m[2] or m[3] or "" for m in _WORD.finditer(said)}
        password = self._extensions.get(extension)
        if said and words.get("username") == extension and password is not None:
            fresh = self._is_fresh(words)
            if fresh and _fits(words, password):
                return ()
            if fresh:
                log.warning("wrong password", extra={"action": "registrar.refused"})
                return ("403 Forbidden",)
        nonce = self._nonce()
        tail = f'realm="{REALM}", nonce="{nonce}", qop="auth"' + (", stale=true" if said else "")
        return (
            "401 Unauthorized",
            *(f"WWW-Authenticate: Digest algorithm={name}, {tail}" for name in HASHES),
        )

    def _nonce(self) -> str:
        now = monotonic()
        if len(self._nonces) >= NONCES_MAX:
            self._nonces = {n: v for n, v in self._nonces.items() if v[0] > now}
        nonce = secrets.token_hex(16)
        if len(self._nonces) < NONCES_MAX:
            self._nonces[nonce] = (now + NONCE_SECONDS, 0)
        return nonce

    def _is_fresh(self, words: Mapping[str, str]) -> bool:
        """Ours, not too old, and with a count that nobody used: a request cannot be played again."""
        nonce, text = words.get("nonce", ""), words.get("nc", "")
        until, used = self._nonces.get(nonce, (0.0, 0))
        count = int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{8}", text) else 0
        if until <= monotonic() or count <= used:
            return False
        self._nonces[nonce] = (until, count)
        return True


def _fits(words: Mapping[str, str], password: str) -> bool:
    """RFC 2617 with qop="auth"."""
    algorithm = HASHES.get(words.get("algorithm", "MD5").upper())
    if algorithm is None or words.get("qop") != "auth" or words.get("realm") != REALM:
        return False

    def h(text: str) -> str:
        return algorithm(text.encode()).hexdigest()

    who = h(f"{words['username']}:{REALM}:{password}")
    what = h(f"REGISTER:{words.get('uri', '')}")
    middle = f"{words['nonce']}:{words['nc']}:{words.get('cnonce', '')}:auth"
    return hmac.compare_digest(h(f"{who}:{middle}:{what}"), words.get("response", "").lower())


def _expires(request: str) -> int:
    """Seconds, within our bounds; 0 takes the registration back."""
    inside = re.search(r";\s*expires\s*=\s*(\d{1,9})", header(request, "Contact"), re.I)
    text = inside[1] if inside else header(request, "Expires")
    asked = int(text) if re.fullmatch(r"\d{1,9}", text) else EXPIRES_SECONDS[1]
    return 0 if asked == 0 else min(max(asked, EXPIRES_SECONDS[0]), EXPIRES_SECONDS[1])


def _reply(request: str, source: tuple[str, int], status: str, *lines: str) -> str:
    vias = re.findall(r"^(?:Via|v)\s*:\s*(.*?)\s*$", request.partition("\r\n\r\n")[0], re.I | re.M)
    seen = f";rport={source[1]};received={source[0]}"
    first = re.sub(r";rport(?=;|$)", seen, vias[0], count=1) if vias else ""
    echoed = [f"{name}: {value}" for name in _ECHOED if (value := header(request, name))]
    tag = f";tag={secrets.token_hex(4)}"
    echoed = [
        line + tag if line.startswith("To:") and ";tag=" not in line else line for line in echoed
    ]
    way_back = [f"Via: {via}" for via in (first, *vias[1:]) if via]
    return "\r\n".join(
        [f"SIP/2.0 {status}", *way_back, *echoed, *lines, "Content-Length: 0", "", ""]
    )
