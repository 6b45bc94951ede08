"""A node without SIP: the engine cannot tell. Customers follow a script; times are small.

It stands in for `telephony.client.NodeClient` and its node at once, so that tests of the engine need
neither sockets nor pjsua2. The choice of agent and the abandon rule are the real ones (`seats`).
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from telephony.client import NodeView
from telephony.clock import monotonic, utc_now
from telephony.conversation import Conversation
from telephony.fake_in_call import FakeConversations
from telephony.protocol import (
    SEAT_GONE,
    VERSION,
    Abandoned,
    Answered,
    AnswerKind,
    Command,
    Connected,
    Dialed,
    Ended,
    EndedBy,
    Event,
    Hangup,
    Judged,
    LiveCall,
    LiveSeat,
    NodeUp,
    Numbered,
    Originate,
    Ringing,
    Screened,
    ScreenPolicy,
    SeatClose,
    SeatLegDown,
    SeatLegUp,
    SeatNotReady,
    SeatOpen,
    SeatParked,
    SeatReady,
    Snapshot,
    TakeSnapshot,
    Verdict,
)
from telephony.seats import Match, Matcher
from telephony.words_in_call import InCallCommand
from telephony.words_of_audio import AudioAnswer, AudioOffer


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a fake customer does. Seconds."""

    verdict: Verdict = Verdict.ANSWERED
    rings: float = 0.01
    talks: float = 0.03
    screened: Screened = Screened.NO  # what the node takes it for where machines are screened


Script = Callable[[str], Behaviour]  # called number -> behaviour


@dataclass(slots=True)
class _Call:
    campaign: str
    behaviour: Behaviour
    limit: float
    screens: bool = False
    answered_at: float = 0.0
    seat_id: str = ""
    second_seat: str = ""
    over: bool = False


@dataclass(slots=True)
class FakeNodes:
    """One fake node named `fake`. `sent` keeps every command for the tests to look at."""

    script: Script
    epoch: int = 1
    nodes: dict[str, NodeView] = field(default_factory=dict)
    sent: list[Command] = field(default_factory=list)
    acknowledged: int = 0
    reachable: bool = True
    deaf_to_originates: bool = False  # take them and do nothing: an engine crash looks like this
    undeliverable: bool = False  # no Originate reaches the node
    says_all_twice: bool = False
    talks: dict[str, Conversation] = field(default_factory=dict)  # of calls that buttons changed
    _seq: int = 0
    _events: list[Numbered] = field(default_factory=list)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _calls: dict[str, _Call] = field(default_factory=dict)
    _seats: dict[str, bool] = field(default_factory=dict)
    _matcher: Matcher = field(default_factory=Matcher)
    _tick: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.nodes["fake"] = NodeView("fake", self.epoch, 0, monotonic(), version=VERSION)
        self._say(NodeUp(calls_max=1000, pjsip="fake"))

    @property
    def originated(self) -> list[Originate]:
        """The calls that were ordered."""
        return [command for command in self.sent if isinstance(command, Originate)]

    # --- the engine's side ------------------------------------------------------------------------

    def send(self, node: str, command: Command) -> bool:
        """As NodeClient.send."""
        if not self.reachable or (self.undeliverable and isinstance(command, Originate)):
            return False
        self._note(command)
        if isinstance(command, InCallCommand):
            self._in_call.obey(command)
        else:
            self._obey(command)
        return True

    def _obey(self, command: Command) -> None:
        match command:
            case Originate():
                self._originate(command)
            case Hangup(call_id=call_id):
                self._hang_up(call_id)
            case SeatOpen(seat_id=seat_id):
                self._seats[seat_id] = True
                self._say(SeatLegUp(seat_id=seat_id))
            case SeatClose(seat_id=seat_id):
                self._seats.pop(seat_id, None)
                self._matcher.seat_gone(seat_id)
            case SeatReady(seat_id=seat_id, campaigns=campaigns):
                if self._seats.get(seat_id, False):
                    self._connect(self._matcher.seat_ready(seat_id, campaigns, monotonic()))
            case SeatNotReady(seat_id=seat_id):
                self._matcher.seat_not_ready(seat_id)
                self._say(SeatParked(seat_id=seat_id))
            case TakeSnapshot():
                self._snapshot()

    def _note(self, command: Command) -> None:
        """Keep it; a page's offer of sound is answered at once."""
        self.sent.append(command)
        if isinstance(command, AudioOffer):
            known = command.seat_id in self._seats
            self._say(AudioAnswer(
                seat_id=command.seat_id, offer_id=command.offer_id,
                sdp=f"answer to {command.sdp}" if known else "", refused="" if known else "no_seat",
            ))  # fmt: skip

    def events(self, timeout_seconds: float) -> list[Numbered]:
        """As NodeClient.events."""
        until = monotonic() + timeout_seconds
        while True:
            self._run_due()
            if self._events or monotonic() >= until:
                break
            time.sleep(0.001)
        if self.reachable:
            self.nodes["fake"].heard_at = monotonic()
        taken, self._events = self._events, []
        return [event for event in taken for _ in range(1 + self.says_all_twice)]

    def acknowledge(self, node: str) -> None:
        """As NodeClient.acknowledge."""
        self.acknowledged = self._seq

    def close(self) -> None:
        """Nothing to close."""

    # --- the customers ------------------------------------------------------------------------------

    def _originate(self, command: Originate) -> None:
        if self.deaf_to_originates:
            return
        if command.seat_id and not self._reserve(command):
            self._say(Ended(
                call_id=command.call_id, verdict=Verdict.NOT_SENT, ended_by=EndedBy.NODE,
                sip_reason=SEAT_GONE,
            ))  # fmt: skip
            return
        behaviour = self.script(command.number)
        limit = command.connect_limit_ms / 1000
        self._calls[command.call_id] = _Call(
            command.campaign, behaviour, limit,
            command.screen.policy in (ScreenPolicy.HANG_UP, ScreenPolicy.LEAVE_MESSAGE),
        )  # fmt: skip
        self._say(Dialed(call_id=command.call_id, trunk=command.trunk))
        self._say(Ringing(call_id=command.call_id))
        self._later(behaviour.rings, lambda: self._rang(command.call_id))

    @property
    def _in_call(self) -> FakeConversations:
        return FakeConversations(self._calls, self._seats, self.talks, self._say)

    def _reserve(self, command: Originate) -> bool:
        is_free = self._seats.get(command.seat_id, False) and not any(
            call.seat_id == command.seat_id and not call.over for call in self._calls.values()
        )
        return is_free and self._matcher.reserve(command.seat_id, command.call_id)

    def lose_leg(self, seat_id: str) -> None:
        """The agent's phone is gone, as the tests want it."""
        self._seats[seat_id] = False
        self._matcher.seat_gone(seat_id)
        self._say(SeatLegDown(seat_id=seat_id, reason="gone"))

    def find_leg(self, seat_id: str) -> None:
        """And there again."""
        self._seats[seat_id] = True
        self._say(SeatLegUp(seat_id=seat_id))

    def _rang(self, call_id: str) -> None:
        call = self._calls[call_id]
        if call.over:
            return
        if call.behaviour.verdict is not Verdict.ANSWERED:
            self._end(call_id, call.behaviour.verdict, EndedBy.CARRIER)
            return
        call.answered_at = monotonic()
        self._say(Answered(call_id=call_id))
        if call.behaviour.screened and call.screens:
            self._say(
                Judged(call_id=call_id, kind=AnswerKind.MACHINE, reason="long_speech", at_ms=1700)
            )
            self._end(call_id, Verdict.ANSWERED, EndedBy.NODE)
            return
        self._later(call.limit, self._overdue)
        match = self._matcher.answered(call_id, call.campaign, call.answered_at, call.limit)
        self._connect(match)

    def _connect(self, match: Match | None) -> None:
        if match is None:
            return
        call = self._calls[match.call_id]
        call.seat_id = match.seat_id
        waited = (monotonic() - call.answered_at) * 1000
        self._say(Connected(call_id=match.call_id, seat_id=match.seat_id, waited_ms=waited))
        end = lambda: self._end(match.call_id, Verdict.ANSWERED, EndedBy.CUSTOMER)  # noqa: E731
        self._later(call.behaviour.talks, end)

    def _overdue(self) -> None:
        for call_id in self._matcher.overdue(monotonic()):
            waited = (monotonic() - self._calls[call_id].answered_at) * 1000
            self._say(Abandoned(call_id=call_id, waited_ms=waited))
            self._end(call_id, Verdict.ANSWERED, EndedBy.NODE)

    def _hang_up(self, call_id: str) -> None:
        call = self._calls.get(call_id)
        if call and not call.over:
            verdict = Verdict.ANSWERED if call.answered_at else Verdict.CANCELLED
            self._end(call_id, verdict, EndedBy.ENGINE)

    def _end(self, call_id: str, verdict: Verdict, by: EndedBy) -> None:
        call = self._calls[call_id]
        if not call.over:
            call.over = True
            self.talks.pop(call_id, None)
            self._matcher.call_over(call_id)
            self._say(
                Ended(
                    call_id=call_id,
                    verdict=verdict,
                    ended_by=by,
                    talk_ms=1,
                    screened=call.behaviour.screened
                    if by is EndedBy.NODE and call.screens
                    else Screened.NO,
                )
            )

    def _snapshot(self) -> None:
        live = tuple(
            LiveCall(call_id=call_id, phase="live", seat_id=call.seat_id)
            for call_id, call in self._calls.items() if not call.over
        )  # fmt: skip
        seats = tuple(
            LiveSeat(
                seat_id=seat_id, leg_up=is_up, ready=self._matcher.is_ready(seat_id),
                reserved_for=self._matcher.reserved_for(seat_id),
            )
            for seat_id, is_up in self._seats.items()
        )  # fmt: skip
        self._say(Snapshot(calls=live, seats=seats))

    # --- time ---------------------------------------------------------------------------------------

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (monotonic() + seconds, next(self._tick), action))

    def _run_due(self) -> None:
        while self._due and self._due[0][0] <= monotonic():
            heapq.heappop(self._due)[2]()

    def _say(self, event: Event) -> None:
        self._seq += 1
        self._events.append(
            Numbered(node="fake", epoch=self.epoch, seq=self._seq, at=utc_now(), event=event)
        )
