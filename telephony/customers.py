"""Customers' calls on a node, from the INVITE to the end; the two-second rule lives here.

Nothing here waits for a database or another process: the agent is chosen, or the call abandoned, by
what this node knows, on its monotonic clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from telephony.agent_legs import AgentLegs, AgentSeat
from telephony.call_sound import CallSound
from telephony.clock import monotonic
from telephony.customer import Customer
from telephony.disk_room import DiskRoom
from telephony.in_call import InCall
from telephony.journal import Journal
from telephony.placing import Placing, Wire
from telephony.prompt_files import Prompts
from telephony.protocol import (
    SEAT_GONE,
    Abandoned,
    Answered,
    Connected,
    Dialed,
    Ended,
    EndedBy,
    Event,
    LiveCall,
    Originate,
    Ringing,
    Verdict,
)
from telephony.recording import Finisher
from telephony.screening import Do
from telephony.screens import Screens
from telephony.seats import Match, Matcher
from telephony.settings import TelephonySettings
from telephony.sip_bridge import Prompt
from telephony.sip_leg import Leg

if TYPE_CHECKING:
    from telephony.trunks import Trunks

log = logging.getLogger(__name__)

MESSAGE_MARGIN_SECONDS = 0.1  # the message must have begun when the limit is over
SET_UP_SECONDS = 12.0  # dialed and nothing rang: given up after ring time and this
NO_AUDIO_CHECK_SECONDS = 0.5
NO_AUDIO_END_SECONDS = 3.0


def comfort_of(message: str) -> str:
    """The prompt for a customer whose agent was lost, in the language of the campaign's message."""
    return "moment-en" if message.endswith("-en") else "moment-zh"


class Customers:
    """All customers' calls of a node."""

    def __init__(
        self, settings: TelephonySettings, trunks: tuple[Trunks, Wire], journal: Journal,
        agents: AgentLegs, finisher: Finisher, say: Callable[[Event], None],
    ) -> None:  # fmt: skip
        self.calls: dict[str, Customer] = {}
        self.matcher = Matcher()
        self.deaf = 0
        self._settings, self._journal = settings, journal
        self._placing = Placing(*trunks, self)
        self._agents, self._finisher, self._say = agents, finisher, say
        self.in_call = InCall(settings, journal, agents, self.matcher, self.calls, say)
        self._sound = CallSound(agents, say)
        self._screens = Screens(settings, finisher, say)
        self._prompts = Prompts(settings.prompts, settings.own_prompts)
        self._ended: list[Customer | Leg] = []
        self._elsewhere: list[tuple[Customer, Ended]] = []  # and how it ended, if no trunk takes it
        self.room = DiskRoom(settings.recordings, settings.record_free_mb)

    # --- commands -----------------------------------------------------------------------------------

    def originate(self, order: Originate) -> None:
        """Send the INVITE, or say at once why it never left."""
        if order.call_id in self.calls:
            return  # the same order again: an attempt is placed once
        if order.seat_id and not self._reserve(order):
            self._not_sent(order, SEAT_GONE)
            return
        customer = Customer(order, monotonic())
        self.calls[order.call_id] = customer
        why_not = self._placing.place(customer)
        if why_not:
            del self.calls[order.call_id]
            self._not_sent(order, why_not)

    def _reserve(self, order: Originate) -> bool:
        """Keep the seat for this call: its leg must be up and nobody else on it or promised to it."""
        seat = self._agents.seats.get(order.seat_id)
        is_free = seat is not None and seat.up and not seat.call_id
        return is_free and self.matcher.reserve(order.seat_id, order.call_id)

    def hang_up(self, call_id: str) -> None:
        """The engine ends a call."""
        customer = self.calls.get(call_id)
        if customer is not None:
            self._end(customer, EndedBy.ENGINE)

    def play(self, call_id: str, prompt: str) -> None:
        """Play a prompt to a customer."""
        customer = self.calls.get(call_id)
        found = self._prompts.find(prompt)
        if customer is not None and customer.leg is not None and found is not None:
            customer.prompt = Prompt(found[0], customer.leg)

    def seat_ready(self, seat_id: str, campaigns: tuple[str, ...]) -> None:
        """The seat waits for a customer, if its leg is up."""
        seat = self._agents.seats.get(seat_id)
        if seat is not None and seat.up and not seat.call_id:
            self._connect(self.matcher.seat_ready(seat_id, campaigns, monotonic()))

    def cancel_unanswered(self) -> None:
        """No engine, no new conversations: what still rings is cancelled."""
        for customer in list(self.calls.values()):
            if not customer.answered_at:
                self._end(customer, EndedBy.NODE, verdict_is_cancel=True)

    def close(self) -> None:
        """The node stops: nobody listens any more."""
        self._screens.close()

    # --- time ---------------------------------------------------------------------------------------

    def tend(self, now: float) -> None:
        """Deadlines, judging, watchdogs; every 20 ms while somebody was just answered."""
        self._look_at_disk(now)
        self._ended.clear()  # legs are dropped here, outside their own callbacks
        self._send_elsewhere()
        for call_id in self.matcher.overdue(now):
            self._abandon(self.calls[call_id], now)
        for customer in list(self.calls.values()):
            self._tend_one(customer, now)

    def _send_elsewhere(self) -> None:
        """Calls that rang nowhere, because their trunk failed, leave by another one."""
        waiting, self._elsewhere = self._elsewhere, []
        for customer, ended in waiting:
            if customer.we_ended is not None or self._placing.place(customer):
                self.calls.pop(customer.order.call_id, None)
                self._finish(customer, ended)

    def _tend_one(self, customer: Customer, now: float) -> None:
        if not customer.answered_at:
            rung = customer.ringing_at or customer.dialed_at + SET_UP_SECONDS
            if now > rung + customer.order.ring_seconds:
                self._end(customer, EndedBy.NODE)
            self._screen(customer, now)
            return
        if customer.hang_up_at is not None and now >= customer.hang_up_at:
            self._end(customer, EndedBy.NODE)
        if customer.reoffer_until is not None and now >= customer.reoffer_until:
            customer.reoffer_until = None
            self._offer_to_another(customer, now)
        self._screen(customer, now)
        self._watch_sound(customer, now)
        self._sound.tend(customer, now)

    def _screen(self, customer: Customer, now: float) -> None:
        """The next step of what is judged."""
        match self._screens.tend(customer, now):
            case Do.TO_AGENT:
                self._offer(customer, now)
            case Do.HANG_UP:
                self._end(customer, EndedBy.NODE)
            case Do.SPEAK if customer.screening is not None:
                self._speak(customer, customer.screening.screen.message, now)

    def _offer(self, customer: Customer, now: float) -> None:
        """To the agent who is ready longest, or to wait for one as long as the clock allows."""
        limit = customer.order.connect_limit_ms / 1000 - MESSAGE_MARGIN_SECONDS
        waited = customer.clock_at(now) - customer.answered_at
        self._connect(self.matcher.answered(
            customer.order.call_id, customer.order.campaign, customer.answered_at,
            max(waited + limit, 0),
        ))  # fmt: skip

    def _watch_sound(self, customer: Customer, now: float) -> None:
        """A call without RTP is a fault of trunk or media, not a silent customer."""
        since = now - (customer.packets_at or customer.answered_at)
        if since < NO_AUDIO_CHECK_SECONDS or customer.leg is None:
            return
        packets = customer.leg.packets_received()
        if packets != customer.packets:
            customer.packets, customer.packets_at, customer.no_audio = packets, now, False
        elif packets == 0 and not customer.no_audio:
            customer.no_audio = True
            self.deaf += 1
            log.warning("no audio", extra={"action": "call.no_audio"})
        limit = self._settings.rtp_silence_seconds if customer.packets else NO_AUDIO_END_SECONDS
        if since > limit and customer.we_ended is None:
            customer.no_audio = True
            self._end(customer, EndedBy.NODE)

    # --- the two-second rule ------------------------------------------------------------------------

    def _connect(self, match: Match | None) -> None:
        if match is None:
            return
        customer, seat = self.calls[match.call_id], self._agents.seats[match.seat_id]
        customer.seat_id, seat.call_id = seat.seat_id, match.call_id
        self._bridge(customer, seat)

    def _bridge(self, customer: Customer, seat: AgentSeat) -> None:
        """Join the ports as soon as both have sound; the 200 OK comes a moment before its media."""
        if customer.bridged or customer.leg is None or seat.leg is None:
            self.in_call.match(customer)
            return
        self._agents.end_echo(seat)
        if customer.leg.media is None or seat.leg.media is None:
            return
        customer.bridged, customer.prompt = True, None
        now = monotonic()
        self.in_call.begin(customer, now, record=self._may_record(customer))
        if not customer.connected_at:
            customer.connected_at = now
            waited = (now - customer.clock_at(now)) * 1000
            self._journal.connected(customer.order.call_id, seat.seat_id)
            self._say(Connected(
                call_id=customer.order.call_id, seat_id=seat.seat_id, waited_ms=round(waited, 3),
            ))  # fmt: skip
            self.in_call.tell(customer)

    def _may_record(self, customer: Customer) -> bool:
        return customer.order.record and not customer.record_cut and not self.room.is_low

    def _look_at_disk(self, now: float) -> None:
        """Short of room: what was recorded so far is finished while it still fits; calls go on."""
        if self.room.look(now):
            for call_id in self.in_call.cut_recordings():
                self._finisher.finish(call_id)

    def _abandon(self, customer: Customer, now: float) -> None:
        """Nobody in time: counted now, then a message, then the end."""
        customer.abandoned = True
        message = customer.order.message if self._prompts.find(customer.order.message) else ""
        waited = (now - customer.clock_at(now)) * 1000
        self._say(Abandoned(
            call_id=customer.order.call_id, waited_ms=round(waited, 3), message=message
        ))  # fmt: skip
        self._say_sorry(customer, now)

    def _say_sorry(self, customer: Customer, now: float) -> None:
        self._speak(customer, customer.order.message, now)

    def _speak(self, customer: Customer, message: str, now: float) -> None:
        """A message, then the end; without one the end at once."""
        prompt = self._prompts.find(message)
        if prompt is None or customer.leg is None:
            self._end(customer, EndedBy.NODE)
            return
        customer.prompt = Prompt(prompt[0], customer.leg)
        customer.hang_up_at = now + prompt[1] + 0.2

    def _offer_to_another(self, customer: Customer, now: float) -> None:
        """The agent's leg did not come back: to whoever is ready for the campaign, else sorry."""
        seat_id = self.matcher.take_ready(customer.order.campaign)
        if not seat_id:
            self._say_sorry(customer, now)
            return
        customer.bridged = True
        self.in_call.move(customer, self._agents.seats[seat_id])

    def agent_leg_changed(self, seat: AgentSeat) -> None:
        """An agent's leg went down: the customer is told, and kept for the same agent for a while."""
        if not seat.up:
            self.matcher.seat_gone(seat.seat_id)
        self.in_call.seat_changed(seat)
        customer = self.calls.get(seat.call_id)
        if customer is None or customer.seat_id != seat.seat_id:
            return
        if seat.up:
            customer.reoffer_until = None
            self._bridge(customer, seat)
        elif not self.in_call.agent_lost(customer):
            customer.bridged = False
            customer.reoffer_until = monotonic() + self._settings.agent_lost_seconds
            self.play(customer.order.call_id, comfort_of(customer.order.message))

    # --- Listener -----------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""
        trunk = self.calls[leg.name].trunk
        if trunk is not None:
            self._journal.invite(leg.name, invite, trunk.peer, ours=True)
            self._say(Dialed(call_id=leg.name, trunk=trunk.name))

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""
        customer = self.calls.get(leg.name)
        if customer is not None:
            customer.ringing_at = monotonic()
            self._placing.heard(customer)
            self._say(Ringing(call_id=leg.name, early_media=early_media))

    def leg_answered(self, leg: Leg, message: str) -> None:
        """The 200 OK: the clock of the two-second rule starts, and the agent is chosen now."""
        self._journal.answer(leg.name, message)
        customer = self.calls.get(leg.name)
        if customer is None:
            return
        customer.answered_at = monotonic()
        self._placing.heard(customer)
        self._say(Answered(call_id=leg.name))
        if not self._screens.answered(customer):
            self._offer(customer, customer.answered_at)

    def leg_media(self, leg: Leg) -> None:
        """Sound can flow: listen, and join what was matched before."""
        customer = self.calls.get(leg.name)
        if customer is not None:
            self._screens.sound_flows(customer)
        if customer is not None and customer.seat_id in self._agents.seats:
            customer.bridged = False
            self._bridge(customer, self._agents.seats[customer.seat_id])

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """The call is over, whoever ended it; said exactly once."""
        self._journal.end(leg.name)
        customer = self.calls.get(leg.name)
        if customer is None:
            return
        now = monotonic()
        self._ended.append(leg)
        may_go_on = self._placing.over(customer, leg, code)
        ended = customer.ended(code, reason, cause, by_peer, now)
        if may_go_on:
            customer.leg = None
            self._elsewhere.append((customer, ended))
            return
        del self.calls[leg.name]
        self._finish(customer, ended)

    def _finish(self, customer: Customer, ended: Ended) -> None:
        """The call is over for good."""
        call_id = customer.order.call_id
        self.matcher.call_over(call_id)
        self._free_seat(customer)
        self._screens.over(customer, monotonic())
        self._sound.last(customer)
        self._say(ended)
        if customer.tracks is not None:
            customer.tracks.close()
            self._finisher.finish(call_id)
        self._ended.append(customer)

    # --- small things -------------------------------------------------------------------------------

    def snapshot(self) -> tuple[LiveCall, ...]:
        """All live calls, for the engine."""
        return tuple(
            LiveCall(call_id=i, phase=c.phase(), seat_id=c.seat_id) for i, c in self.calls.items()
        )

    def _not_sent(self, order: Originate, why: str) -> None:
        self.matcher.call_over(order.call_id)
        self._say(Ended(
            call_id=order.call_id, verdict=Verdict.NOT_SENT, ended_by=EndedBy.NODE, sip_reason=why
        ))  # fmt: skip

    def _end(self, customer: Customer, by: EndedBy, *, verdict_is_cancel: bool = False) -> None:
        if customer.we_ended is None:
            customer.we_ended = EndedBy.ENGINE if verdict_is_cancel else by
            if customer.leg is not None:
                customer.leg.hang_up()

    def _free_seat(self, customer: Customer) -> None:
        self.in_call.over(customer)
        seat = self._agents.seats.get(customer.seat_id)
        if seat is not None and seat.call_id == customer.order.call_id:
            seat.call_id = ""
