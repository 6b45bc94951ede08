"""Ready seats and waiting customers of one node: who takes whom, and until when. Pure.

Times are seconds of one monotonic clock, given by the caller.
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
    """A seat's readiness is used up by one match: the engine must give it again."""

    _ready: dict[str, _Ready] = field(default_factory=dict)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    def seat_ready(self, seat_id: str, campaigns: tuple[str, ...], now: float) -> Match | None:
        """The seat is free; takes the customer who waits longest, if one may be taken."""
        known = self._ready.get(seat_id)
        since = known.since if known else now
        self._ready[seat_id] = _Ready(frozenset(campaigns), since)
        fitting = [i for i, w in self._waiting.items() if w.campaign in campaigns]
        if not fitting:
            return None
        return self._match(seat_id, min(fitting, key=lambda i: self._waiting[i].since))

    def seat_gone(self, seat_id: str) -> None:
        """Paused, leg lost, or closed: no new customer."""
        self._ready.pop(seat_id, None)

    def answered(self, call_id: str, campaign: str, now: float, limit: float) -> Match | None:
        """A customer answered: the seat that is ready longest, or a wait of `limit` seconds."""
        fitting = [i for i, r in self._ready.items() if campaign in r.campaigns]
        self._waiting[call_id] = _Waiting(campaign, now, now + limit)
        if not fitting:
            return None
        return self._match(min(fitting, key=lambda i: self._ready[i].since), call_id)

    def call_over(self, call_id: str) -> None:
        """The customer hung up, or is served otherwise."""
        self._waiting.pop(call_id, None)

    def overdue(self, now: float) -> list[str]:
        """Customers whose limit has passed; each is named once."""
        late = [i for i, w in self._waiting.items() if w.deadline <= now]
        for call_id in late:
            del self._waiting[call_id]
        return late

    def is_ready(self, seat_id: str) -> bool:
        """Whether the seat waits for a customer."""
        return seat_id in self._ready

    def ready_count(self) -> int:
        """Seats that wait for a customer."""
        return len(self._ready)

    def _match(self, seat_id: str, call_id: str) -> Match:
        del self._ready[seat_id]
        del self._waiting[call_id]
        return Match(seat_id, call_id)
