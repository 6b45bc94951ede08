"""What collecting cost, entered by hand per creditor and days: the numerator of cost to collect."""

from __future__ import annotations

from datetime import date, datetime

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.money import MINOR_MAX
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Cost, Creditor

KINDS = ("labour", "telecom", "sms", "letters", "visits", "legal", "overhead")


def add_cost(
    sessions: Sessions, actor: Actor, *, creditor_id: int, first: date, last: date, kind: str,
    amount_minor: int, now: datetime,
) -> int:  # fmt: skip
    """One cost from `first` to `last`, both included; a correction is a negative one."""
    if kind not in KINDS:
        raise Refused("cost_kind", kinds=", ".join(KINDS))
    if not 0 <= (last - first).days < 366 or not 0 < abs(amount_minor) <= MINOR_MAX:
        raise Refused("cost_form")
    with write(sessions) as session:
        if session.get(Creditor, creditor_id) is None:
            raise Refused("creditor_unknown")
        row = Cost(
            creditor_id=creditor_id, first=first, last=last, kind=kind, amount_minor=amount_minor,
            user_id=actor.user_id or None, at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "cost.add", f"cost:{row.id}", now,
            after={"kind": kind, "amount_minor": amount_minor, "creditor_id": creditor_id},
        )  # fmt: skip
        return row.id
