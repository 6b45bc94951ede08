"""Agents' browsers as legs: an offer comes from the page through the engine, the answer goes back.

The newest offer of a seat wins: a reload, or a second tab, replaces the leg, and the customer stays. The
leg counts as up when sound arrives through the encrypted path, not when the descriptions were agreed on.
A browser that was closed says nothing: a leg without sound for some seconds is ended here.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony import browser_sdp
from telephony.agent_legs import AgentLegs
from telephony.loopback_call import OFFER_HEADER, Answer, LoopbackCaller, header
from telephony.protocol import Command, Event
from telephony.settings import TelephonySettings
from telephony.sip_browser import open_browser_account
from telephony.sip_leg import Leg
from telephony.words_of_audio import AudioAnswer, AudioOffer, SeatEcho

if TYPE_CHECKING:
    import pjsua2 as pj

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0  # from the offer to the first sound
SILENCE_SECONDS = 5.0  # a browser sends packets all the time, also when nobody speaks
WATCH_SECONDS = 0.5
ECHO_SECONDS_MAX = 30.0


@dataclass(slots=True)
class _Watch:
    """The leg of a seat, and when it was last heard. Times are monotonic."""

    leg: Leg
    heard_at: float
    look_at: float
    packets: int = 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """An offer on its way through pjsua2."""

    order: AudioOffer
    media_id: str
    until: float


class BrowserLegs:
    """All browsers' legs of a node; the seats themselves are in `AgentLegs`."""

    def __init__(
        self, settings: TelephonySettings, agents: AgentLegs, say: Callable[[Event], None]
    ) -> None:
        self._agents, self._say = agents, say
        self._account, port = open_browser_account(
            settings.browser_address or settings.sip_address, settings.browser_ports, self._incoming
        )
        self._caller = LoopbackCaller(port, self._answered)
        self._asked: dict[str, _Asked] = {}
        self._watched: dict[str, _Watch] = {}
        self._now = 0.0
        agents.sends_always = self._watch  # the headset program is watched like a browser

    @property
    def hurries(self) -> bool:
        """A leg is coming up: the loop must look often."""
        return bool(self._asked) or any(not self._is_up(seat) for seat in self._watched)

    def obey(self, command: Command, now: float) -> None:
        """Commands about sound in browsers; all others are not ours."""
        match command:
            case AudioOffer():
                self.offered(command, now)
            case SeatEcho(seat_id=seat_id, seconds=seconds):
                self._agents.echo(seat_id, now + min(seconds, ECHO_SECONDS_MAX))

    def offered(self, order: AudioOffer, now: float) -> None:
        """Take the page's offer, or say why not."""
        if order.seat_id not in self._agents.seats:
            self._refuse(order, "no_seat")
            return
        try:
            sdp, media_id = browser_sdp.for_pjsip(order.sdp)
        except browser_sdp.NotAnOffer as fault:
            log.warning("offer", extra={"action": "browser.offer", "why": str(fault)})
            self._refuse(order, "offer")
            return
        token = secrets.token_hex(16)
        self._asked[token] = _Asked(order, media_id, now + CONNECT_SECONDS / 2)
        self._caller.invite(token, sdp)

    def tend(self, now: float) -> None:
        """Answers of pjsua2; legs that come up, fall silent, or never came up."""
        self._now = now
        self._caller.look()
        for token in [t for t, asked in self._asked.items() if asked.until <= now]:
            self._caller.forget(token)
            self._refuse(self._asked.pop(token).order, "node")
        for seat_id, watch in list(self._watched.items()):
            if watch.leg.over:
                del self._watched[seat_id]
            elif watch.look_at <= now:
                self._look(seat_id, watch, now)

    def close(self) -> None:
        """The node stops."""
        self._caller.close()

    def _watch(self, leg: Leg) -> None:
        self._watched[leg.name] = _Watch(leg, self._now, self._now)

    def _look(self, seat_id: str, watch: _Watch, now: float) -> None:
        packets = watch.leg.packets_received()
        if packets != watch.packets:
            watch.packets, watch.heard_at = packets, now
            self._agents.is_heard(watch.leg)
        is_up = self._is_up(seat_id)
        watch.look_at = now + (WATCH_SECONDS if is_up else 0)
        if now - watch.heard_at > (SILENCE_SECONDS if is_up else CONNECT_SECONDS):
            log.warning("leg silent", extra={"action": "leg.silent", "seat": seat_id})
            watch.leg.hang_up()

    def _is_up(self, seat_id: str) -> bool:
        seat = self._agents.seats.get(seat_id)
        return seat is None or seat.up

    # --- pjsua2 and the caller on 127.0.0.1 -----------------------------------------------------------

    def _incoming(self, prm: pj.OnIncomingCallParam) -> None:
        """Our own INVITE, known by its token; anybody else's is refused."""
        rdata = prm.rdata
        message = str(rdata.wholeMsg)
        token = header(message, OFFER_HEADER)
        source = re.sub(r"\s.*", "", str(rdata.srcAddress))
        asked = self._asked.get(token) if source == self._caller.address else None
        seat_id = asked.order.seat_id if asked else ""
        leg = Leg(self._account, self._agents, seat_id, prm.callId)
        if asked is None or not self._agents.adopt(leg):
            leg.refuse(403)
            return
        self._watch(leg)
        leg.pick_up()

    def _answered(self, answer: Answer) -> None:
        asked = self._asked.pop(answer.token, None)
        if asked is None:
            return
        if not answer.sdp:
            log.error("no answer", extra={"action": "browser.answer", "status": answer.status})
            self._refuse(asked.order, "node")
            return
        sdp = browser_sdp.for_browser(answer.sdp, asked.media_id)
        self._say(AudioAnswer(
            seat_id=asked.order.seat_id, offer_id=asked.order.offer_id, sdp=sdp
        ))  # fmt: skip

    def _refuse(self, order: AudioOffer, why: str) -> None:
        self._say(AudioAnswer(seat_id=order.seat_id, offer_id=order.offer_id, refused=why))
