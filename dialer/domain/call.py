"""The life of a call: (call, happening) -> (call, effects). Pure; the engine carries effects out.

    PLACED -> DIALED -> RINGING -> ANSWERED -> CONNECTED -> ENDED
                                       |-----> ABANDONED -> ENDED
    every state may go to ENDED; nothing leaves ENDED.

Happenings may be lost, doubled or late, so each state accepts every happening: an attempt closes
exactly once, and an abandoned call stays abandoned whatever is said of it later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class CallState(StrEnum):
    """Where the attempt stands."""

    PLACED = "placed"
    DIALED = "dialed"
    RINGING = "ringing"
    ANSWERED = "answered"
    CONNECTED = "connected"
    ABANDONED = "abandoned"
    ENDED = "ended"


_ORDER = list(CallState)


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt. `seat_id` is set once a customer and an agent heard each other."""

    state: CallState = CallState.PLACED
    answered: bool = False
    abandoned: bool = False
    seat_id: int | None = None


# --- happenings -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progressed:
    """The node dialed, heard ringing, or got the answer."""

    to: CallState


@dataclass(frozen=True, slots=True)
class WasConnected:
    """An agent took the customer."""

    seat_id: int


@dataclass(frozen=True, slots=True)
class WasMoved:
    """Another seat took the customer over: transfer, take-over, or the agent's leg was lost."""

    seat_id: int


@dataclass(frozen=True, slots=True)
class WasAbandoned:
    """No agent within the limit (two seconds after the answer)."""


@dataclass(frozen=True, slots=True)
class WasEnded:
    """The call is over. `verdict` and `by` are the node's words; `lost`: the node died; `seat_gone`:
    it was for one agent who is no longer free, and no INVITE left."""

    verdict: str
    by: str = ""
    no_audio: bool = False
    lost: bool = False
    seat_gone: bool = False
    screened: str = ""  # machine | message | fax | network: the node ended it, and why


Happening = Progressed | WasConnected | WasMoved | WasAbandoned | WasEnded


# --- effects --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """Write the new state with its time, and tell everybody."""

    to: CallState


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """The seat talks to this customer."""

    seat_id: int


@dataclass(frozen=True, slots=True)
class SeatLeft:
    """The seat gave the customer away and owes nothing."""

    seat_id: int


@dataclass(frozen=True, slots=True)
class OutcomeAwaited:
    """The talk is over; the agent of this seat owes the outcome."""

    seat_id: int


@dataclass(frozen=True, slots=True)
class OutcomeKnown:
    """Nobody talked: the system records this code."""

    code: str


Effect = Moved | SeatTaken | SeatLeft | OutcomeAwaited | OutcomeKnown

_SCREENED = {"machine": "AM_DIALER", "message": "AM_MESSAGE", "fax": "FAX"}
_CODES = {
    "busy": "BUSY",
    "no_answer": "NO_ANSWER",
    "rejected": "REJECTED",
    "unreachable": "POWER_OFF",
    "suspended": "SUSPENDED",
    "invalid_number": "INVALID",
    "cancelled": "CANCELLED",
    "failed": "TRUNK_FAIL",
    "not_sent": "TRUNK_FAIL",
}


def step(call: Call, happening: Happening) -> tuple[Call, tuple[Effect, ...]]:
    """Advance the call by one happening."""
    if call.state is CallState.ENDED:
        return call, ()
    match happening:
        case Progressed(to):
            return _progress(call, to)
        case WasConnected(seat_id):
            return _connect(call, seat_id)
        case WasMoved(seat_id):
            return _move(call, seat_id)
        case WasAbandoned():
            return _abandon(call)
        case WasEnded():
            return _end(call, happening)


def _progress(call: Call, to: CallState) -> tuple[Call, tuple[Effect, ...]]:
    if _ORDER.index(to) <= _ORDER.index(call.state):
        return call, ()
    moved = replace(call, state=to, answered=call.answered or to is CallState.ANSWERED)
    return moved, (Moved(to),)


def _connect(call: Call, seat_id: int) -> tuple[Call, tuple[Effect, ...]]:
    if call.seat_id is not None:
        return call, ()
    state = CallState.ABANDONED if call.abandoned else CallState.CONNECTED
    moved = replace(call, state=state, answered=True, seat_id=seat_id)
    return moved, (Moved(state), SeatTaken(seat_id))


def _move(call: Call, seat_id: int) -> tuple[Call, tuple[Effect, ...]]:
    if call.seat_id in (None, seat_id):
        return call, ()
    return replace(call, seat_id=seat_id), (SeatLeft(call.seat_id or 0), SeatTaken(seat_id))


def _abandon(call: Call) -> tuple[Call, tuple[Effect, ...]]:
    if call.seat_id is not None or call.abandoned:
        return call, ()
    moved = replace(call, state=CallState.ABANDONED, answered=True, abandoned=True)
    return moved, (Moved(CallState.ABANDONED),)


def _end(call: Call, end: WasEnded) -> tuple[Call, tuple[Effect, ...]]:
    answered = call.answered or end.verdict == "answered" or bool(end.screened)
    abandoned = call.abandoned or (answered and call.seat_id is None and _left_alone(end))
    over = replace(call, state=CallState.ENDED, answered=answered, abandoned=abandoned)
    if call.seat_id is not None:
        return over, (Moved(CallState.ENDED), OutcomeAwaited(call.seat_id))
    code = _code_without_agent(over, end)
    return over, (Moved(CallState.ENDED), OutcomeKnown(code))


def _left_alone(end: WasEnded) -> bool:
    """Somebody answered, met no agent, and it was not the customer who hung up early.

    A customer who hangs up before the limit is CALLEE_QUICK: in neither numerator nor denominator.
    """
    return not end.no_audio and not end.screened and (end.lost or end.by != "customer")


def _code_without_agent(call: Call, end: WasEnded) -> str:
    if call.abandoned:
        return "ABANDONED"
    if end.screened:
        return _SCREENED.get(end.screened) or _CODES.get(end.verdict, "AM_DIALER")
    if call.answered:
        return "NO_AUDIO" if end.no_audio else "CALLEE_QUICK"
    if end.lost:
        return "UNKNOWN"
    if end.seat_gone:
        return "SEAT_GONE"
    return _CODES.get(end.verdict, "UNKNOWN")
