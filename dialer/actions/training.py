"""Training records (CN-TRAIN): who passed what, and how long it holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.clock import HOME
from dialer.domain.training import KINDS, trained_until
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Training, User

NOTE_MAX = 200


def record_training(
    sessions: Sessions, actor: Actor, *, username: str, kind: str, passed_on: date,
    valid_until: date, note: str = "", now: datetime,
) -> date | None:  # fmt: skip
    """Add a record; returns until when the user is trained now. From the first record on they cannot
    be ready after that day."""
    if kind not in KINDS:
        raise Refused("training_kind", kinds=", ".join(KINDS))
    if passed_on > now.astimezone(HOME).date() or valid_until < passed_on:
        raise Refused("training_dates")
    with write(sessions) as session:
        user = session.scalar(select(User).where(User.username == username))
        if user is None:
            raise Refused("user_unknown", username=username)
        session.add(Training(
            user_id=user.id, kind=kind, passed_on=passed_on, valid_until=valid_until,
            note=note[:NOTE_MAX], by_user_id=actor.user_id or None, at=now,
        ))  # fmt: skip
        session.flush()
        records = session.execute(
            select(Training.kind, Training.valid_until).where(Training.user_id == user.id)
        )
        before = user.trained_until
        user.trained_until = trained_until((k, until) for k, until in records)
        audit.note(
            session, actor.name, "training.record", f"user:{user.id}", now,
            before={"until": str(before) if before else None},
            after={"kind": kind, "passed_on": str(passed_on), "valid_until": str(valid_until),
                   "until": str(user.trained_until)},
        )  # fmt: skip
        return user.trained_until
