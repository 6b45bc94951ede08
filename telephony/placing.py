"""Sends a customer's call by one trunk after the other, until one takes it.

A second INVITE leaves only when the first one certainly rang nowhere (`trunk_choice.may_go_elsewhere`).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from telephony.clock import monotonic
from telephony.trunk_choice import may_go_elsewhere

if TYPE_CHECKING:
    from telephony.customer import Customer
    from telephony.protocol import Originate
    from telephony.sip_leg import Leg, Listener
    from telephony.trunk import Trunk
    from telephony.trunks import Trunks

log = logging.getLogger(__name__)


class Wire(Protocol):
    """What sends INVITEs: `sip_trunks.SipTrunks`."""

    def leg(self, trunk: Trunk, listener: Listener, call_id: str) -> Leg: ...
    def dial(self, leg: Leg, trunk: Trunk, order: Originate) -> None: ...


class Placing:
    """Of one node. The customer's `trunk`, `leg` and `tried` are kept here."""

    def __init__(self, trunks: Trunks, wire: Wire, listener: Listener) -> None:
        self.trunks, self._wire, self._listener = trunks, wire, listener

    def place(self, customer: Customer) -> str:
        """Dial by the next trunk. Empty: an INVITE is on its way; else why no trunk takes it."""
        order = customer.order
        while True:
            now = monotonic()
            trunk = self.trunks.take(order, customer.tried, now)
            if isinstance(trunk, str):
                return trunk
            customer.trunk, customer.tried = trunk, customer.tried | {trunk.name}
            leg = customer.leg = self._wire.leg(trunk, self._listener, order.call_id)
            try:
                self._wire.dial(leg, trunk, order)
            except Exception as error:  # ValueError, pj.Error: no INVITE left
                log.error(
                    "not sent",
                    extra={"action": "call.not_sent", "trunk": trunk.name, "why": str(error)},
                )
                if leg.over:
                    return ""  # it was told to the listener already
                self.trunks.not_sent(trunk, now)
                self._leave(customer)
                continue
            return ""

    def heard(self, customer: Customer) -> None:
        """It rings, or somebody answered: the trunk works, and no second INVITE may follow."""
        if customer.trunk is not None:
            self.trunks.heard(customer.trunk, monotonic())

    def over(self, customer: Customer, leg: Leg, code: int) -> bool:
        """The leg is over. True: nothing can have rung and another trunk may be tried."""
        trunk, is_fault = customer.trunk, False
        rang = bool(customer.ringing_at) or leg.rang
        if trunk is not None and not customer.answered_at and not rang:
            is_fault = self.trunks.ended(
                trunk, customer.order.call_id, code, leg.last_response, leg.heard, monotonic()
            )
        self._leave(customer)
        return may_go_elsewhere(
            answered=bool(customer.answered_at), rang=rang,
            we_ended=customer.we_ended is not None, is_trunk_fault=is_fault,
        )  # fmt: skip

    def _leave(self, customer: Customer) -> None:
        if customer.trunk is not None:
            self.trunks.freed(customer.trunk, customer.order.call_id)
            customer.trunk = None
