"""Ready seats and waiting customers of one node: who takes whom, and until when. Pure.

Times are seconds of one monotonic clock, given by the caller. A call may be placed for one seat only:
that seat is *reserved* from the order on, takes nobody else, and gets that customer at the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Match:
    """This seat takes this customer."""

    seat_id: str
    call_id: str


@dataclass(slots=True)
class _Ready:
    campaigns: frozenset[str]
    since: float


@dataclass(slots=True)
class _Waiting:
    campaign: str
    since: float
    deadline: float


@dataclass(slots=True)
class Matcher:
    """A seat's readiness is used up by one match or reservation: the engine must give it again."""

    _ready: dict[str, _Ready] = field(default_factory=dict)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _reserved: dict[str, str] = field(default_factory=dict)  # seat -> the call placed for it

    def seat_ready(self, seat_id: str, campaigns: tuple[str, ...], now: float) -> Match | None:
        """The seat is free; takes the customer who waits longest, if one may be taken."""
        if seat_id in self._reserved:
            return None
        known = self._ready.get(seat_id)
        since = known.since if known else now
        self._ready[seat_id] = _Ready(frozenset(campaigns), since)
        fitting = [i for i, w in self._waiting.items() if w.campaign in campaigns]
        if not fitting:
            return None
        return self._match(seat_id, min(fitting, key=lambda i: self._waiting[i].since))

    def seat_not_ready(self, seat_id: str) -> None:
        """No new customer; a reservation stays."""
        self._ready.pop(seat_id, None)

    def seat_gone(self, seat_id: str) -> None:
        """Leg lost, or closed: no customer at all; a call placed for it is now anybody's."""
        self._ready.pop(seat_id, None)
        self._reserved.pop(seat_id, None)

    def reserve(self, seat_id: str, call_id: str) -> bool:
        """Keep the seat for this call; False when another call has it. The caller knows whether its
        leg is up and free."""
        if self._reserved.get(seat_id, call_id) != call_id:
            return False
        self._ready.pop(seat_id, None)
        self._reserved[seat_id] = call_id
        return True

    def answered(self, call_id: str, campaign: str, now: float, limit: float) -> Match | None:
        """A customer answered: the seat reserved for the call, else the one that is ready longest,
        else a wait of `limit` seconds."""
        for seat_id, reserved_for in self._reserved.items():
            if reserved_for == call_id:
                del self._reserved[seat_id]
                return Match(seat_id, call_id)
        fitting = [i for i, r in self._ready.items() if campaign in r.campaigns]
        self._waiting[call_id] = _Waiting(campaign, now, now + limit)
        if not fitting:
            return None
        return self._match(min(fitting, key=lambda i: self._ready[i].since), call_id)

    def call_over(self, call_id: str) -> None:
        """The customer hung up, or is served otherwise; nothing is reserved for the call any more."""
        self._waiting.pop(call_id, None)
        for seat_id in [seat for seat, call in self._reserved.items() if call == call_id]:
            del self._reserved[seat_id]

    def overdue(self, now: float) -> list[str]:
        """Customers whose limit has passed; each is named once."""
        late = [i for i, w in self._waiting.items() if w.deadline <= now]
        for call_id in late:
            del self._waiting[call_id]
        return late

    def take_ready(self, campaign: str) -> str:
        """The seat that is ready longest for this campaign, which is ready no longer; empty: none."""
        fitting = [i for i, r in self._ready.items() if campaign in r.campaigns]
        if not fitting:
            return ""
        seat_id = min(fitting, key=lambda i: self._ready[i].since)
        del self._ready[seat_id]
        return seat_id

    def is_ready(self, seat_id: str) -> bool:
        """Whether the seat waits for a customer."""
        return seat_id in self._ready

    def reserved_for(self, seat_id: str) -> str:
        """The call that was placed for this seat; empty: none."""
        return self._reserved.get(seat_id, "")

    def ready_count(self) -> int:
        """Seats that wait for a customer."""
        return len(self._ready)

    def _match(self, seat_id: str, call_id: str) -> Match:
        del self._ready[seat_id]
        del self._waiting[call_id]
        return Match(seat_id, call_id)
