"""Stop keys: from the moment they are saved nothing rings for this person or number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.facts import ContactStopped
from dialer.feed import publish
from dialer.store import audit
from dialer.store.entries import release_held
from dialer.store.session import Sessions, write
from dialer.store.tables import Debtor, Hold, Suppression

HOLD_KINDS = ("dispute", "cease", "deceased", "hardship", "complaint", "manual")


def stop_contact(
    sessions: Sessions, actor: Actor, debtor_id: int, kind: str, reason: str, now: datetime
) -> None:
    """A stop flag on a person; ringing calls are cancelled within a second."""
    if kind not in HOLD_KINDS:
        raise Refused("hold_kind", kind=kind)
    with write(sessions) as session:
        if session.get(Debtor, debtor_id) is None:
            raise Refused("debtor_unknown")
        session.add(
            Hold(debtor_id=debtor_id, kind=kind, reason=reason, user_id=actor.user_id or None,
                 starts_at=now)
        )  # fmt: skip
        audit.note(
            session, actor.name, "hold.set", f"debtor:{debtor_id}", now, after={"kind": kind}
        )
        publish(session, ContactStopped(debtor_id=debtor_id, kind=kind), now)


def suppress_number(
    sessions: Sessions, actor: Actor, number: str, reason: str, now: datetime
) -> None:
    """A number nobody may call any more; saying it twice changes nothing."""
    with write(sessions) as session:
        if session.scalar(select(Suppression.id).where(Suppression.number == number)):
            return
        row = Suppression(number=number, reason=reason, user_id=actor.user_id or None, at=now)
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "number.suppress", f"suppression:{row.id}", now,
            after={"reason": reason},
        )  # fmt: skip
        publish(session, ContactStopped(suppression_id=row.id, kind=reason), now)


def lift_hold(session: Session, actor: Actor, hold: Hold, reason: str, now: datetime) -> None:
    """End a stop flag; the person's entries wait in the list again when it was the last one."""
    hold.ends_at, hold.released_by = now, actor.user_id or None
    audit.note(
        session, actor.name, "hold.release", f"hold:{hold.id}", now,
        before={"kind": hold.kind}, after={"reason": reason[:200]},
    )  # fmt: skip
    session.flush()
    others = select(Hold.id).where(
        Hold.debtor_id == hold.debtor_id, Hold.ends_at.is_(None) | (Hold.ends_at > now)
    )
    if session.scalar(others.limit(1)) is None:
        release_held(session, hold.debtor_id, now)
