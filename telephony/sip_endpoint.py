"""pjsua2's endpoint: one per process, owned by one thread, on one address.

Garbage collection is manual: a cycle collected on another thread would free native objects there.
"""

from __future__ import annotations

import ctypes
import gc
import ipaddress
import logging
import socket
from collections.abc import Callable

import _pjsua2
import pjsua2 as pj

from telephony.trunk import Transport

log = logging.getLogger(__name__)

# RFC 3261 timer B: the INVITE leaves at 0, 0.5 and 1.5 s, and a dead trunk is given up before 2 s, not 32.
TRANSACTION_TIMEOUT_MS = 1800
SESSION_TIMER_SECONDS = 120  # RFC 4028: how long a far end may miss a node that was killed
CODECS = {"PCMA/8000": 255, "PCMU/8000": 254}

_KINDS = {
    Transport.UDP: pj.PJSIP_TRANSPORT_UDP, Transport.TCP: pj.PJSIP_TRANSPORT_TCP,
    Transport.TLS: pj.PJSIP_TRANSPORT_TLS,
}  # fmt: skip


class Endpoint:
    """libCreate to libDestroy; `poll` runs SIP and its callbacks on the calling thread."""

    def __init__(self, address: str, port: int, calls_max: int, *, log_level: int = 2) -> None:
        gc.disable()
        self._lib = pj.Endpoint()
        self._lib.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = log_level
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = calls_max
        config.uaConfig.userAgent = "Kept"
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.channelCount = 1
        config.medConfig.threadCnt = 1
        config.medConfig.noVad = True
        self._lib.libInit(config)
        ctypes.CDLL(_pjsua2.__file__).pjsip_tsx_set_timers(0, 0, 0, TRANSACTION_TIMEOUT_MS)
        self._lib.audDevManager().setNullDev()
        self.address, self.port = address, port
        self._transports: dict[tuple[Transport, str], int] = {}
        self.transport(Transport.UDP)
        self._lib.libStart()
        for codec in self._lib.codecEnum2():
            name = codec.codecId
            rank = next((r for prefix, r in CODECS.items() if name.startswith(prefix)), 0)
            self._lib.codecSetPriority(name, rank)
        self.calls_max = compiled_calls_max()  # the library silently lowers what it was asked for
        version = self._lib.libVersion()
        self.version = str(version.full)
        self._wake_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def transport(self, kind: Transport, ca_file: str = "") -> int:
        """The library's id of a transport, opened at the first wish for it. TLS trusts the signers in
        `ca_file` and nobody else. Raises pj.Error when the port is taken."""
        known = self._transports.get((kind, ca_file))
        if known is not None:
            return known
        config = pj.TransportConfig()
        config.boundAddress = self.address
        config.port = 0 if kind is Transport.TLS else self.port
        if kind is Transport.TLS:
            config.tlsConfig.CaListFile = ca_file
            config.tlsConfig.verifyServer = True
            config.tlsConfig.msecTimeout = TRANSACTION_TIMEOUT_MS
        number = int(self._lib.transportCreate(_KINDS[kind], config))
        self._transports[kind, ca_file] = number
        return number

    def serve_tls(self, certificate: str, key: str) -> None:
        """Take connections over TLS on our own port: what a carrier does, a node never."""
        config = pj.TransportConfig()
        config.boundAddress, config.port = self.address, self.port
        config.tlsConfig.certFile, config.tlsConfig.privKeyFile = certificate, key
        self._lib.transportCreate(pj.PJSIP_TRANSPORT_TLS, config)

    def use_codec(self, name: str) -> None:
        """Offer a codec that is off unless somebody needs it, after those of CODECS."""
        for codec in self._lib.codecEnum2():
            if codec.codecId.startswith(f"{name}/") and not codec.priority:
                self._lib.codecSetPriority(codec.codecId, 200)

    def poll(self, milliseconds: int) -> None:
        """Run SIP for at most so long; returns early when something came."""
        self._lib.libHandleEvents(milliseconds)

    def wake(self) -> None:
        """From any thread: make a waiting `poll` return. CR LF to a SIP port is a keep-alive."""
        self._wake_socket.sendto(b"\r\n", (self.address, self.port))

    def open_account(
        self, rtp_ports: tuple[int, int], on_invite: Callable[[pj.OnIncomingCallParam], None],
        *, takes_srtp: bool = False,
    ) -> Account:  # fmt: skip
        """The account that all calls use; `on_invite` decides about every INVITE that comes in."""
        config = self.account_config(rtp_ports)
        if takes_srtp:
            config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_OPTIONAL
            config.mediaConfig.srtpSecureSignaling = 0
        account = Account(on_invite)
        account.create(config)
        return account

    def account_config(self, rtp_ports: tuple[int, int]) -> pj.AccountConfig:
        """What all accounts have in common: address, ports for sound, session timer."""
        config = pj.AccountConfig()
        config.idUri = f"sip:kept@{self.address}:{self.port}"
        config.sipConfig.transportId = self.transport(Transport.UDP)
        media = config.mediaConfig.transportConfig
        media.boundAddress = self.address
        media.port, media.portRange = rtp_ports[0], rtp_ports[1] - rtp_ports[0]
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        config.callConfig.timerSessExpiresSec = SESSION_TIMER_SECONDS
        config.callConfig.timerMinSESec = 90
        return config

    def hang_up_all(self) -> None:
        """End every call, for a clean stop."""
        self._lib.hangupAllCalls()

    def close(self) -> None:
        """After all calls are over and every Call and Account object was dropped."""
        gc.collect()
        self._lib.libDestroy()
        self._wake_socket.close()


def compiled_calls_max() -> int:
    """How many calls the library will carry after libInit; pjsua2 does not wrap this function."""
    return int(ctypes.CDLL(_pjsua2.__file__).pjsua_call_get_max_count())


class Account(pj.Account):
    """Hands INVITEs over; an exception in a callback would be swallowed, so it is logged."""

    def __init__(self, on_invite: Callable[[pj.OnIncomingCallParam], None]) -> None:
        super().__init__()
        self._on_invite = on_invite

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """pjsua2 callback."""
        try:
            self._on_invite(prm)
        except Exception:
            log.exception("incoming call", extra={"action": "sip.callback"})


def source_is_within(source: str, networks: tuple[str, ...]) -> bool:
    """Whether "127.0.0.1:5090" lies in one of the networks."""
    host = source.rsplit(":", 1)[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in networks)
