"""The account that takes agents' browsers: ICE, DTLS-SRTP, one port for RTP and RTCP.

It has a SIP transport of its own on 127.0.0.1: only this process speaks to it. Measured, each with a
fault behind it: `iceCheckSrcAddr = 0`, or one connection in a hundred goes deaf when the browser chooses
another address of its own; no more than one host candidate, which is told and not looked for, because
loopback is none by itself; no session timer, because nobody refreshes it.
"""

from __future__ import annotations

from collections.abc import Callable

import pjsua2 as pj

from telephony.sip_endpoint import Account
from telephony.sip_leg import Leg


def open_browser_account(
    address: str, rtp_ports: tuple[int, int], on_invite: Callable[[pj.OnIncomingCallParam], None]
) -> tuple[Account, int]:
    """(account, its SIP port). `address`: where browsers reach this machine; sound is taken on all."""
    endpoint = pj.Endpoint.instance()
    transport = pj.TransportConfig()
    transport.port, transport.boundAddress = 0, "127.0.0.1"
    transport_id = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    info = endpoint.transportGetInfo(transport_id)
    port = int(str(info.localName).rsplit(":", 1)[1])
    config = pj.AccountConfig()
    config.idUri = f"sip:browser@127.0.0.1:{port}"
    config.sipConfig.transportId = transport_id
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_INACTIVE
    _use_dtls(config.mediaConfig)
    _use_ice(config.natConfig, address)
    media = config.mediaConfig.transportConfig
    media.port, media.portRange = rtp_ports[0], rtp_ports[1] - rtp_ports[0]
    account = Account(on_invite)
    account.create(config)
    return account, port


def _use_dtls(media: pj.AccountMediaConfig) -> None:
    media.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
    media.srtpSecureSignaling = 0  # the offer came over the page's own connection
    options, keyings = pj.SrtpOpt(), pj.IntVector()
    keyings.append(pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP)
    options.keyings = keyings
    media.srtpOpt = options
    media.rtcpMuxEnabled = True


def _use_ice(nat: pj.AccountNatConfig, address: str) -> None:
    nat.iceEnabled = nat.iceNoRtcp = True
    nat.iceAlwaysUpdate = False
    nat.iceCheckSrcAddr = 0
    nat.iceMaxHostCands = 1
    hosts = pj.StringVector()
    hosts.append(address)
    nat.iceManualHost = hosts


def sound_back(leg: Leg, on: bool) -> None:
    """Let an agent hear themselves, or no longer."""
    if leg.media is not None and not leg.over:
        (leg.media.startTransmit if on else leg.media.stopTransmit)(leg.media)
