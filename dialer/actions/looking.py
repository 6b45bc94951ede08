"""Looking is an action too: who searched and who opened which case is in the audit, never what was typed."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256

from dialer.actions.actor import Actor
from dialer.domain.case_search import Wanted
from dialer.store import audit
from dialer.store.session import Sessions, write


def note_search(
    sessions: Sessions, actor: Actor, wanted: Wanted, found: int, key: bytes, now: datetime
) -> None:
    """In which ways was searched, and how much was found. A phone number leaves a keyed hash: whoever has
    the key and a number can prove that it was asked for, nobody can read it back."""
    after: dict[str, object] = {"ways": list(wanted.ways()), "found": found}
    if wanted.phone:
        after["phone"] = hmac.new(key, wanted.phone.encode(), sha256).hexdigest()
    with write(sessions) as session:
        audit.note(session, actor.name, "case.search", "cases", now, after=after)


def note_opened(sessions: Sessions, actor: Actor, account_id: int, now: datetime) -> None:
    """Somebody saw this case in full."""
    with write(sessions) as session:
        audit.note(session, actor.name, "case.open", f"account:{account_id}", now)
