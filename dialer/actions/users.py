"""Users: who may sign in. Passwords arrive hashed; this package never sees one in the clear."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import User


def add_user(
    sessions: Sessions, actor: Actor, *, username: str, display_name: str, role: str,
    password_hash: str, leg_address: str = "", language: str = "", staff_no: str = "",
    now: datetime,
) -> int:  # fmt: skip
    """Create a user; Refused("username_taken") when there is one of that name."""
    with write(sessions) as session:
        if session.scalar(select(User.id).where(User.username == username)):
            raise Refused("username_taken", username=username)
        user = User(
            username=username, display_name=display_name, role=role, password_hash=password_hash,
            leg_address=leg_address, language=language, staff_no=staff_no, created_at=now,
            session_token=secrets.token_hex(32),
        )  # fmt: skip
        session.add(user)
        session.flush()
        audit.note(
            session, actor.name, "user.add", f"user:{user.id}", now,
            after={"username": username, "role": role},
        )  # fmt: skip
        return user.id


def choose_language(sessions: Sessions, actor: Actor, language: str, now: datetime) -> None:
    """A user's own language for all screens."""
    with write(sessions) as session:
        user = session.get_one(User, actor.user_id)
        before = user.language
        user.language = language
        audit.note(
            session, actor.name, "user.language", f"user:{user.id}", now,
            before={"language": before}, after={"language": language},
        )  # fmt: skip
