"""A test call on a trunk: the one call that no gate is asked about, so it may reach nobody we know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.phone_numbers import BadNumber, normalise
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Phone, Suppression


def allow_test_call(
    sessions: Sessions, actor: Actor, trunk: str, number: str, now: datetime
) -> str:
    """The number to dial, once the audit holds that it was asked for. Refused for every number of a
    debtor, guarantor or contact, and for those that must not be called at all."""
    try:
        dialed = normalise(number)
    except BadNumber:
        raise Refused("test_call_number") from None
    with write(sessions) as session:
        is_known = select(Phone.id).where(Phone.number == dialed).limit(1)
        is_stopped = select(Suppression.id).where(Suppression.number == dialed).limit(1)
        if session.scalar(is_known) is not None or session.scalar(is_stopped) is not None:
            raise Refused("test_call_debtor")
        audit.note(
            session, actor.name, "trunk.test_call", f"trunk:{trunk}", now,
            after={"number_ends_in": dialed[-4:]},
        )  # fmt: skip
    return dialed
