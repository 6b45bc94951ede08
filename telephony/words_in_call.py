"""The link's words for what happens during a call (protocol version 4); `protocol` joins them in.

Each `ConversationIs` tells the whole state, so a lost or doubled one does no harm.
"""

from __future__ import annotations

import msgspec

from telephony.conversation import Monitor, Recording, Second
from telephony.word import Word

# --- commands -----------------------------------------------------------------------------------


class Hold(Word, frozen=True):
    """The customer hears music and nobody hears them; off: back to the talk."""

    call_id: str
    on: bool


class Mute(Word, frozen=True):
    """The customer does not hear the agent."""

    call_id: str
    on: bool


class SendDigits(Word, frozen=True):
    """Press keys (0-9 * # A-D) towards the customer's side: RFC 4733, or INFO without it."""

    call_id: str
    digits: str


class PauseRecording(Word, frozen=True):
    """Card data is spoken: silence into the recording while `on`."""

    call_id: str
    on: bool


class Supervise(Word, frozen=True):
    """From the leg of the supervisor's own seat, to whatever call `seat_id` has, now and next."""

    seat_id: str
    supervisor: str  # their seat
    mode: Monitor


class Transfer(Word, frozen=True):
    """Give the customer to another seat: at once, or `warm`: ask there first, the customer waits."""

    call_id: str
    seat_id: str
    warm: bool = False


class Consulted(Word, frozen=True):
    """How a consultation goes on: `complete` (the second takes the call), `cancel`, `join` (three-way)."""

    call_id: str
    then: str


InCallCommand = Hold | Mute | SendDigits | PauseRecording | Supervise | Transfer | Consulted


# --- events -------------------------------------------------------------------------------------


class ConversationIs(Word, frozen=True):
    """The state of the conversation after a change."""

    call_id: str
    held: bool
    muted: bool
    recording: Recording
    second_seat: str = ""
    second: Second = Second.NONE
    agent_lost: bool = False


class Transferred(Word, frozen=True):
    """The call is now this seat's, which owes the outcome; the former seat is free."""

    call_id: str
    seat_id: str
    from_seat: str


class TransferRefused(Word, frozen=True):
    """Nothing was changed: the seat has no leg, or is busy."""

    call_id: str
    seat_id: str
    reason: str


class Supervised(Word, frozen=True):
    """Who hears this seat from now on; `off` also when a leg was lost or somebody else listens."""

    seat_id: str
    supervisor: str
    mode: Monitor


class Digit(Word, frozen=True):
    """The customer pressed a key."""

    call_id: str
    digit: str


class LegQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What one leg receives, since its beginning."""

    packets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0  # 0: not known yet
    mos: float = 0.0  # telephony.voice_quality; 0: nothing received


class SoundIs(Word, frozen=True):
    """Two seconds into a talk, then every five, at its end, and at once when the warnings change."""

    call_id: str
    warnings: tuple[str, ...] = ()  # telephony.sound_watch.Warning
    customer: LegQuality = LegQuality()
    agent: LegQuality = LegQuality()


InCallEvent = ConversationIs | Transferred | TransferRefused | Supervised | Digit | SoundIs
