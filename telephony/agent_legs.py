"""Agents' legs: called at their address or dialing in, and kept up between customers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telephony.clock import monotonic
from telephony.journal import Journal
from telephony.protocol import Event, LiveSeat, SeatLegDown, SeatLegUp, SeatOpen
from telephony.seats import Matcher
from telephony.sip_leg import Leg

if TYPE_CHECKING:
    import pjsua2 as pj

log = logging.getLogger(__name__)

REDIAL_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)


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

    def open(self, command: SeatOpen) -> None:
        """Bring the leg up; a second time only says again how it is."""
        seat = self.seats.get(command.seat_id)
        if seat is None:
            seat = AgentSeat(command.seat_id, command.address, command.dial_in_code)
            self.seats[seat.seat_id] = seat
            seat.dial_at = monotonic() if seat.address else None
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
            if seat.dial_at is not None and seat.dial_at <= now:
                seat.dial_at = None
                self._dial(seat)

    def dialed_in(self, code: str, incoming: int, invite: str, source: str) -> bool:
        """An agent's phone calls in; True when its code belongs to a seat without a leg."""
        for seat in self.seats.values():
            if code and seat.dial_in_code == code and seat.leg is None:
                self._journal.invite(f"seat-{seat.seat_id}", invite, source, ours=False)
                seat.leg = Leg(self._account, self, seat.seat_id, incoming)
                seat.leg.pick_up()
                return True
        return False

    def snapshot(self, matcher: Matcher) -> tuple[LiveSeat, ...]:
        """All seats, for the engine."""
        return tuple(
            LiveSeat(
                seat_id=s.seat_id, leg_up=s.up, ready=matcher.is_ready(s.seat_id),
                call_id=s.call_id, reserved_for=matcher.reserved_for(s.seat_id),
            )
            for s in self.seats.values()
        )  # fmt: skip

    def _dial(self, seat: AgentSeat) -> None:
        seat.leg = Leg(self._account, self, seat.seat_id)
        try:
            seat.leg.dial(seat.address, "kept", self._own, {})
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
        peer = re.sub(r"^sip:[^@]*@", "", self.seats[leg.name].address)
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
        elif leg.answered and leg.media is not None and not seat.up:
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
        seat.leg, seat.up = None, False
        if seat.address:
            pause = REDIAL_SECONDS[min(seat.failures, len(REDIAL_SECONDS) - 1)]
            seat.failures += 1
            seat.dial_at = monotonic() + pause
        self._say(SeatLegDown(seat_id=seat.seat_id, reason=reason))
        self._changed(seat)
