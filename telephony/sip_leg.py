"""One SIP call as a leg: pjsua2's callbacks become plain calls to a listener, on the same thread.

The traps of pjsua2 are closed here once: text and video streams off (a text stream costs a thread per
call), sound is taken from every leg all the time (`_drain`), no member of a temporary is kept, a REFER or
redirect never makes a call of its own, numbers and header values cannot carry a line break, every
callback logs what it raises.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any, Protocol

import pjsua2 as pj

from telephony.sdp_codecs import in_order
from telephony.sip_codes import q850_cause
from telephony.voice_quality import Rtp

log = logging.getLogger(__name__)

_USER = re.compile(r"[A-Za-z0-9_.+*#-]{1,64}")
_TARGET = re.compile(
    r"sip:[A-Za-z0-9_.+*#-]{1,64}@[0-9.]{7,15}(:[0-9]{1,5})?(;transport=t(cp|ls))?"
)
_HEADER_VALUE = re.compile(r"[ -~]{0,200}")
_DIGITS = re.compile(r"[0-9A-D*#]{1,32}")


class Listener(Protocol):
    """What a node wants to hear of a leg."""

    def leg_dialed(self, leg: Leg, invite: str) -> None: ...
    def leg_ringing(self, leg: Leg, early_media: bool) -> None: ...
    def leg_answered(self, leg: Leg, message: str) -> None: ...
    def leg_media(self, leg: Leg) -> None: ...
    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None: ...


def guarded(callback: Callable[..., Any]) -> Callable[..., Any]:
    """pjsua2 prints and swallows what a callback raises; it belongs into our log."""

    def call(self: Any, prm: Any) -> Any:
        try:
            return callback(self, prm)
        except Exception:
            log.exception("callback", extra={"action": "sip.callback"})
            return None

    return call


def call_options(status: int = 0) -> pj.CallOpParam:
    """The only maker of call options: audio alone. A text stream would start a thread per call."""
    options = pj.CallOpParam(True)
    options.opt.audioCount = 1
    options.opt.videoCount = 0
    options.opt.textCount = 0
    if status:
        options.statusCode = status
    return options


class Leg(pj.Call):
    """A customer's or an agent's side of the line. `media` is set while sound can flow."""

    def __init__(
        self, account: pj.Account, listener: Listener, name: str,
        incoming: int = pj.PJSUA_INVALID_ID,
    ) -> None:  # fmt: skip
        super().__init__(account, incoming)
        self.name = name  # attempt id or seat id
        self.listener = listener
        self.media: pj.AudioMedia | None = None
        self.answered = self.over = self.rang = False
        self.codecs: tuple[str, ...] = ()  # in the order of our offer; empty: the library's
        self.heard = False  # anything came from the far end, were it only a 100
        self.last_response = ""  # the final one as it came; empty: none came
        self.on_digit: Callable[[str], None] | None = None

    def dial(self, target: str, shown: str, address: str, headers: dict[str, str]) -> None:
        """Send the INVITE. `shown` is the number the callee sees. Raises ValueError or pj.Error."""
        if not _TARGET.fullmatch(target) or not _USER.fullmatch(shown):
            raise ValueError("not a number that may be dialed")
        options = call_options()
        options.txOption.localUri = f"<sip:{shown}@{address}>"
        options.txOption.headers = _headers(headers)
        self.makeCall(target, options)

    def pick_up(self) -> None:
        """Answer an incoming call with 200."""
        self.answer(call_options(200))

    def refuse(self, status: int, cause: int = 0) -> None:
        """Answer an incoming call with a final no; a Q.850 cause goes into a Reason header."""
        options = call_options(status)
        if cause:
            options.txOption.headers = _headers({"Reason": f"Q.850;cause={cause}"})
        self.hangup(options)

    def hang_up(self) -> None:
        """BYE, CANCEL or nothing, as the call stands; harmless twice."""
        if not self.over:
            try:
                self.hangup(call_options())
            except pj.Error as error:
                log.warning("hangup", extra={"action": "sip.hangup", "why": error.reason})

    def packets_received(self) -> int:
        """RTP packets from the far end so far."""
        return self.packets()[0]

    def packets(self) -> tuple[int, int]:
        """(received, sent) RTP packets so far."""
        if self.over or self.media is None:
            return 0, 0
        try:
            stat = self.getStreamStat(0)
        except pj.Error:
            return 0, 0
        rtcp = stat.rtcp
        received, sent = rtcp.rxStat, rtcp.txStat
        return int(received.pkt), int(sent.pkt)

    def rtp(self) -> Rtp:
        """What has been received so far, with the round trip where reports came."""
        if self.over or self.media is None:
            return Rtp()
        try:
            stat = self.getStreamStat(0)
        except pj.Error:
            return Rtp()
        rtcp = stat.rtcp
        received, round_trip = rtcp.rxStat, rtcp.rttUsec
        jitter = received.jitterUsec
        return Rtp(
            int(received.pkt), int(received.loss), jitter.mean / 1000, round_trip.mean / 1000
        )

    def send_digits(self, digits: str) -> None:
        """Press keys: RFC 4733, or INFO where the far end takes no events. Raises ValueError."""
        if not _DIGITS.fullmatch(digits):
            raise ValueError("keys are 0-9, *, #, A-D")
        try:
            self.dialDtmf(digits)
        except pj.Error:
            by_info = pj.CallSendDtmfParam()
            by_info.method, by_info.digits = pj.PJSUA_DTMF_METHOD_SIP_INFO, digits
            self.sendDtmf(by_info)

    def level(self) -> int:
        """How loud the far end is now, 0-255; pjsua2 names it by the bridge's side: Tx."""
        if self.media is None or self.over:
            return 0
        try:
            return int(self.media.getTxLevel())
        except pj.Error:  # the port has left the bridge, and the call's end is not told yet
            return 0

    # --- pjsua2's callbacks -----------------------------------------------------------------------

    @guarded
    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """Dialing, ringing, answered, over."""
        info = self.getInfo()
        state, code = info.state, info.lastStatusCode
        sent, received = _messages(prm.e)
        if state == pj.PJSIP_INV_STATE_CALLING:
            self.listener.leg_dialed(self, sent)
        elif state == pj.PJSIP_INV_STATE_EARLY and not self.rang:
            self.rang = True
            self.listener.leg_ringing(self, code == 183)
        elif state in (pj.PJSIP_INV_STATE_CONNECTING, pj.PJSIP_INV_STATE_CONFIRMED):
            if not self.answered:
                self.answered = True
                self.listener.leg_answered(self, received or sent)
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.over:
            self.over, self.media = True, None
            by_peer = received.startswith("BYE ")
            cause = q850_cause(received)
            self.last_response = received
            self.listener.leg_over(self, code, info.lastReason, cause, by_peer)

    @guarded
    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        """Sound may flow; comes again after re-INVITEs, so connecting is idempotent."""
        info = self.getInfo()
        media = info.media
        active = len(media) > 0 and media[0].status in (
            pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD,
        )  # fmt: skip
        if active and not self.over:
            self.media = self.getAudioMedia(-1)
            _drain(self.media)
            self.listener.leg_media(self)

    @guarded
    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:
        """pjsua2 tells of a 100 in no other way; after it somebody has the call."""
        self.heard = self.heard or bool(_messages(prm.e)[1])

    @guarded
    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:
        """The library knows one order of codecs for all; ours is that of the trunk."""
        if self.codecs:
            sdp = prm.sdp
            sdp.wholeSdp = in_order(str(sdp.wholeSdp), self.codecs)

    @guarded
    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        """A key by RFC 4733 or INFO; on the main thread, as the endpoint asks."""
        digit = str(prm.digit)[:1].upper()
        if self.on_digit is not None and _DIGITS.fullmatch(digit):
            self.on_digit(digit)

    @guarded
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """A REFER is accepted by default and would call any address: toll fraud. Declined."""
        prm.statusCode = pj.PJSIP_SC_DECLINE

    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:
        """A 302 does not choose whom we call."""
        return int(pj.PJSIP_REDIRECT_REJECT)


def _drain(media: pj.AudioMedia) -> None:
    """Let the null device hear it. The bridge reads only from ports that somebody hears: the jitter buffer
    of a leg that waits (an agent between two calls, a customer on hold) would fill up, and its next words
    would come half a second late, and stay so."""
    devices = pj.Endpoint.instance().audDevManager()
    media.startTransmit(devices.getPlaybackDevMedia())


def _messages(event: pj.SipEvent) -> tuple[str, str]:
    """(sent, received) message text of an event; only valid inside the callback."""
    body = event.body
    if event.type == pj.PJSIP_EVENT_TSX_STATE:
        change = body.tsxState
        source = change.src
        tdata, rdata = source.tdata, source.rdata
        return str(tdata.wholeMsg), str(rdata.wholeMsg)
    if event.type == pj.PJSIP_EVENT_TX_MSG:
        outgoing = body.txMsg
        tdata = outgoing.tdata
        return str(tdata.wholeMsg), ""
    if event.type == pj.PJSIP_EVENT_RX_MSG:
        incoming = body.rxMsg
        rdata = incoming.rdata
        return "", str(rdata.wholeMsg)
    return "", ""


def _headers(values: dict[str, str]) -> pj.SipHeaderVector:
    vector = pj.SipHeaderVector()
    for name, value in values.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"header {name} holds a forbidden character")
        header = pj.SipHeader()
        header.hName, header.hValue = name, value
        vector.append(header)
    return vector
