"""The agent's sound in the browser: one question of the page, `audio:offer`, and its answer.

The offer travels as a fact to the engine and from there to the seat's node; the answer comes back into
the same row, and the page's question is answered when it is there.
"""

from __future__ import annotations

import base64
import hmac
from threading import Event
from typing import Any

from dialer.actions import agent_legs
from dialer.actions.refusals import Refused
from dialer.clock import monotonic, utc_now
from dialer.reports.agent_legs import audio_answer
from dialer.store.session import Sessions, read
from workbench.auth import actor
from workbench.live import _answering as answering
from workbench.live import socketio
from workbench.schemas import AudioOfferIn, LegIn, Nothing
from workbench.settings import AudioSettings

ANSWER_SECONDS = 6.0
LOOK_SECONDS = 0.01


def ice_servers(settings: AudioSettings, user_id: int, now: float) -> list[dict[str, Any]]:
    """As RTCPeerConnection wants them. A TURN name is "expiry:user" and its password the HMAC of it
    (draft-uberti-behave-turn-rest), so that a page never sees the secret. `now`: seconds since 1970."""
    name = f"{int(now + settings.turn_hours * 3600)}:{user_id}"
    digest = hmac.digest(settings.turn_secret.encode(), name.encode(), "sha1")
    password = base64.b64encode(digest).decode()
    return [
        {"urls": url, "username": name, "credential": password}
        if url.startswith("turn") else {"urls": url}
        for url in settings.ice_servers
    ]  # fmt: skip


def listen(sessions: Sessions) -> None:
    """Attach the events; once per application."""

    @socketio.on("audio:offer")
    @answering(AudioOfferIn, "agent")
    def _offer(asked: AudioOfferIn) -> dict[str, Any]:
        offer_id = agent_legs.offer_audio(sessions, actor(), asked.leg, asked.sdp, utc_now())
        answer = _wait(sessions, offer_id)
        why = answer["refused"]
        if why:
            raise Refused(f"audio_{why}")
        return {"sdp": answer["sdp"]}

    @socketio.on("audio:echo")
    @answering(Nothing, "agent")
    def _echo(_asked: Nothing) -> None:
        agent_legs.ask_echo(sessions, actor(), utc_now())

    @socketio.on("leg:choose")
    @answering(LegIn, "agent")
    def _choose(asked: LegIn) -> None:
        agent_legs.choose_leg(sessions, actor(), asked.kind, utc_now())


def _wait(sessions: Sessions, offer_id: int) -> dict[str, str]:
    """The engine's answer; it takes some 50 ms when all is well."""
    until, never = monotonic() + ANSWER_SECONDS, Event()
    while monotonic() < until:
        with read(sessions) as session:
            answer = audio_answer(session, offer_id)
        if answer is not None:
            return answer
        never.wait(LOOK_SECONDS)
    return {"sdp": "", "refused": "timeout"}
