"""The words between engine and node: commands go down, numbered events come up.

Imported by the engine (through `client`), by every node and by the fake node. Ids cross as plain
strings, so that this package knows nothing of debts. Numbers are dial strings ("95035012").
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from telephony.word import Word
from telephony.words_in_call import InCallCommand, InCallEvent
from telephony.words_of_audio import AudioAnswer, AudioOffer, SeatEcho

VERSION = 4
"""1: the first words. 2: `Originate.seat_id`, `LiveSeat.reserved_for`, `Alive.version`. 3:
`Originate.screen`, `Ended.screened`, `Judged` says why. 4: `SeatOpen.kind`, `Dialed.trunk`,
`Alive.trunks` and `.disk_low`, `Inbound`, the words of `words_of_audio` and `words_in_call`. The engine
gives work only to nodes of its own version; calls of others run to their end."""

SEAT_GONE = "seat gone"  # `sip_reason` of a NOT_SENT: the call was for one seat, and it is not free


class Verdict(StrEnum):
    """How an attempt ended, mapped once from SIP status and Q.850 cause in `sip_codes`."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"  # switched off or out of coverage
    SUSPENDED = "suspended"  # out of service for now (停机)
    INVALID_NUMBER = "invalid_number"
    CANCELLED = "cancelled"  # we gave up before an answer, not because the ring time was over
    FAILED = "failed"  # trunk, codec or set-up fault: nothing is known of the customer
    NOT_SENT = "not_sent"  # the INVITE never left this node
    UNKNOWN = "unknown"  # the node died; counts as made


class LegKind(StrEnum):
    """How an agent hears and speaks."""

    BROWSER = "browser"  # the desk's page offers its sound
    PHONE = "phone"  # a SIP phone: called at its address, or dialing in
    HEADSET = "headset"  # `kept headset` dials in


class EndedBy(StrEnum):
    """Who ended the call."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ENGINE = "engine"
    NODE = "node"  # ring time over, abandon rule, no audio
    CARRIER = "carrier"


class AnswerKind(StrEnum):
    """What answered, judged from audio. What follows from it is the campaign's `Screening`."""

    UNDECIDED = "undecided"
    PERSON = "person"
    MACHINE = "machine"
    FAX = "fax"
    SILENCE = "silence"
    ANNOUNCEMENT = "announcement"  # of the carrier
    TONE = "tone"  # of the network: busy, congestion, no such number, dial tone


class ScreenPolicy(StrEnum):
    """What a campaign does with machines. Only the last two may keep an agent from a call."""

    OFF = "off"
    CLASSIFY = "classify"  # tell the agent and the report, do nothing
    HANG_UP = "hang_up"
    LEAVE_MESSAGE = "leave_message"  # after the beep, then hang up


class ClockStart(StrEnum):
    """Where the two seconds begin, by the rule pack."""

    CONNECTED_TO_SYSTEM = "CONNECTED_TO_SYSTEM"
    GREETING_START = "GREETING_START"
    GREETING_END = "GREETING_END"


class Screened(StrEnum):
    """Why the node ended an answered call without an agent."""

    NO = ""
    MACHINE = "machine"
    MESSAGE = "message"  # a machine, and the whole message was spoken after its beep
    FAX = "fax"
    NETWORK = "network"  # an announcement or tone after the 200 OK: `Ended.verdict` says which


class Screen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign's policy for what is not a person. An undecided call goes to an agent at the limit."""

    policy: ScreenPolicy = ScreenPolicy.CLASSIFY
    limit_ms: int = 4000  # from the 200 OK
    message: str = ""  # prompt for machines
    starts: ClockStart = ClockStart.CONNECTED_TO_SYSTEM


# --- commands: engine -> node -------------------------------------------------------------------


class Welcome(Word, frozen=True):
    """First word to a node that came up: events up to `acked` are safe, send the rest again."""

    engine_epoch: int
    acked: int


class EngineAlive(Word, frozen=True):
    """Heartbeat of the engine. Without one for `engine_silence_seconds` a node cancels what rings."""

    engine_epoch: int


class Acknowledge(Word, frozen=True):
    """Every event up to `seq` is stored; the node may forget it."""

    seq: int


class Originate(Word, frozen=True):
    """Place one call. The attempt is committed before this is built (house rule 10)."""

    call_id: str  # the attempt's id; travels in the X-Kept-Attempt header and in the Call-ID
    number: str
    outbound_number: str
    campaign: str
    trunk: str = ""  # only by this one; empty: the node chooses among those that own the number
    ring_seconds: int = 30
    connect_limit_ms: int = 2000  # from the 200 OK to an agent or the message
    message: str = ""  # prompt name for a customer whom no agent can take; empty: hang up silently
    record: bool = True
    screen: Screen = Screen()
    seat_id: str = ""  # for this seat only, which is reserved until the call is over or takes it


class Hangup(Word, frozen=True):
    """End or cancel a call, whatever its phase; harmless when it is already over."""

    call_id: str
    reason: str = ""


class Play(Word, frozen=True):
    """Play a prompt to the customer of a live call."""

    call_id: str
    prompt: str


class SeatOpen(Word, frozen=True):
    """Bring an agent's leg up and keep it up. `address` is called; with none the phone dials in."""

    seat_id: str
    address: str = ""  # sip:6001@127.0.0.1:5090
    dial_in_code: str = ""  # user part that the agent's phone dials at the node
    kind: LegKind = LegKind.PHONE


class SeatClose(Word, frozen=True):
    """The agent went home: hang up the leg and forget the seat."""

    seat_id: str


class SeatReady(Word, frozen=True):
    """The seat may take a customer of any of these campaigns; valid for one connection only."""

    seat_id: str
    campaigns: tuple[str, ...]


class SeatNotReady(Word, frozen=True):
    """No new customer for this seat; one already connected, or a call reserved for it, stays."""

    seat_id: str


class TakeSnapshot(Word, frozen=True):
    """Ask for all live calls and seats (engine restart, lost events)."""


Command = (
    Welcome | EngineAlive | Acknowledge | Originate | Hangup | Play
    | SeatOpen | SeatClose | SeatReady | SeatNotReady | TakeSnapshot | AudioOffer | SeatEcho
    | InCallCommand
)  # fmt: skip


# --- events: node -> engine ---------------------------------------------------------------------


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal of a node that died knows of a call whose events may not have arrived."""

    call_id: str
    answered: bool
    seat_id: str = ""  # connected to


class NodeUp(Word, frozen=True):
    """The node started: every call of an earlier `epoch` of it is over; `remembered` says how far
    they had come."""

    calls_max: int
    pjsip: str
    version: int = VERSION
    remembered: tuple[Remembered, ...] = ()


class TrunkStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a trunk does; the words of `state` and `fault` are those of `trunk_health`."""

    name: str
    state: str  # up | trial | down | unregistered
    in_use: int
    channels: int
    dialed: int  # INVITEs within the last second
    calls_per_second: float
    fault: str = ""  # the last one, also of a trunk that is up again
    code: int = 0  # its SIP status, 0: none
    fault_age_ms: int = 0


class Alive(Word, frozen=True):
    """Heartbeat. Not numbered and not replayed."""

    calls: int
    seats_up: int
    seats_ready: int
    loop_lag_ms: float
    version: int = 1  # a node that does not say it is of the first version
    trunks: tuple[TrunkStanding, ...] = ()
    disk_low: bool = False  # nothing is recorded for want of room


class Dialed(Word, frozen=True):
    """The INVITE left by this trunk. Said again when the call is sent by another one, which happens
    only before anything rang."""

    call_id: str
    trunk: str = ""


class Ringing(Word, frozen=True):
    """180, or 183 when `early_media`."""

    call_id: str
    early_media: bool = False


class Answered(Word, frozen=True):
    """200 OK arrived."""

    call_id: str


class Judged(Word, frozen=True):
    """What answered, as far as the first seconds of audio tell; `early`: what the network said before.
    `confidence`: how often such a verdict was right on the labelled set."""

    call_id: str
    kind: AnswerKind
    reason: str = ""  # telephony.answer_kind.Reason
    confidence: float = 0.0
    at_ms: int = 0  # since the 200 OK; early: since sound came
    early: bool = False
    means: Verdict | None = None  # of the attempt, where an announcement or tone says so
    voice_from_ms: int = -1  # since the 200 OK: speech began
    voice_to_ms: int = -1


class Connected(Word, frozen=True):
    """Customer and agent hear each other; `waited_ms` since the start of the two-second clock: the
    200 OK, or where `Screen.starts` says when machines are screened."""

    call_id: str
    seat_id: str
    waited_ms: float


class Abandoned(Word, frozen=True):
    """No agent within the limit: counted whatever happens next; `message` says what was played."""

    call_id: str
    waited_ms: float
    message: str = ""


class Ended(Word, frozen=True):
    """The call is over; exactly once per Originate."""

    call_id: str
    verdict: Verdict
    ended_by: EndedBy
    sip_code: int = 0
    sip_reason: str = ""
    q850: int = 0
    ring_ms: int = 0
    talk_ms: int = 0  # connected to an agent
    answered_ms: int = 0  # from the 200 OK to the end
    no_audio: bool = False  # the watchdog saw no RTP from the customer
    screened: Screened = Screened.NO


class Inbound(Word, frozen=True):
    """Somebody called one of our pool numbers and heard the message that we will call back. Not an
    attempt of ours. `caller` is empty when the number is withheld."""

    call_id: str
    trunk: str
    called: str
    caller: str


class RecordingSaved(Word, frozen=True):
    """Stereo WAV: left what the customer said, right what the agent said."""

    call_id: str
    path: str  # relative to the recordings folder
    seconds: float
    sha256: str


class SeatLegUp(Word, frozen=True):
    """The agent's phone is connected to the node and stays so."""

    seat_id: str


class SeatLegDown(Word, frozen=True):
    """The agent's phone is gone; the node calls an `address` again by itself."""

    seat_id: str
    reason: str


class SeatParked(Word, frozen=True):
    """Answer to SeatNotReady: from here on no new customer reaches this seat."""

    seat_id: str


class LiveCall(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a snapshot."""

    call_id: str
    phase: str  # dialing | ringing | answered | connected | message
    seat_id: str = ""


class LiveSeat(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a snapshot."""

    seat_id: str
    leg_up: bool
    ready: bool
    call_id: str = ""
    reserved_for: str = ""  # the call that was placed for this seat and is not over


class Snapshot(Word, frozen=True):
    """All that lives in the node now."""

    calls: tuple[LiveCall, ...]
    seats: tuple[LiveSeat, ...]


Event = (
    NodeUp | Alive | Dialed | Ringing | Answered | Judged | Connected | Abandoned | Ended
    | Inbound | RecordingSaved | SeatLegUp | SeatLegDown | SeatParked | Snapshot | AudioAnswer | InCallEvent
)  # fmt: skip


class Numbered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event as it travels. `seq` counts from 1 within (`node`, `epoch`); 0 is not replayed."""

    node: str
    epoch: int  # start time of the node process in ms: a restart is a new epoch
    seq: int
    at: datetime  # zone-aware UTC
    event: Event
