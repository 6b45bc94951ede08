"""What an agent says of the seat beside ready and pause: pauses ahead, a breather, help, keys, 减免.

Handlers answer; pushing the views is `live`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_socketio import SocketIO

from dialer.actions.desk_choices import choose_desk
from dialer.actions.pauses import announce_pause, ask_help, take_breather
from dialer.clock import utc_now
from dialer.store.session import Sessions
from workbench.auth import actor
from workbench.schemas import DeskChoiceIn, HelpIn, Nothing, PauseAhead

Answering = Callable[..., Any]
View = Callable[[], dict[str, Any]]


def listen(socketio: SocketIO, answering: Answering, sessions: Sessions, view: View) -> None:
    """`answering` checks who asks and what; `view` is the desk after the change."""

    @socketio.on("seat:announce")
    @answering(PauseAhead, "agent")
    def _announce(asked: PauseAhead) -> dict[str, Any]:
        announce_pause(sessions, actor(), asked.reason, asked.minutes, utc_now())
        return view()

    @socketio.on("seat:breather")
    @answering(Nothing, "agent")
    def _breather(_asked: Nothing) -> dict[str, Any]:
        take_breather(sessions, actor(), utc_now())
        return view()

    @socketio.on("seat:help")
    @answering(HelpIn, "agent")
    def _help(asked: HelpIn) -> dict[str, Any]:
        ask_help(sessions, actor(), asked.wanted, utc_now())
        return view()

    @socketio.on("desk:choose")
    @answering(DeskChoiceIn, "agent")
    def _choose(asked: DeskChoiceIn) -> dict[str, Any]:
        choose_desk(sessions, actor(), asked.model_dump(), utc_now())
        return view()
