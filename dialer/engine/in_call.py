"""During a call: what people ask goes to the node as commands, what the node says becomes rows.

After a transfer the call is the new seat's, which owes the outcome; the former one is free.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from dialer.domain.call import CallState, WasMoved
from dialer.engine.calls import advance, leave_call
from dialer.engine.floor import Floor, load_seat, settle
from dialer.facts import AnyFact, ConversationMoved, InCallAsked, SeatSupervised, SuperviseAsked
from dialer.feed import publish
from dialer.store.tables import Attempt, Conversation, Supervision
from telephony.conversation import Monitor
from telephony.protocol import Event
from telephony.voice_quality import grade
from telephony.words_in_call import (
    Consulted,
    ConversationIs,
    Digit,
    Hold,
    InCallCommand,
    Mute,
    PauseRecording,
    SendDigits,
    SoundIs,
    Supervise,
    Supervised,
    Transfer,
    Transferred,
    TransferRefused,
)

KEYS_SHOWN = 20


def serve(floor: Floor, fact: AnyFact) -> None:
    """Pass on what somebody asked, if the call still lives."""
    if isinstance(fact, SuperviseAsked):
        watched = floor.seats.get(fact.watched_seat_id)
        own = floor.seats.get(fact.supervisor_seat_id)
        if watched is not None and own is not None and watched.node and watched.node == own.node:
            floor.tell(watched.node, Supervise(
                seat_id=str(watched.id), supervisor=str(own.id), mode=Monitor(fact.mode)
            ))  # fmt: skip
    elif isinstance(fact, InCallAsked):
        live = floor.calls.get(fact.attempt_id)
        command = _command(fact)
        if live is not None and live.call.state is CallState.CONNECTED and command is not None:
            floor.tell(live.node, command)


def _command(asked: InCallAsked) -> InCallCommand | None:
    call_id, what = asked.attempt_id, asked.what
    match what:
        case "hold" | "resume":
            return Hold(call_id=call_id, on=what == "hold")
        case "mute" | "unmute":
            return Mute(call_id=call_id, on=what == "mute")
        case "pause_recording" | "resume_recording":
            return PauseRecording(call_id=call_id, on=what == "pause_recording")
        case "keys":
            return SendDigits(call_id=call_id, digits=asked.keys)
        case "cold" | "warm":
            return Transfer(call_id=call_id, seat_id=str(asked.to_seat_id), warm=what == "warm")
        case "complete" | "cancel" | "join":
            return Consulted(call_id=call_id, then=what)
    return None


def apply(session: Session, floor: Floor, event: Event, at: datetime) -> bool:
    """One event of a conversation; False when it is none."""
    if isinstance(event, Supervised):
        _supervised(session, event, at)
        return True
    if not isinstance(event, ConversationIs | Transferred | TransferRefused | Digit | SoundIs):
        return False
    attempt = session.get(Attempt, event.call_id)
    if attempt is None:
        return True
    row = _row(session, attempt.id, at)
    if isinstance(event, SoundIs):
        _sound(session, attempt, row, event, at)
        return True
    match event:
        case ConversationIs():
            _conversation(session, floor, attempt, row, event, at)
        case Transferred(seat_id=seat_id):
            row.second_seat_id = None
            advance(session, floor, attempt, WasMoved(int(seat_id)), at)
        case TransferRefused(reason=reason):
            row.refused = reason
        case Digit(digit=digit):  # card numbers are for nobody's eyes
            row.keys = (row.keys + ("•" if row.recording == "paused" else digit))[-KEYS_SHOWN:]
    _tell(session, attempt, at)
    return True


def forget_supervision(session: Session, floor: Floor, node: str, at: datetime) -> None:
    """A node died: nobody hears anybody there any more."""
    for row in session.query(Supervision).all():
        seat = floor.seats.get(row.seat_id)
        if seat is None or seat.node in ("", node):
            gone = Supervised(
                seat_id=str(row.seat_id), supervisor=str(row.supervisor_seat_id), mode=Monitor.OFF
            )
            _supervised(session, gone, at)


def _row(session: Session, attempt_id: str, at: datetime) -> Conversation:
    row = session.get(Conversation, attempt_id)
    if row is None:
        row = Conversation(attempt_id=attempt_id, warnings=[], quality={}, at=at)
        session.add(row)
        session.flush()
    row.at = at
    return row


def _conversation(
    session: Session, floor: Floor, attempt: Attempt, row: Conversation, said: ConversationIs,
    at: datetime,
) -> None:  # fmt: skip
    before, second = row.second_seat_id, int(said.second_seat or 0)
    row.held, row.muted, row.recording = said.held, said.muted, said.recording
    row.second, row.agent_lost, row.refused = said.second, said.agent_lost, ""
    row.second_seat_id = second or None
    if before and before not in (second, attempt.seat_id):
        leave_call(session, floor, attempt.id, before, at)
    if second and second != before and attempt.id in floor.calls:
        seat = load_seat(session, floor, second)
        seat.attempt_id, seat.on_line, seat.told_ready = attempt.id, True, ()
        settle(session, floor, seat, at)


def _sound(
    session: Session, attempt: Attempt, row: Conversation, said: SoundIs, at: datetime
) -> None:
    """Pages hear of it when a warning or the grade of a leg changes, not every five seconds."""
    before = (row.warnings, {side: grade(leg["mos"]) for side, leg in row.quality.items()})
    row.warnings = list(said.warnings)
    row.quality = {
        "customer": msgspec.to_builtins(said.customer), "agent": msgspec.to_builtins(said.agent)
    }  # fmt: skip
    after = (row.warnings, {side: grade(leg["mos"]) for side, leg in row.quality.items()})
    if before != after:
        _tell(session, attempt, at)


def _supervised(session: Session, said: Supervised, at: datetime) -> None:
    row = session.get(Supervision, int(said.seat_id))
    if said.mode is Monitor.OFF:
        if row is not None and row.supervisor_seat_id == int(said.supervisor):
            session.delete(row)
    else:
        session.merge(Supervision(
            seat_id=int(said.seat_id), supervisor_seat_id=int(said.supervisor), mode=said.mode,
            at=at,
        ))  # fmt: skip
    publish(session, SeatSupervised(
        watched_seat_id=int(said.seat_id), supervisor_seat_id=int(said.supervisor), mode=said.mode
    ), at)  # fmt: skip


def _tell(session: Session, attempt: Attempt, at: datetime) -> None:
    publish(session, ConversationMoved(attempt_id=attempt.id, seat_id=attempt.seat_id or 0), at)
