"""Agents' legs: called at their address, dialing in, or a browser; kept up between customers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.clock import monotonic
from telephony.journal import Journal
from telephony.protocol import Event, LegKind, LiveSeat, SeatLegDown, SeatLegUp, SeatOpen
from telephony.seats import Matcher
from telephony.sip_browser import sound_back
from telephony.sip_leg import Leg

if TYPE_CHECKING:
    import pjsua2 as pj

log = logging.getLogger(__name__)

REDIAL_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
REGISTERED = "@registered"  # address of a phone that registers here: sip:6001@registered


@dataclass(slots=True)
class AgentSeat:
    """A seat that the engine opened, with its leg."""

    seat_id: str
    address: str
    dial_in_code: str
    leg: Leg | None = None
    up: bool = False
    failures: int = 0
    dial_at: float | None = None  # monotonic
    call_id: str = ""  # the customer on the line
    kind: LegKind = LegKind.PHONE
    called: str = ""  # where its phone was called last
    packets: int = -1  # of a leg that dialed in, when its code was last dialed again
    is_heard: bool = True  # a browser's leg is up only when its sound arrives
    hears_self_until: float | None = None  # the echo test; monotonic


class AgentLegs:
    """All seats of a node. Tells `changed` when a leg comes up or goes down."""

    def __init__(
        self, account: pj.Account, own_address: str, journal: Journal,
        say: Callable[[Event], None], changed: Callable[[AgentSeat], None],
    ) -> None:  # fmt: skip
        self.seats: dict[str, AgentSeat] = {}
        self._account, self._own, self._journal = account, own_address, journal
        self._say, self._changed = say, changed
        self._ended: list[Leg] = []
        self.sends_always: Callable[[Leg], None] = lambda _: (
            None
        )  # a leg whose silence is its death
        self.address_of: Callable[[str], str] = lambda _: ""  # of an extension; empty: not there

    def open(self, command: SeatOpen) -> None:
        """Bring the leg up; a second time only says again how it is. Another way of reaching the agent
        replaces the leg and keeps the customer."""
        seat = self.seats.get(command.seat_id)
        how = (command.kind, command.address, command.dial_in_code)
        if seat is None:
            seat = AgentSeat(command.seat_id, command.address, command.dial_in_code)
            seat.kind = command.kind
            self.seats[seat.seat_id] = seat
            seat.dial_at = monotonic() if seat.address else None
        elif (seat.kind, seat.address, seat.dial_in_code) != how:
            seat.kind, seat.address, seat.dial_in_code = how
            seat.dial_at = monotonic() if seat.address else None
            self._drop_leg(seat)
        elif seat.up:
            self._say(SeatLegUp(seat_id=seat.seat_id))

    def close_seat(self, seat_id: str) -> None:
        """Hang the leg up and forget the seat."""
        seat = self.seats.pop(seat_id, None)
        if seat is not None and seat.leg is not None:
            seat.leg.hang_up()

    def tend(self, now: float) -> None:
        """Call again what is due; drop ended legs outside their own callbacks."""
        self._ended.clear()
        for seat in self.seats.values():
            if seat.hears_self_until is not None and seat.hears_self_until <= now:
                self.end_echo(seat)
            if seat.dial_at is not None and seat.dial_at <= now:
                seat.dial_at = None
                self._dial(seat)

    def dialed_in(self, code: str, incoming: int, invite: str, source: str) -> bool:
        """An agent's phone calls in; True when its code belongs to a seat without a leg."""
        for seat in self.seats.values():
            if not code or seat.dial_in_code != code:
                continue
            if seat.kind is LegKind.HEADSET and self._is_silent(seat):
                self._drop_leg(seat)  # the program was started again, or its network was away
            if seat.leg is None:
                self._journal.invite(f"seat-{seat.seat_id}", invite, source, ours=False)
                seat.leg = Leg(self._account, self, seat.seat_id, incoming)
                seat.leg.pick_up()
                if seat.kind is LegKind.HEADSET:
                    self.sends_always(seat.leg)
                return True
        return False

    def adopt(self, leg: Leg) -> bool:
        """A browser's leg comes in for the seat of its name; it replaces the one that is there."""
        seat = self.seats.get(leg.name)
        if seat is None or seat.kind is not LegKind.BROWSER:
            return False
        self._drop_leg(seat)
        seat.leg, seat.is_heard = leg, False
        return True

    def is_heard(self, leg: Leg) -> None:
        """Sound of a browser arrives."""
        seat = self._seat_of(leg)
        if seat is not None and not seat.is_heard:
            seat.is_heard = True
            self._look_whether_up(leg)

    def echo(self, seat_id: str, until: float) -> None:
        """Let an agent hear themselves; not while somebody is on the line."""
        seat = self.seats.get(seat_id)
        if seat is not None and seat.up and seat.leg is not None and not seat.call_id:
            seat.hears_self_until = until
            sound_back(seat.leg, True)

    def end_echo(self, seat: AgentSeat) -> None:
        """Before a customer comes, and when the time is over."""
        if seat.hears_self_until is not None and seat.leg is not None:
            sound_back(seat.leg, False)
        seat.hears_self_until = None

    def _is_silent(self, seat: AgentSeat) -> bool:
        """Whether nothing came since somebody last asked; the program sends packets all the time and
        dials until it is let in, so that a living leg is never taken away."""
        before = seat.packets
        seat.packets = seat.leg.packets_received() if seat.leg is not None else -1
        return seat.packets == before

    def _drop_leg(self, seat: AgentSeat) -> None:
        """End the leg now; nobody waits for its end."""
        if seat.leg is None:
            return
        seat.leg.hang_up()
        if seat.leg is not None:  # it will end later: from here on it is not this seat's
            self._lost(seat, "replaced")

    def snapshot(self, matcher: Matcher) -> tuple[LiveSeat, ...]:
        """All seats, for the engine."""
        return tuple(
            LiveSeat(
                seat_id=s.seat_id, leg_up=s.up, ready=matcher.is_ready(s.seat_id),
                call_id=s.call_id, reserved_for=matcher.reserved_for(s.seat_id),
            )
            for s in self.seats.values()
        )  # fmt: skip

    def registered(self, extension: str) -> None:
        """A phone is there now: whoever waits for it is called at once."""
        for seat in self.seats.values():
            if seat.address == f"sip:{extension}{REGISTERED}" and seat.leg is None:
                seat.dial_at = monotonic()

    def _dial(self, seat: AgentSeat) -> None:
        target = seat.address
        if target.endswith(REGISTERED):
            target = self.address_of(target.removeprefix("sip:").removesuffix(REGISTERED))
            if not target:
                self._lost(seat, "not registered")
                return
        seat.leg, seat.called = Leg(self._account, self, seat.seat_id), target
        try:
            seat.leg.dial(target, "kept", self._own, {})
        except Exception as error:  # pj.Error and ValueError alike: the phone cannot be called
            log.warning(
                "seat not dialed",
                extra={"action": "seat.dial", "seat": seat.seat_id, "why": str(error)},
            )
            self._lost(seat, "cannot be called")

    def _seat_of(self, leg: Leg) -> AgentSeat | None:
        seat = self.seats.get(leg.name)
        return seat if seat is not None and seat.leg is leg else None

    # --- Listener -----------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""
        peer = re.sub(r"^sip:[^@]*@", "", self.seats[leg.name].called)
        self._journal.invite(f"seat-{leg.name}", invite, peer, ours=True)

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""

    def leg_answered(self, leg: Leg, message: str) -> None:
        """Listener."""
        self._journal.answer(f"seat-{leg.name}", message)
        self._look_whether_up(leg)

    def leg_media(self, leg: Leg) -> None:
        """Listener. A phone that dials in has its sound before our answer is confirmed."""
        self._look_whether_up(leg)

    def _look_whether_up(self, leg: Leg) -> None:
        """Answered and with sound: the leg is up."""
        seat = self._seat_of(leg)
        if seat is None:
            leg.hang_up()
        elif leg.answered and leg.media is not None and seat.is_heard and not seat.up:
            seat.up, seat.failures = True, 0
            self._say(SeatLegUp(seat_id=seat.seat_id))
            self._changed(seat)
        elif seat.up:  # its sound came anew
            self._changed(seat)

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """The phone hung up, or never answered; an address is called again."""
        self._journal.end(f"seat-{leg.name}")
        self._ended.append(leg)
        seat = self._seat_of(leg)
        if seat is not None:
            self._lost(seat, f"{code} {reason}")

    def _lost(self, seat: AgentSeat, reason: str) -> None:
        if seat.leg is not None:
            self._ended.append(seat.leg)
        seat.leg, seat.up, seat.is_heard, seat.hears_self_until = None, False, True, None
        if seat.address and seat.dial_at is None:
            pause = REDIAL_SECONDS[min(seat.failures, len(REDIAL_SECONDS) - 1)]
            seat.failures += 1
            seat.dial_at = monotonic() + pause
        self._say(SeatLegDown(seat_id=seat.seat_id, reason=reason))
        self._changed(seat)
