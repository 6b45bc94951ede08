"""The fake node's conversations: the same words, the same answers, no sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from telephony.conversation import Conversation, Monitor, Recording, Second
from telephony.protocol import Event
from telephony.words_in_call import (
    Consulted,
    ConversationIs,
    Hold,
    InCallCommand,
    Mute,
    PauseRecording,
    Supervise,
    Supervised,
    Transfer,
    Transferred,
    TransferRefused,
)


class _Call(Protocol):
    seat_id: str
    second_seat: str
    over: bool


class FakeConversations:
    """Of the calls and seats it is given."""

    def __init__(
        self, calls: Mapping[str, _Call], seats: dict[str, bool], talks: dict[str, Conversation],
        say: Callable[[Event], None],
    ) -> None:  # fmt: skip
        self._calls, self._seats, self._talks, self._say = calls, seats, talks, say

    def obey(self, command: InCallCommand) -> None:
        """As telephony.in_call."""
        if isinstance(command, Supervise):
            can = self._seats.get(command.supervisor, False)
            mode = command.mode if can else Monitor.OFF
            self._say(Supervised(
                seat_id=command.seat_id, supervisor=command.supervisor, mode=mode
            ))  # fmt: skip
            return
        call = self._calls.get(command.call_id)
        if call is None or call.over:
            return
        state = self._talks.get(command.call_id, Conversation(recording=Recording.ON))
        match command:
            case Hold(on=on):
                state = replace(state, held=on)
            case Mute(on=on):
                state = replace(state, muted=on)
            case PauseRecording(on=on):
                state = replace(state, recording=Recording.PAUSED if on else Recording.ON)
            case Transfer():
                state = self._transfer(call, command, state)
            case Consulted(then=then):
                state = self._consulted(call, command.call_id, then, state)
        self._talks[command.call_id] = state
        self._say(ConversationIs(
            call_id=command.call_id, held=state.held, muted=state.muted,
            recording=state.recording, second_seat=call.second_seat, second=state.second,
        ))  # fmt: skip

    def _transfer(self, call: _Call, command: Transfer, state: Conversation) -> Conversation:
        is_busy = any(
            command.seat_id in (c.seat_id, c.second_seat) and not c.over
            for c in self._calls.values()
        )
        if is_busy or not self._seats.get(command.seat_id, False):
            self._say(TransferRefused(
                call_id=command.call_id, seat_id=command.seat_id, reason="seat"
            ))  # fmt: skip
            return state
        if command.warm:
            call.second_seat = command.seat_id
            return state.with_second(Second.CONSULTED)
        return self._move(call, command.call_id, command.seat_id, state)

    def _consulted(self, call: _Call, call_id: str, then: str, state: Conversation) -> Conversation:
        if then == "complete":
            return self._move(call, call_id, call.second_seat, state)
        if then == "join":
            return state.with_second(Second.JOINED)
        call.second_seat = ""
        return state.with_second(Second.NONE)

    def _move(self, call: _Call, call_id: str, seat_id: str, state: Conversation) -> Conversation:
        before, call.seat_id, call.second_seat = call.seat_id, seat_id, ""
        self._say(Transferred(call_id=call_id, seat_id=seat_id, from_seat=before))
        return state.for_next_agent()
