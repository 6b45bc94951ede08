"""Trunks on the wire: an account of pjsua2 for each, its registration, its OPTIONS, its INVITEs."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pjsua2 as pj

from telephony.caller_id import shown_to
from telephony.clock import monotonic
from telephony.protocol import Originate
from telephony.rtp_ports import shares
from telephony.sip_endpoint import Account, Endpoint
from telephony.sip_leg import Leg, Listener, guarded
from telephony.trunk import Srtp, Transport, Trunk
from telephony.trunk_health import TrunkHealth, TrunkState
from telephony.trunks import Trunks

log = logging.getLogger(__name__)

TRIAL_SECONDS = 1.0  # between OPTIONS to a trunk that may be tried again
REGISTER_SECONDS, REGISTER_RETRY_SECONDS = 300, 15
DEBIAN_CA = "/etc/ssl/certs/ca-certificates.crt"
_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED, Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}  # fmt: skip
OnInvite = Callable[[pj.OnIncomingCallParam], None]


class TrunkAccount(Account):
    """A trunk's account: what its registrar and its OPTIONS say goes into the trunk's health."""

    def __init__(self, trunk: Trunk, health: TrunkHealth, on_invite: OnInvite) -> None:
        super().__init__(on_invite)
        self.trunk, self.health = trunk, health
        self.last_code = self.options_code = 0  # of the registrar, of OPTIONS; 0: none yet

    @guarded
    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        """pjsua2 callback: registered, refused, or gone."""
        code = int(prm.code)
        self.last_code = code
        self.health.registration(code if prm.expiration or code >= 300 else 0, monotonic())
        if code >= 300:
            log.warning(
                "not registered",
                extra={"action": "trunk.register", "trunk": self.trunk.name, "code": code},
            )

    @guarded
    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:
        """pjsua2 callback: OPTIONS was answered, or not in time."""
        event = prm.e
        body = event.body
        change = body.tsxState
        transaction = change.tsx
        code = int(transaction.statusCode)
        if code >= 200:
            self.options_code = code
            self.health.options_answered(code, monotonic())

    def ask(self) -> None:
        """Send OPTIONS."""
        request = pj.SendRequestParam()
        request.method = "OPTIONS"
        request.txOption.targetUri = self.trunk.uri()
        try:
            self.sendRequest(request)
        except pj.Error:
            self.health.options_answered(0, monotonic())


class SipTrunks:
    """All accounts; `dial` sends an INVITE as its carrier wants it."""

    def __init__(
        self, endpoint: Endpoint, trunks: Trunks, rtp_ports: tuple[int, int], on_invite: OnInvite
    ) -> None:
        """Raises OSError for a password file that cannot be read, pj.Error for a port in use."""
        self._endpoint, self._trunks = endpoint, trunks
        self.accounts: dict[str, TrunkAccount] = {}
        self._asked_at: dict[str, float] = {}
        parts = shares(rtp_ports, [trunk.channels for trunk in trunks.all])
        for trunk, ports in zip(trunks.all, parts, strict=True):
            account = TrunkAccount(trunk, trunks.health[trunk.name], on_invite)
            account.create(self._config(trunk, ports))
            self.accounts[trunk.name] = account
            for codec in trunk.codecs:
                endpoint.use_codec(codec)

    def leg(self, trunk: Trunk, listener: Listener, call_id: str) -> Leg:
        """A leg on the trunk's account with its codecs; not dialed yet."""
        leg = Leg(self.accounts[trunk.name], listener, call_id)
        leg.codecs = trunk.codecs
        return leg

    def dial(self, leg: Leg, trunk: Trunk, order: Originate) -> None:
        """Send the INVITE: number and outbound number in the trunk's form. Raises ValueError, pj.Error."""
        shown = shown_to(trunk, order.outbound_number, self._domain(trunk))
        headers = {"X-Kept-Attempt": order.call_id, **shown.headers}
        target = trunk.uri(trunk.form.called(order.number))
        leg.dial(target, shown.user, self._domain(trunk), headers)

    def tend(self, now: float) -> None:
        """OPTIONS where it is due: each `options_seconds`, and soon when a trial may begin."""
        for account in self.accounts.values():
            trunk, asked = account.trunk, self._asked_at.get(account.trunk.name)
            is_trial = account.health.state(now) is TrunkState.TRIAL
            pause = min(trunk.options_seconds, TRIAL_SECONDS if is_trial else trunk.options_seconds)
            if trunk.options_seconds and (asked is None or now - asked >= pause):
                self._asked_at[trunk.name] = now
                account.ask()

    def close(self) -> None:
        """Tell the registrars that we are gone."""
        for account in self.accounts.values():
            if account.trunk.register_there:
                account.setRegistration(False)

    def _domain(self, trunk: Trunk) -> str:
        return trunk.domain or f"{self._endpoint.address}:{self._endpoint.port}"

    def _config(self, trunk: Trunk, rtp_ports: tuple[int, int]) -> pj.AccountConfig:
        config = self._endpoint.account_config(rtp_ports)
        config.idUri = f"<sip:{trunk.username or 'kept'}@{self._domain(trunk)}>"
        ca_file = str(trunk.tls_ca_file or DEBIAN_CA) if trunk.transport is Transport.TLS else ""
        config.sipConfig.transportId = self._endpoint.transport(trunk.transport, ca_file)
        if trunk.outbound_proxy:
            how = "" if trunk.transport is Transport.UDP else f";transport={trunk.transport}"
            config.sipConfig.proxies.append(f"sip:{trunk.peer}{how};lr")
        if trunk.username:
            secret = pj.AuthCredInfo("digest", "*", trunk.username, 0, trunk.password())
            config.sipConfig.authCreds.append(secret)
        if trunk.register_there:
            config.regConfig.registrarUri = trunk.uri()
            config.regConfig.timeoutSec = REGISTER_SECONDS
            config.regConfig.retryIntervalSec = REGISTER_RETRY_SECONDS
            config.regConfig.firstRetryIntervalSec = 2
        config.mediaConfig.srtpUse = _SRTP[trunk.srtp]
        config.mediaConfig.srtpSecureSignaling = 1 if trunk.srtp is not Srtp.OFF else 0
        return config
