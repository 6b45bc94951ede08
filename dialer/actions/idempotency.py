"""A client's command has one effect, however often it is sent: its answer is stored with its key."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.store.tables import CommandKey


def fingerprint(what: dict[str, Any]) -> str:
    """Hash of a command's content, to notice a key used for something else."""
    text = json.dumps(what, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def earlier_answer(
    session: Session, actor: Actor, key: str, action: str, print_: str
) -> dict[str, Any] | None:
    """The answer given to this key before. Refused("key_reused") for another command."""
    row = session.get(CommandKey, key)
    if row is None:
        return None
    if (row.user_id, row.action, row.fingerprint) != (actor.user_id, action, print_):
        raise Refused("key_reused")
    return row.answer


def keep_answer(
    session: Session, actor: Actor, key: str, action: str, print_: str, answer: dict[str, Any],
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Store the answer in the transaction of its effect."""
    session.add(
        CommandKey(
            key=key, user_id=actor.user_id, action=action, fingerprint=print_, answer=answer,
            at=now,
        )
    )  # fmt: skip
    return answer
