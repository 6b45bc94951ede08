"""What happens between the first word and the last: hold, mute, keys, supervision, transfers, sound.

Each command changes the call's `Conversation`; the bridge follows, and the engine is told the new state.
A command that no longer fits (the call is over, the seat is gone) changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from telephony.agent_legs import AgentLegs, AgentSeat
from telephony.conversation import Conversation, Monitor, Party, Recording, Second, edges
from telephony.customer import Customer
from telephony.journal import Journal
from telephony.protocol import Event
from telephony.seats import Matcher
from telephony.settings import TelephonySettings
from telephony.sip_conversation import Loops, Media, Tracks
from telephony.words_in_call import (
    Consulted,
    ConversationIs,
    Digit,
    Hold,
    InCallCommand,
    Mute,
    PauseRecording,
    SendDigits,
    Supervise,
    Supervised,
    Transfer,
    Transferred,
    TransferRefused,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Watcher:
    seat_id: str
    mode: Monitor


class InCall:
    """The conversations of one node."""

    def __init__(
        self, settings: TelephonySettings, journal: Journal, agents: AgentLegs, matcher: Matcher,
        calls: dict[str, Customer], say: Callable[[Event], None],
    ) -> None:  # fmt: skip
        self._settings, self._journal, self._agents = settings, journal, agents
        self._matcher, self._calls, self._say = matcher, calls, say
        self._loops = Loops(settings.prompts, settings.folder / "run")
        self._watchers: dict[str, _Watcher] = {}  # watched seat -> who

    # --- commands -----------------------------------------------------------------------------------

    def obey(self, command: InCallCommand) -> None:
        """Do what is asked."""
        if isinstance(command, Supervise):
            self._supervise(command)
            return
        customer = self._calls.get(command.call_id)
        if isinstance(command, Transfer):
            self._transfer(customer, command)
        elif customer is not None and customer.connected_at:
            self._change(customer, command)

    def _change(
        self, customer: Customer, command: Hold | Mute | SendDigits | PauseRecording | Consulted
    ) -> None:
        state = customer.conversation
        match command:
            case Hold(on=on):
                self._set(customer, replace(state, held=on))
            case Mute(on=on):
                self._set(customer, replace(state, muted=on))
            case PauseRecording(on=on) if state.recording is not Recording.OFF:
                to = Recording.PAUSED if on else Recording.ON
                self._set(customer, replace(state, recording=to))
            case SendDigits(digits=digits):
                self._press(customer, digits)
            case Consulted(then=then) if customer.second_seat:
                self._consulted(customer, then)

    def _press(self, customer: Customer, digits: str) -> None:
        try:
            if customer.leg is not None:
                customer.leg.send_digits(digits)
        except Exception as error:  # ValueError, pj.Error
            log.warning("keys not sent", extra={"action": "call.digits", "why": str(error)})

    # --- the conversation -----------------------------------------------------------------------------

    def begin(self, customer: Customer, now: float, *, record: bool) -> None:
        """Customer and agent have sound, for the first time or again: join them, and record."""
        if record and customer.tracks is None:
            customer.tracks = Tracks(self._settings.recordings, customer.order.call_id)
            customer.conversation = replace(customer.conversation, recording=Recording.ON)
        if customer.leg is not None:
            customer.leg.on_digit = lambda digit: self._say(
                Digit(call_id=customer.order.call_id, digit=digit)
            )
        customer.sound.start(now)
        customer.sound_at = customer.packets_look_at = now
        was_lost = customer.conversation.agent_lost
        customer.conversation = replace(customer.conversation, agent_lost=False)
        self.match(customer)
        if was_lost:
            self.tell(customer)

    def cut_recordings(self) -> tuple[str, ...]:
        """Every talk goes on, its recording does not; the calls whose files are complete now."""
        cut = tuple(call_id for call_id, each in self._calls.items() if each.tracks is not None)
        for call_id in cut:
            log.error("recording cut", extra={"action": "recording.cut", "call_id": call_id})
            customer = self._calls[call_id]
            self._set(customer, replace(customer.conversation, recording=Recording.OFF))
            if customer.tracks is not None:
                customer.tracks.close()
            customer.tracks, customer.record_cut = None, True
        return cut

    def agent_lost(self, customer: Customer) -> bool:
        """The agent's leg is gone. Whoever was asked or joined takes the call: True; else the customer
        hears music until the leg is back."""
        if customer.second_seat:
            self._consulted(customer, "complete")
            return True
        self._set(customer, replace(customer.conversation, agent_lost=True))
        return False

    def match(self, customer: Customer) -> None:
        """Make the bridge as the conversation is; after any leg got or lost its sound."""
        watcher = self._watchers.get(customer.seat_id)
        monitor = watcher.mode if watcher else Monitor.OFF
        customer.conversation = replace(customer.conversation, monitor=monitor)
        customer.wires.match(edges(customer.conversation), self._media(customer))

    def over(self, customer: Customer) -> None:
        """The customer is gone: who was asked or joined is free."""
        self._let_second_go(customer)
        customer.conversation = Conversation()
        customer.wires.match(frozenset(), self._media(customer))

    def seat_changed(self, seat: AgentSeat) -> None:
        """A leg came up or went down, or its sound came anew: of a second agent, or a supervisor."""
        customer = self._calls.get(seat.call_id)
        is_second = customer is not None and customer.second_seat == seat.seat_id
        if customer is not None and is_second and not seat.up:
            self._consulted(customer, "cancel")
        if not seat.up:
            self.stop_supervising(seat.seat_id)
        for watched, watcher in self._watchers.items():
            if watcher.seat_id == seat.seat_id:
                self._match_seat(watched)
        if customer is not None and is_second and seat.up:
            self.match(customer)

    def _media(self, customer: Customer) -> Media:
        watcher = self._watchers.get(customer.seat_id)
        media: dict[Party, object] = {
            Party.CUSTOMER: customer.leg.media if customer.leg is not None else None,
            Party.AGENT: self._sound_of(customer.seat_id),
            Party.SECOND: self._sound_of(customer.second_seat),
            Party.SUPERVISOR: self._sound_of(watcher.seat_id if watcher else ""),
            **self._loops.media,
        }
        return media | (customer.tracks.media if customer.tracks is not None else {})

    def _sound_of(self, seat_id: str) -> object:
        seat = self._agents.seats.get(seat_id)
        return seat.leg.media if seat is not None and seat.leg is not None else None

    def _set(self, customer: Customer, state: Conversation) -> None:
        customer.conversation = state
        self.match(customer)
        self.tell(customer)

    def tell(self, customer: Customer) -> None:
        """Say how the conversation stands."""
        state = customer.conversation
        self._say(ConversationIs(
            call_id=customer.order.call_id, held=state.held, muted=state.muted,
            recording=state.recording, second_seat=customer.second_seat, second=state.second,
            agent_lost=state.agent_lost,
        ))  # fmt: skip

    # --- supervision ----------------------------------------------------------------------------------

    def _supervise(self, command: Supervise) -> None:
        if command.mode is Monitor.OFF:
            watcher = self._watchers.get(command.seat_id)
            if watcher is not None and watcher.seat_id == command.supervisor:
                self.stop_supervising(command.supervisor)
            return
        own = self._agents.seats.get(command.supervisor)
        taken = self._watchers.get(command.seat_id)
        is_free = taken is None or taken.seat_id == command.supervisor
        can = own is not None and own.up and not own.call_id and command.seat_id != own.seat_id
        if not can or not is_free or command.seat_id not in self._agents.seats:
            self._say(Supervised(
                seat_id=command.seat_id, supervisor=command.supervisor, mode=Monitor.OFF
            ))  # fmt: skip
            return
        if taken is None:
            self.stop_supervising(command.supervisor)  # one seat at a time
        self._watchers[command.seat_id] = _Watcher(command.supervisor, command.mode)
        self._match_seat(command.seat_id)
        self._say(Supervised(
            seat_id=command.seat_id, supervisor=command.supervisor, mode=command.mode
        ))  # fmt: skip

    def stop_supervising(self, supervisor: str) -> None:
        """This supervisor hears nobody any more."""
        for watched in [w for w, each in self._watchers.items() if each.seat_id == supervisor]:
            del self._watchers[watched]
            self._match_seat(watched)
            self._say(Supervised(seat_id=watched, supervisor=supervisor, mode=Monitor.OFF))

    def _match_seat(self, seat_id: str) -> None:
        customer = self._on_seat(seat_id)
        if customer is not None:
            self.match(customer)

    def _on_seat(self, seat_id: str) -> Customer | None:
        """The customer whose call is this seat's."""
        seat = self._agents.seats.get(seat_id)
        customer = self._calls.get(seat.call_id) if seat is not None else None
        return customer if customer is not None and customer.seat_id == seat_id else None

    # --- transfer ---------------------------------------------------------------------------------------

    def _transfer(self, customer: Customer | None, command: Transfer) -> None:
        seat = self._agents.seats.get(command.seat_id)
        why = self._why_not(customer, seat)
        if customer is None or seat is None or why:
            self._say(TransferRefused(
                call_id=command.call_id, seat_id=command.seat_id, reason=why
            ))  # fmt: skip
            return
        self._matcher.call_over(command.call_id)  # the seat is the call's own now
        if not command.warm:
            self.move(customer, seat)
            return
        self.stop_supervising(seat.seat_id)
        customer.second_seat, seat.call_id = seat.seat_id, command.call_id
        self._set(customer, customer.conversation.with_second(Second.CONSULTED))

    def _why_not(self, customer: Customer | None, seat: AgentSeat | None) -> str:
        """Why this customer cannot go to that seat; on "" the seat is kept for the call."""
        if customer is None or not customer.connected_at or customer.second_seat:
            return "call"
        if seat is None or not seat.up or seat.call_id:
            return "seat"
        is_kept = self._matcher.reserve(seat.seat_id, customer.order.call_id)
        return "" if is_kept else "seat"

    def _consulted(self, customer: Customer, then: str) -> None:
        seat = self._agents.seats.get(customer.second_seat)
        if then == "complete" and seat is not None:
            self.move(customer, seat)
        elif then == "join":
            self._set(customer, customer.conversation.with_second(Second.JOINED))
        elif then == "cancel":
            self._let_second_go(customer)
            self._set(customer, customer.conversation.with_second(Second.NONE))

    def move(self, customer: Customer, seat: AgentSeat) -> None:
        """The call is this seat's from now on; it owes the outcome."""
        call_id, old = customer.order.call_id, self._agents.seats.get(customer.seat_id)
        self.stop_supervising(seat.seat_id)
        if old is not None and old.call_id == call_id:
            old.call_id = ""
        from_seat, customer.seat_id, customer.second_seat = customer.seat_id, seat.seat_id, ""
        seat.call_id = call_id
        customer.conversation = customer.conversation.for_next_agent()
        self._journal.connected(call_id, seat.seat_id)
        self.match(customer)
        self._say(Transferred(call_id=call_id, seat_id=seat.seat_id, from_seat=from_seat))
        self.tell(customer)

    def _let_second_go(self, customer: Customer) -> None:
        seat = self._agents.seats.get(customer.second_seat)
        if seat is not None and seat.call_id == customer.order.call_id:
            seat.call_id = ""
        customer.second_seat = ""
