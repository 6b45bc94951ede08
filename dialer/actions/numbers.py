"""The pool of outbound numbers (外显号码)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import OutboundNumber

_DIAL_STRING = re.compile(r"[0-9]{3,15}")


def add_outbound_numbers(
    sessions: Sessions, actor: Actor, numbers: Iterable[str], now: datetime
) -> int:
    """Add numbers to the pool; those already there stay. Returns how many were new."""
    with write(sessions) as session:
        known = set(session.scalars(select(OutboundNumber.number)))
        new = [n for n in dict.fromkeys(numbers) if n not in known]
        for number in new:
            if not _DIAL_STRING.fullmatch(number):
                raise Refused("outbound_number_form", number=number)
            session.add(OutboundNumber(number=number))
        audit.note(session, actor.name, "numbers.add", "pool", now, after={"numbers": list(new)})
        return len(new)
