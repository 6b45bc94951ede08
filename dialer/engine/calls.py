"""Events of nodes become happenings of calls; the effects of the state machine become rows and facts.

Everything here runs inside the caller's transaction; commands wait in the floor's outbox.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.apply_outcome import apply_outcome
from dialer.actions.recordings import take_raw
from dialer.clock import monotonic
from dialer.domain.abandonment import cause_of
from dialer.domain.call import (
    Call,
    CallState,
    Effect,
    Happening,
    Moved,
    OutcomeAwaited,
    OutcomeKnown,
    Progressed,
    SeatLeft,
    SeatTaken,
    WasAbandoned,
    WasConnected,
    WasEnded,
    step,
)
from dialer.domain.pacing import WasMachine
from dialer.domain.seat import SeatState
from dialer.engine.floor import Floor, LiveCall, load_seat, settle
from dialer.engine.number_pool import note_dial
from dialer.engine.pacing import events_of
from dialer.facts import CallJudged, CallMoved, OutcomeRecorded
from dialer.feed import publish
from dialer.store.tables import Attempt, Conversation, Outcome, Seat
from telephony.protocol import (
    SEAT_GONE,
    Abandoned,
    Answered,
    Connected,
    Dialed,
    Ended,
    Event,
    Judged,
    RecordingSaved,
    Ringing,
    Verdict,
)

_STAMPS = {
    CallState.DIALED: "dialed_at",
    CallState.RINGING: "ringing_at",
    CallState.ANSWERED: "answered_at",
    CallState.CONNECTED: "connected_at",
    CallState.ENDED: "ended_at",
}


def happening_of(event: Event) -> Happening | None:
    """The domain's word for a node's event; None when the life of the call does not depend on it."""
    match event:
        case Dialed():
            return Progressed(CallState.DIALED)
        case Ringing():
            return Progressed(CallState.RINGING)
        case Answered():
            return Progressed(CallState.ANSWERED)
        case Connected(seat_id=seat_id):
            return WasConnected(int(seat_id))
        case Abandoned():
            return WasAbandoned()
        case Ended(verdict=verdict, ended_by=by, no_audio=no_audio, sip_reason=reason):
            gone = verdict is Verdict.NOT_SENT and reason == SEAT_GONE
            return WasEnded(verdict, by, no_audio, seat_gone=gone, screened=event.screened)
    return None


def apply_event(session: Session, floor: Floor, event: Event, at: datetime) -> None:
    """One event of a call: details onto the attempt, then the step of its life."""
    attempt = session.get(Attempt, getattr(event, "call_id", ""))
    if attempt is None:
        return
    _note_details(session, floor, attempt, event, at)
    happening = happening_of(event)
    if happening is not None:
        advance(session, floor, attempt, happening, at)


def advance(
    session: Session, floor: Floor, attempt: Attempt, happening: Happening, at: datetime
) -> None:
    """Step the state machine and carry out its effects."""
    live = floor.calls.get(attempt.id) or _revive(attempt)
    floor.calls[attempt.id] = live
    if isinstance(happening, WasEnded) and not attempt.verdict:
        attempt.verdict, attempt.ended_by = happening.verdict, happening.by
    before = live.call
    live.call, effects = step(before, happening)
    moment = monotonic()
    if live.call.state is not before.state:
        live.phase_since = moment
    floor.abandoned[live.campaign_id] += live.call.abandoned and not before.abandoned
    floor.happened += [
        (live.node, event)
        for event in events_of(
            attempt.id, live, before, attempt.verdict, moment, screened=attempt.screened or ""
        )
    ]
    for effect in effects:
        _carry_out(session, floor, attempt, live.call, effect, at)
    if live.call.state is CallState.ENDED:
        note_dial(session, attempt, at)
        unreserve(session, floor, attempt.id, at)
        _leave_others(session, floor, attempt.id, live.call.seat_id, at)
        floor.calls.pop(attempt.id, None)


def _revive(attempt: Attempt) -> LiveCall:
    call = Call(
        CallState(attempt.state), attempt.answered_at is not None, attempt.abandoned,
        attempt.seat_id,
    )  # fmt: skip
    return LiveCall(
        call, attempt.campaign_id, attempt.debtor_id, attempt.number, attempt.node, 0.0,
        attempt.account_id, shown=attempt.outbound_number,
    )  # fmt: skip


def unreserve(session: Session, floor: Floor, attempt_id: str, at: datetime) -> None:
    """The call was placed for one seat and needs it no longer: it is over, or was taken by another
    one, or that seat's leg is lost and whoever is free may take it."""
    live = floor.calls.get(attempt_id)
    seat = floor.seats.get(live.for_seat) if live is not None else None
    if live is not None:
        live.for_seat = 0
    if seat is not None and seat.dialing == attempt_id:
        seat.dialing = ""
        settle(session, floor, seat, at)


def _cause(session: Session, floor: Floor, attempt: Attempt) -> str:
    """Why no agent was there, from the floor as it is at this moment."""
    here = [seat for seat in floor.seats.values() if seat.node == attempt.node]
    since = {
        row.id: row.since
        for row in session.scalars(select(Seat).where(Seat.id.in_([seat.id for seat in here])))
    }
    paused = [
        seat for seat in here
        if seat.state is SeatState.PAUSED and since[seat.id] >= attempt.created_at
    ]  # fmt: skip
    lost = [seat for seat in here if seat.state is SeatState.CONNECTING]
    waiting = [c for c in floor.calls.values() if c.call.state is CallState.ANSWERED]
    return cause_of(floor.idle_seats(attempt.node), len(paused), bool(lost), len(waiting))


def _note_details(
    session: Session, floor: Floor, attempt: Attempt, event: Event, at: datetime
) -> None:
    match event:
        case Connected(waited_ms=waited) | Abandoned(waited_ms=waited):
            if attempt.waited_ms is None:
                attempt.waited_ms = waited
            attempt.answered_at = attempt.answered_at or at
            if isinstance(event, Abandoned):
                attempt.message_ms = waited if event.message else None
                attempt.abandon_cause = _cause(session, floor, attempt)
        case Dialed(trunk=trunk):
            attempt.trunk = trunk
        case Judged():
            _note_verdict(session, attempt, event, at)
        case RecordingSaved(path=path, sha256=digest, seconds=seconds):
            take_raw(session, attempt, path, digest, seconds, at)
        case Ended(verdict=verdict, sip_code=code, ended_by=by, talk_ms=talk):
            if attempt.ended_at is None:
                attempt.screened = event.screened
                attempt.verdict, attempt.sip_code = verdict, code
                attempt.ended_by, attempt.talk_ms = by, talk


def _note_verdict(session: Session, attempt: Attempt, heard: Judged, at: datetime) -> None:
    attempt.answer_kind, attempt.answer_reason = heard.kind, heard.reason
    attempt.answer_confidence, attempt.answer_ms = heard.confidence, heard.at_ms
    if not heard.early:
        attempt.voice_from_ms, attempt.voice_to_ms = heard.voice_from_ms, heard.voice_to_ms
    fact = CallJudged(attempt_id=attempt.id, seat_id=attempt.seat_id or 0, kind=heard.kind)
    publish(session, fact, at)


def _carry_out(
    session: Session, floor: Floor, attempt: Attempt, call: Call, effect: Effect, at: datetime
) -> None:
    match effect:
        case Moved(to):
            attempt.state, attempt.abandoned = to, call.abandoned
            stamp = _STAMPS.get(to)
            if stamp and getattr(attempt, stamp) is None:
                setattr(attempt, stamp, at)
            publish(session, CallMoved(
                attempt_id=attempt.id, campaign_id=attempt.campaign_id, state=to,
                seat_id=call.seat_id or attempt.for_seat_id or 0, verdict=attempt.verdict,
            ), at)  # fmt: skip
        case SeatTaken(seat_id):
            attempt.seat_id = seat_id
            seat = load_seat(session, floor, seat_id)
            seat.attempt_id, seat.on_line, seat.told_ready = attempt.id, True, ()
            if seat.dialing == attempt.id:
                seat.dialing = ""
            settle(session, floor, seat, at)
            unreserve(session, floor, attempt.id, at)
        case SeatLeft(seat_id):
            leave_call(session, floor, attempt.id, seat_id, at)
        case OutcomeAwaited(seat_id):
            _free_seat(session, floor, attempt, seat_id, at)
        case OutcomeKnown(code):
            if session.get(Outcome, attempt.id) is None:
                apply_outcome(session, attempt, code, at)


def leave_call(session: Session, floor: Floor, attempt_id: str, seat_id: int, at: datetime) -> None:
    """The seat has no part in this call any more, and owes no outcome."""
    seat = load_seat(session, floor, seat_id)
    if seat.attempt_id == attempt_id:
        seat.attempt_id, seat.on_line, seat.outcome_missing = "", False, False
        settle(session, floor, seat, at)


def _leave_others(
    session: Session, floor: Floor, attempt_id: str, owner: int | None, at: datetime
) -> None:
    """The call is over: whoever was asked or joined is free."""
    for seat in [s for s in floor.seats.values() if s.attempt_id == attempt_id and s.id != owner]:
        leave_call(session, floor, attempt_id, seat.id, at)
    row = session.get(Conversation, attempt_id)
    if row is not None:
        row.second_seat_id, row.second, row.keys, row.warnings = None, "", "", []


def _free_seat(
    session: Session, floor: Floor, attempt: Attempt, seat_id: int, at: datetime
) -> None:
    """The talk is over: wrap-up, unless the outcome was saved while they still talked."""
    seat = load_seat(session, floor, seat_id)
    if seat.attempt_id != attempt.id:
        return
    seat.on_line = False
    seat.outcome_missing = session.get(Outcome, attempt.id) is None
    if not seat.outcome_missing:
        seat.attempt_id = ""
    settle(session, floor, seat, at)


def outcome_saved(session: Session, floor: Floor, saved: OutcomeRecorded, at: datetime) -> None:
    """The agent saved the outcome: the seat leaves wrap-up, if it was in it."""
    seat = load_seat(session, floor, saved.seat_id)
    if saved.code == "AM_AGENT":  # the pacer counted a person
        floor.happened.append((seat.node, WasMachine(monotonic(), saved.attempt_id)))
    if seat.attempt_id == saved.attempt_id and not seat.on_line:
        seat.outcome_missing, seat.attempt_id = False, ""
        settle(session, floor, seat, at)
