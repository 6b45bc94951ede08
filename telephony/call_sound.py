"""Watches the sound of live talks: warns within three seconds, and tells each leg's quality."""

from __future__ import annotations

from collections.abc import Callable

from telephony.agent_legs import AgentLegs
from telephony.customer import Customer
from telephony.protocol import Event
from telephony.sip_leg import Leg
from telephony.sound_watch import Warning
from telephony.voice_quality import Rtp, mos
from telephony.words_in_call import LegQuality, SoundIs

LEVEL_SECONDS = 0.1
COUNTER_SECONDS = 0.5
FIRST_SECONDS = 2.0
TELL_SECONDS = 5.0


def quality_of(rtp: Rtp) -> LegQuality:
    """A leg's figures as they travel."""
    return LegQuality(
        packets=rtp.packets, lost=rtp.lost, jitter_ms=round(rtp.jitter_ms, 2),
        rtt_ms=round(rtp.rtt_ms, 2), mos=mos(rtp),
    )  # fmt: skip


class CallSound:
    """Of one node; nothing here waits."""

    def __init__(self, agents: AgentLegs, say: Callable[[Event], None]) -> None:
        self._agents, self._say = agents, say

    def tend(self, customer: Customer, now: float) -> None:
        """Look at what is due: levels ten times, counters twice a second."""
        if not customer.bridged or now < customer.sound_at or customer.leg is None:
            return
        agent = self._agent(customer)
        customer.sound_at = now + LEVEL_SECONDS
        customer.quality_at = customer.quality_at or now + FIRST_SECONDS
        self._look(customer, agent, now)
        warnings = self._warnings(customer, now)
        is_due = now >= customer.quality_at
        if warnings != customer.warned or is_due:
            customer.warned = warnings
            customer.quality_at = now + TELL_SECONDS
            self._tell(customer, agent)

    def last(self, customer: Customer) -> None:
        """The talk is over: its quality, for the record. Read before the leg is forgotten."""
        if customer.connected_at:
            customer.warned = frozenset()
            self._tell(customer, self._agent(customer))

    def _look(self, customer: Customer, agent: Leg | None, now: float) -> None:
        is_counting = now >= customer.packets_look_at
        if is_counting:
            customer.packets_look_at = now + COUNTER_SECONDS
            self._count(customer, agent)
            customer.sound.customer.note_packets(customer.heard.packets, now)
            customer.sound.agent.note_packets(customer.agent_heard.packets, now)
        for side, leg in ((customer.sound.customer, customer.leg), (customer.sound.agent, agent)):
            if leg is not None:
                side.note_level(leg.level(), now)

    def _count(self, customer: Customer, agent: Leg | None) -> None:
        """Keep the last figures: a leg that is over has none."""
        theirs = customer.leg.rtp() if customer.leg is not None else Rtp()
        ours = agent.rtp() if agent is not None else Rtp()
        customer.heard = theirs if theirs.packets else customer.heard
        customer.agent_heard = ours if ours.packets else customer.agent_heard

    def _warnings(self, customer: Customer, now: float) -> frozenset[Warning]:
        """A customer who waits has nothing to say; only a line that is gone matters then."""
        found = customer.sound.warnings(now)
        if customer.conversation.customer_waits:
            customer.sound.rest(now)
            found &= {Warning.CUSTOMER_GONE, Warning.AGENT_GONE}
        return found - ({Warning.AGENT_ZERO} if customer.conversation.muted else set())

    def _agent(self, customer: Customer) -> Leg | None:
        seat = self._agents.seats.get(customer.seat_id)
        return seat.leg if seat is not None else None

    def _tell(self, customer: Customer, agent: Leg | None) -> None:
        self._count(customer, agent)
        self._say(SoundIs(
            call_id=customer.order.call_id, warnings=tuple(sorted(customer.warned)),
            customer=quality_of(customer.heard), agent=quality_of(customer.agent_heard),
        ))  # fmt: skip
