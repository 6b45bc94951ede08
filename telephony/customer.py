"""What a node knows of one customer's call."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.conversation import Conversation
from telephony.listening import Listened
from telephony.protocol import Ended, EndedBy, Originate, Screened, Verdict
from telephony.screening import Screening
from telephony.sip_bridge import Prompt
from telephony.sip_codes import verdict_heard
from telephony.sip_conversation import Tracks, Wires
from telephony.sip_leg import Leg
from telephony.sound_watch import SoundWatch, Warning
from telephony.trunk import Trunk
from telephony.voice_quality import Rtp


@dataclass(slots=True)
class Customer:
    """One customer's call. Times are monotonic seconds."""

    order: Originate
    dialed_at: float
    trunk: Trunk | None = None  # that carries it; none while it is between two
    tried: frozenset[str] = frozenset()  # names of trunks that had it
    leg: Leg | None = None
    ringing_at: float = 0.0
    answered_at: float = 0.0
    connected_at: float = 0.0
    seat_id: str = ""
    bridged: bool = False
    abandoned: bool = False
    no_audio: bool = False
    we_ended: EndedBy | None = None
    hang_up_at: float | None = None
    reoffer_until: float | None = None
    packets: int = 0
    packets_at: float = 0.0
    screening: Screening | None = None  # from the 200 OK on
    listened: Listened | None = None
    awaits_verdict: bool = False  # and no agent before it
    awaits_beep: bool = False
    is_judged: bool = False
    screened: Screened = Screened.NO
    announced: Verdict | None = None  # what the network said of the attempt
    tracks: Tracks | None = None
    conversation: Conversation = field(default_factory=Conversation)
    second_seat: str = ""  # who is asked, or joined
    wires: Wires = field(default_factory=Wires)
    sound: SoundWatch = field(default_factory=SoundWatch)
    warned: frozenset[Warning] = frozenset()
    sound_at: float = 0.0  # when to look at levels
    packets_look_at: float = 0.0  # when to look at counters
    heard: Rtp = field(default_factory=Rtp)  # the last figures of the customer's leg
    agent_heard: Rtp = field(default_factory=Rtp)
    quality_at: float = 0.0  # when to tell
    record_cut: bool = False  # the disk became full meanwhile: what there is, is finished
    prompt: Prompt | None = None

    def clock_at(self, now: float) -> float:
        """When the two seconds began; the 200 OK unless machines are screened."""
        if self.screening is None or not self.screening.holds or self.listened is None:
            return self.answered_at
        return self.screening.clock(self.listened.voice, now)

    def phase(self) -> str:
        """Word for snapshots."""
        if self.abandoned:
            return "message"
        if self.seat_id:
            return "connected"
        return "answered" if self.answered_at else ("ringing" if self.ringing_at else "dialing")

    def ended(self, code: int, reason: str, cause: int, by_peer: bool, now: float) -> Ended:
        """The call is over: how it ended, in the link's words."""

        def ms(since: float) -> int:
            return int((now - since) * 1000) if since else 0

        by = self.we_ended or (EndedBy.CUSTOMER if by_peer else EndedBy.CARRIER)
        if self.answered_at:
            is_network = self.screened is Screened.NETWORK and self.announced is not None
            verdict = (self.announced if is_network else None) or Verdict.ANSWERED
        elif self.we_ended is EndedBy.ENGINE:
            verdict = Verdict.CANCELLED
        else:
            rang = bool(self.ringing_at)
            verdict = verdict_heard(code, cause, rang, self.announced)
        ring_end = self.answered_at or now
        return Ended(
            call_id=self.order.call_id, verdict=verdict, ended_by=by, sip_code=code,
            sip_reason=reason[:60], q850=cause, talk_ms=ms(self.connected_at),
            ring_ms=int((ring_end - self.ringing_at) * 1000) if self.ringing_at else 0,
            answered_ms=ms(self.answered_at), no_audio=self.no_audio,
            screened=self.screened,
        )  # fmt: skip
