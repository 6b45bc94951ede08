"""Who may sign in, as the web sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import Account, ApiToken, Seat, User


@dataclass(frozen=True, slots=True)
class Person:
    """A user who is active."""

    id: int
    username: str
    name: str
    role: str
    language: str
    password_hash: str
    session_token: str
    totp_on: bool = False


def person_by_name(session: Session, username: str) -> Person | None:
    """The active user of this name."""
    return _person(session.scalar(select(User).where(User.username == username, User.active)))


def person_by_token(session: Session, token: str) -> Person | None:
    """The active user of this session token; None once the token was replaced."""
    return _person(session.scalar(select(User).where(User.session_token == token, User.active)))


def person_by_id(session: Session, user_id: int) -> Person | None:
    """The active user of this id."""
    return _person(session.scalar(select(User).where(User.id == user_id, User.active)))


def person_by_api_token(session: Session, sha256: str) -> Person | None:
    """The active user whom a token acts for; None once it was revoked."""
    return _person(session.scalar(
        select(User).join(ApiToken, ApiToken.user_id == User.id)
        .where(ApiToken.sha256 == sha256, ApiToken.revoked_at.is_(None), User.active)
    ))  # fmt: skip


def api_tokens(session: Session) -> list[dict[str, Any]]:
    """All tokens with whom they act for; only hashes are kept, so none can be shown."""
    rows = session.execute(
        select(ApiToken, User.username)
        .join(User, User.id == ApiToken.user_id)
        .order_by(ApiToken.id)
    )
    return [
        {"id": t.id, "username": username, "name": t.name, "created_at": t.created_at.isoformat(),
         "revoked_at": t.revoked_at.isoformat() if t.revoked_at else None}
        for t, username in rows
    ]  # fmt: skip


def users(session: Session) -> list[dict[str, Any]]:
    """Who may sign in, as what."""
    return [
        {"id": u.id, "username": u.username, "name": u.display_name, "role": u.role,
         "active": u.active, "staff_no": u.staff_no, "language": u.language}
        for u in session.scalars(select(User).order_by(User.id))
    ]  # fmt: skip


def seats(session: Session) -> list[dict[str, Any]]:
    """Every seat: what its agent chose, and what the system does with it."""
    return [
        {"id": s.id, "user_id": s.user_id, "status": s.status, "pause_reason": s.pause_reason,
         "state": s.state, "since": s.since.isoformat(), "leg_up": s.leg_up,
         "attempt_id": s.attempt_id}
        for s in session.scalars(select(Seat).order_by(Seat.id))
    ]  # fmt: skip


def find_account(session: Session, creditor_id: int, contract_no: str) -> dict[str, int] | None:
    """Ids of an account and its debtor."""
    row = session.scalar(
        select(Account).where(
            Account.creditor_id == creditor_id, Account.contract_no == contract_no
        )
    )
    return {"account_id": row.id, "debtor_id": row.debtor_id} if row else None


def user_of_seat(session: Session, seat_id: int) -> int:
    """Whose seat it is; 0 when there is no such seat."""
    return session.scalar(select(Seat.user_id).where(Seat.id == seat_id)) or 0


def ready_users(session: Session) -> list[int]:
    """Whose seats are ready."""
    return list(session.scalars(select(Seat.user_id).where(Seat.status == "ready")))


def _person(user: User | None) -> Person | None:
    if user is None:
        return None
    return Person(
        user.id, user.username, user.display_name, user.role, user.language, user.password_hash,
        user.session_token, user.totp_on,
    )  # fmt: skip
