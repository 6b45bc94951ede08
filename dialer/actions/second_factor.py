"""The second factor (TOTP, RFC 6238, library pyotp): set up by oneself, taken away by an administrator.

A code works once: the step of the last accepted one is kept, and only later ones are taken.
"""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import User

ISSUER = "Kept"
STEP_SECONDS = 30
STEPS_AROUND = (-1, 0, 1)  # clocks of phones are off by some seconds


def begin(sessions: Sessions, actor: Actor) -> str:
    """A new secret as the address that authenticator apps read; nothing is asked for before `confirm`."""
    with write(sessions) as session:
        user = session.get_one(User, actor.user_id)
        if user.totp_on:
            raise Refused("totp_is_on")
        user.totp_secret, user.totp_step = pyotp.random_base32(), 0
        return pyotp.TOTP(user.totp_secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def confirm(sessions: Sessions, actor: Actor, code: str, now: datetime) -> None:
    """The app shows the right code: from the next sign-in on it is asked for."""
    with write(sessions) as session:
        user = session.get_one(User, actor.user_id)
        if not user.totp_secret or user.totp_on or not _accept(user, code, now):
            raise Refused("totp_code")
        user.totp_on = True
        audit.note(session, actor.name, "totp.on", f"user:{user.id}", now)


def accept(sessions: Sessions, user_id: int, code: str, now: datetime) -> bool:
    """Whether this is a code of now that was not used before; using it uses it up."""
    with write(sessions) as session:
        user = session.get_one(User, user_id)
        return user.totp_on and _accept(user, code, now)


def take_away(sessions: Sessions, actor: Actor, user_id: int, now: datetime) -> None:
    """The phone is lost: the user signs in with the password alone and sets it up again."""
    with write(sessions) as session:
        user = _user(session, user_id)
        user.totp_secret, user.totp_on, user.totp_step = "", False, 0
        audit.note(session, actor.name, "totp.off", f"user:{user_id}", now)


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or not user.totp_on:
        raise Refused("totp_is_off")
    return user


def _accept(user: User, code: str, now: datetime) -> bool:
    totp, step = pyotp.TOTP(user.totp_secret), int(now.timestamp()) // STEP_SECONDS
    for around in STEPS_AROUND:
        each = step + around
        if each > user.totp_step and compare_digest(
            totp.generate_otp(each).encode(), code.encode()
        ):
            user.totp_step = each
            return True
    return False
