"""Callbacks (回拨): a time agreed with a person, for one agent or for anyone. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialer.domain.seat import SeatState

# Lower goes first: a time agreed with a person comes before the list and before broken promises.
CALLBACK_FIRST = -20
# A callback of an agent who is not there so long after the agreed time becomes anyone's: the person
# was told a time, and keeping it matters more than by whom. Per campaign later.
OWNER_GRACE = timedelta(minutes=15)
AWAY = frozenset({SeatState.OFFLINE, SeatState.CONNECTING, SeatState.PAUSED})


def is_anyones(due: datetime, now: datetime, owner: SeatState | None) -> bool:
    """Whether somebody else must call. `owner`: state of the agent's seat, None without one. Who
    talks or wraps up is there, and calls next."""
    return now - due > OWNER_GRACE and (owner is None or owner in AWAY)
