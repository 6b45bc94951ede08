"""Users and teams as an administrator keeps them. Whoever loses a right loses their sessions with it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.roles import ROLES
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Creditor, Team, User, UserCreditor


def change_user(
    sessions: Sessions, actor: Actor, user_id: int, *, role: str, active: bool,
    team_id: int | None, creditor_ids: Sequence[int], now: datetime,
) -> None:  # fmt: skip
    """Role, whether they may sign in, team, and the creditors they are kept to (none: all)."""
    if role not in ROLES:
        raise Refused("role_unknown", roles=", ".join(ROLES))
    with write(sessions) as session:
        user = _user(session, user_id)
        if user_id == actor.user_id and (role != user.role or not active):
            raise Refused("user_self")
        if user.role == "admin" and (role != "admin" or not active):
            _keep_an_admin(session, user_id)
        if team_id is not None and session.get(Team, team_id) is None:
            raise Refused("team_unknown")
        known = set(session.scalars(select(Creditor.id).where(Creditor.id.in_(creditor_ids))))
        if known != set(creditor_ids):
            raise Refused("creditor_unknown")
        before = _as_audited(session, user)
        if (user.role, user.active) != (role, active):
            user.session_token = secrets.token_hex(32)  # every session ends now
        user.role, user.active, user.team_id = role, active, team_id
        session.execute(delete(UserCreditor).where(UserCreditor.user_id == user_id))
        session.add_all(UserCreditor(user_id=user_id, creditor_id=each) for each in sorted(known))
        session.flush()
        audit.note(
            session, actor.name, "user.change", f"user:{user_id}", now,
            before=before, after=_as_audited(session, user),
        )  # fmt: skip


def set_password(
    sessions: Sessions, actor: Actor, user_id: int, password_hash: str, now: datetime
) -> None:
    """A new password; every session of the user ends."""
    with write(sessions) as session:
        user = _user(session, user_id)
        user.password_hash, user.session_token = password_hash, secrets.token_hex(32)
        audit.note(session, actor.name, "user.password", f"user:{user_id}", now)


def add_team(sessions: Sessions, actor: Actor, name: str, now: datetime) -> int:
    """A team; its name is unique."""
    with write(sessions) as session:
        if session.scalar(select(Team.id).where(Team.name == name)):
            raise Refused("team_taken", name=name)
        team = Team(name=name)
        session.add(team)
        session.flush()
        audit.note(session, actor.name, "team.add", f"team:{team.id}", now, after={"name": name})
        return team.id


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise Refused("user_unknown", username=str(user_id))
    return user


def _keep_an_admin(session: Session, but: int) -> None:
    others = session.scalar(
        select(func.count()).select_from(User)
        .where(User.role == "admin", User.active, User.id != but)
    )  # fmt: skip
    if not others:
        raise Refused("last_admin")


def _as_audited(session: Session, user: User) -> dict[str, object]:
    kept = session.scalars(
        select(UserCreditor.creditor_id).where(UserCreditor.user_id == user.id)
        .order_by(UserCreditor.creditor_id)
    )  # fmt: skip
    return {
        "role": user.role, "active": user.active, "team_id": user.team_id, "creditors": list(kept),
    }  # fmt: skip
