"""Sockets: what agents and supervisors do during a call. Each handler is one action.

An agent acts on a call of their own; so does a supervisor who took one over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_socketio import SocketIO

from dialer.actions import in_call
from dialer.clock import utc_now
from dialer.reports.in_call import phone_of
from dialer.store.session import Sessions, read
from workbench.auth import actor
from workbench.schemas import (
    KeysIn,
    OnCall,
    OnSeat,
    PhoneIn,
    SuperviseIn,
    Switch,
    TransferIn,
)

TALKERS = ("agent", "supervisor", "manager", "admin")
SUPERVISORS = TALKERS[1:]
Answering = Callable[..., Callable[[Callable[[Any], Any]], Any]]


def listen_in_call(socketio: SocketIO, answering: Answering, sessions: Sessions) -> None:
    """Attach the events; `answering(model, *roles)` checks who asks and what."""
    _listen_to_buttons(socketio, answering, sessions)
    _listen_to_transfers(socketio, answering, sessions)
    _listen_to_supervisors(socketio, answering, sessions)


def _listen_to_buttons(socketio: SocketIO, answering: Answering, sessions: Sessions) -> None:
    def switch(event: str, on: str, off: str) -> None:
        @socketio.on(event)
        @answering(Switch, *TALKERS)
        def _switch(asked: Switch) -> None:
            what = on if asked.on else off
            in_call.ask_in_call(sessions, actor(), asked.attempt_id, what, utc_now())

    switch("call:hold", "hold", "resume")
    switch("call:mute", "mute", "unmute")
    switch("call:record", "resume_recording", "pause_recording")

    @socketio.on("call:dtmf")
    @answering(KeysIn, *TALKERS)
    def _keys(asked: KeysIn) -> None:
        in_call.press_keys(sessions, actor(), asked.attempt_id, asked.digits, utc_now())


def _listen_to_transfers(socketio: SocketIO, answering: Answering, sessions: Sessions) -> None:
    @socketio.on("call:transfer")
    @answering(TransferIn, *TALKERS)
    def _transfer(asked: TransferIn) -> None:
        in_call.transfer(
            sessions, actor(), asked.attempt_id, kind=asked.kind, seat_id=asked.seat_id,
            now=utc_now(),
        )  # fmt: skip

    def consulted(event: str, what: str) -> None:
        @socketio.on(event)
        @answering(OnCall, *TALKERS)
        def _consulted(asked: OnCall) -> None:
            in_call.ask_in_call(sessions, actor(), asked.attempt_id, what, utc_now())

    consulted("call:transfer_complete", "complete")
    consulted("call:transfer_cancel", "cancel")
    consulted("call:three_way", "join")


def _listen_to_supervisors(socketio: SocketIO, answering: Answering, sessions: Sessions) -> None:
    @socketio.on("seat:phone")
    @answering(PhoneIn, *SUPERVISORS)
    def _phone(asked: PhoneIn) -> dict[str, Any]:
        in_call.open_phone(sessions, actor(), utc_now(), on=asked.on)
        return _own_phone()

    @socketio.on("seat:own_phone")
    @answering(PhoneIn, *SUPERVISORS)
    def _look(_asked: PhoneIn) -> dict[str, Any]:
        return _own_phone()

    @socketio.on("seat:supervise")
    @answering(SuperviseIn, *SUPERVISORS)
    def _supervise(asked: SuperviseIn) -> None:
        in_call.supervise(sessions, actor(), asked.seat_id, asked.mode, utc_now())

    @socketio.on("seat:take_over")
    @answering(OnSeat, *SUPERVISORS)
    def _take_over(asked: OnSeat) -> dict[str, Any]:
        return {"attempt_id": in_call.take_over(sessions, actor(), asked.seat_id, utc_now())}

    def _own_phone() -> dict[str, Any]:
        with read(sessions) as session:
            return {"phone": phone_of(session, actor().user_id)}
