"""Tokens of the API and webhooks: who may talk to us, and to whom we talk."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.facts import AnyFact
from dialer.feed import last_id
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import ApiToken, CommandKey, User, Webhook

TOKEN_PREFIX = "kept_"
DEAD_AFTER = timedelta(
    seconds=60
)  # a command that has not answered for so long died with its process
FACT_NAMES = frozenset(kind.__name__ for kind in AnyFact.__args__)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_token(sessions: Sessions, actor: Actor, username: str, name: str, now: datetime) -> str:
    """A new token that acts as this user; shown once and never again."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with write(sessions) as session:
        user = session.scalar(select(User).where(User.username == username, User.active))
        if user is None:
            raise Refused("user_unknown", username=username)
        row = ApiToken(user_id=user.id, name=name, sha256=token_hash(token), created_at=now)
        session.add(row)
        session.flush()
        audit.note(session, actor.name, "token.add", f"token:{row.id}", now, after={"name": name})
    return token


def revoke_token(sessions: Sessions, actor: Actor, token_id: int, now: datetime) -> None:
    """It is refused from the next request on."""
    with write(sessions) as session:
        row = session.get(ApiToken, token_id)
        if row is None or row.revoked_at is not None:
            raise Refused("token_unknown")
        row.revoked_at = now
        audit.note(session, actor.name, "token.revoke", f"token:{token_id}", now)


def add_webhook(
    sessions: Sessions, actor: Actor, url: str, facts: Sequence[str], now: datetime
) -> dict[str, Any]:
    """Tell this address of facts from now on. The secret that signs them is shown once."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Refused("webhook_url")
    unknown = sorted(set(facts) - FACT_NAMES)
    if unknown:
        raise Refused("webhook_facts", facts=", ".join(unknown))
    with write(sessions) as session:
        row = Webhook(
            url=url, secret=secrets.token_hex(32), facts=list(facts), cursor=last_id(session),
            user_id=actor.user_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(session, actor.name, "webhook.add", f"webhook:{row.id}", now)
        return {"id": row.id, "secret": row.secret}


def replay_webhook(
    sessions: Sessions, actor: Actor, webhook_id: int, after: int, now: datetime
) -> None:
    """Tell everything after this fact again; a webhook that was given up is tried again."""
    with write(sessions) as session:
        row = session.get(Webhook, webhook_id)
        if row is None or not 0 <= after <= last_id(session):
            raise Refused("webhook_unknown")
        row.cursor, row.active, row.failures, row.try_at = after, True, 0, None
        audit.note(
            session,
            actor.name,
            "webhook.replay",
            f"webhook:{webhook_id}",
            now,
            after={"after": after},
        )


def stop_webhook(sessions: Sessions, actor: Actor, webhook_id: int, now: datetime) -> None:
    """Tell it nothing more."""
    with write(sessions) as session:
        row = session.get(Webhook, webhook_id)
        if row is None:
            raise Refused("webhook_unknown")
        row.active = False
        audit.note(session, actor.name, "webhook.stop", f"webhook:{webhook_id}", now)


def begin_command(
    sessions: Sessions, actor: Actor, key: str, action: str, print_: str, now: datetime
) -> dict[str, Any] | None:
    """The stored answer of a command sent before, or None: then it runs now, under this key.

    Refused("key_reused") for other content, ("key_in_use") while the first one still runs."""
    with write(sessions) as session:
        row = session.get(CommandKey, key)
        if row is None:
            session.add(CommandKey(
                key=key, user_id=actor.user_id, action=action, fingerprint=print_,
                answer={"pending": True}, at=now,
            ))  # fmt: skip
            return None
        if (row.user_id, row.action, row.fingerprint) != (actor.user_id, action, print_):
            raise Refused("key_reused")
        if not row.answer.get("pending"):
            return dict(row.answer)
        if now - row.at < DEAD_AFTER:
            raise Refused("key_in_use")
        row.at = now
        return None


def end_command(sessions: Sessions, key: str, answer: dict[str, Any] | None) -> None:
    """Keep the answer; without one (it was refused) the key may be used again."""
    with write(sessions) as session:
        row = session.get_one(CommandKey, key)
        if answer is None:
            session.delete(row)
        else:
            row.answer = msgspec.to_builtins(answer)
