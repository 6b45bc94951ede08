"""The words between engine and node: commands go down, numbered events come up.

Imported by the engine (through `client`), by every node and by the fake node. Ids cross as plain
strings, so that this package knows nothing of debts. Numbers are dial strings ("95035012").
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

VERSION = 4
"""1: the first words. 2: `Originate.seat_id`, `LiveSeat.reserved_for`, `Alive.version`. 3:
`Originate.screen`, `Ended.screened`, `Judged` says why. 4: `Alive.disk_low`.
The engine gives work only to nodes of its own version; calls of others run to their end."""

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


class _Word(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """One message; the class name is its tag on the wire."""


# --- commands: engine -> node -------------------------------------------------------------------


class Welcome(_Word, frozen=True):
    """First word to a node that came up: events up to `acked` are safe, send the rest again."""

    engine_epoch: int
    acked: int


class EngineAlive(_Word, frozen=True):
    """Heartbeat of the engine. Without one for `engine_silence_seconds` a node cancels what rings."""

    engine_epoch: int


class Acknowledge(_Word, frozen=True):
    """Every event up to `seq` is stored; the node may forget it."""

    seq: int


class Originate(_Word, frozen=True):
    """Place one call. The attempt is committed before this is built (house rule 10)."""

    call_id: str  # the attempt's id; travels in the X-Kept-Attempt header and in the Call-ID
    number: str
    outbound_number: str
    campaign: str
    trunk: str = ""  # empty: the node's first trunk
    ring_seconds: int = 30
    connect_limit_ms: int = 2000  # from the 200 OK to an agent or the message
    message: str = ""  # prompt name for a customer whom no agent can take; empty: hang up silently
    record: bool = True
    screen: Screen = Screen()
    seat_id: str = ""  # for this seat only, which is reserved until the call is over or takes it


class Hangup(_Word, frozen=True):
    """End or cancel a call, whatever its phase; harmless when it is already over."""

    call_id: str
    reason: str = ""


class Play(_Word, frozen=True):
    """Play a prompt to the customer of a live call."""

    call_id: str
    prompt: str


class SeatOpen(_Word, frozen=True):
    """Bring an agent's leg up and keep it up. `address` is called; with none the phone dials in."""

    seat_id: str
    address: str = ""  # sip:6001@127.0.0.1:5090
    dial_in_code: str = ""  # user part that the agent's phone dials at the node


class SeatClose(_Word, frozen=True):
    """The agent went home: hang up the leg and forget the seat."""

    seat_id: str


class SeatReady(_Word, frozen=True):
    """The seat may take a customer of any of these campaigns; valid for one connection only."""

    seat_id: str
    campaigns: tuple[str, ...]


class SeatNotReady(_Word, frozen=True):
    """No new customer for this seat; one already connected, or a call reserved for it, stays."""

    seat_id: str


class TakeSnapshot(_Word, frozen=True):
    """Ask for all live calls and seats (engine restart, lost events)."""


Command = (
    Welcome | EngineAlive | Acknowledge | Originate | Hangup | Play
    | SeatOpen | SeatClose | SeatReady | SeatNotReady | TakeSnapshot
)  # fmt: skip


# --- events: node -> engine ---------------------------------------------------------------------


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal of a node that died knows of a call whose events may not have arrived."""

    call_id: str
    answered: bool
    seat_id: str = ""  # connected to


class NodeUp(_Word, frozen=True):
    """The node started: every call of an earlier `epoch` of it is over; `remembered` says how far
    they had come."""

    calls_max: int
    pjsip: str
    version: int = VERSION
    remembered: tuple[Remembered, ...] = ()


class Alive(_Word, frozen=True):
    """Heartbeat. Not numbered and not replayed."""

    calls: int
    seats_up: int
    seats_ready: int
    loop_lag_ms: float
    version: int = 1  # a node that does not say it is of the first version
    disk_low: bool = False  # nothing is recorded for want of room


class Dialed(_Word, frozen=True):
    """The INVITE left."""

    call_id: str


class Ringing(_Word, frozen=True):
    """180, or 183 when `early_media`."""

    call_id: str
    early_media: bool = False


class Answered(_Word, frozen=True):
    """200 OK arrived."""

    call_id: str


class Judged(_Word, frozen=True):
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


class Connected(_Word, frozen=True):
    """Customer and agent hear each other; `waited_ms` since the start of the two-second clock: the
    200 OK, or where `Screen.starts` says when machines are screened."""

    call_id: str
    seat_id: str
    waited_ms: float


class Abandoned(_Word, frozen=True):
    """No agent within the limit: counted whatever happens next; `message` says what was played."""

    call_id: str
    waited_ms: float
    message: str = ""


class Ended(_Word, frozen=True):
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


class RecordingSaved(_Word, frozen=True):
    """Stereo WAV: left what the customer said, right what the agent said."""

    call_id: str
    path: str  # relative to the recordings folder
    seconds: float
    sha256: str


class SeatLegUp(_Word, frozen=True):
    """The agent's phone is connected to the node and stays so."""

    seat_id: str


class SeatLegDown(_Word, frozen=True):
    """The agent's phone is gone; the node calls an `address` again by itself."""

    seat_id: str
    reason: str


class SeatParked(_Word, frozen=True):
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


class Snapshot(_Word, frozen=True):
    """All that lives in the node now."""

    calls: tuple[LiveCall, ...]
    seats: tuple[LiveSeat, ...]


Event = (
    NodeUp | Alive | Dialed | Ringing | Answered | Judged | Connected | Abandoned | Ended
    | RecordingSaved | SeatLegUp | SeatLegDown | SeatParked | Snapshot
)  # fmt: skip


class Numbered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event as it travels. `seq` counts from 1 within (`node`, `epoch`); 0 is not replayed."""

    node: str
    epoch: int  # start time of the node process in ms: a restart is a new epoch
    seq: int
    at: datetime  # zone-aware UTC
    event: Event
