"""What agents and supervisors ask for during a call; the engine passes it to the node.

Supervision, take-over, transfers and a paused recording stand in the audit log.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.actions.seats import go_home, take_seat
from dialer.facts import InCallAsked, SuperviseAsked
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Attempt, Seat
from dialer.store.transfer_targets import transfer_targets

MODES = ("listen", "whisper", "barge", "off")
_KEYS = re.compile(r"[0-9*#]{1,32}")
_AUDITED = ("pause_recording", "resume_recording", "cold", "warm", "complete", "join")


def ask_in_call(
    sessions: Sessions, actor: Actor, attempt_id: str, what: str, now: datetime
) -> None:
    """Hold, resume, mute, unmute, pause_recording, resume_recording, complete, cancel or join, for a
    call of one's own. Refused when it is over, or somebody else's."""
    with write(sessions) as session:
        attempt = _own_live(session, actor, attempt_id)
        _ask(session, actor, attempt, what, now)


def press_keys(sessions: Sessions, actor: Actor, attempt_id: str, keys: str, now: datetime) -> None:
    """Send keys 0-9 * # to the customer's side."""
    if not _KEYS.fullmatch(keys):
        raise Refused("keys")
    with write(sessions) as session:
        _ask(session, actor, _own_live(session, actor, attempt_id), "keys", now, keys=keys)


def transfer(
    sessions: Sessions, actor: Actor, attempt_id: str, *, kind: str, seat_id: int, now: datetime
) -> None:
    """Give the customer to another seat at once (cold), or after asking there (warm)."""
    with write(sessions) as session:
        attempt = _own_live(session, actor, attempt_id)
        if seat_id not in {each["seat_id"] for each in transfer_targets(session, attempt)}:
            raise Refused("transfer_to")
        _ask(session, actor, attempt, kind, now, to_seat=seat_id)


def open_phone(sessions: Sessions, actor: Actor, now: datetime, *, on: bool) -> None:
    """A supervisor's own leg; such a seat is never ready, so no customer reaches it by itself."""
    if on:
        take_seat(sessions, actor, now)
    else:
        go_home(sessions, actor, now)


def supervise(sessions: Sessions, actor: Actor, seat_id: int, mode: str, now: datetime) -> None:
    """Listen, whisper, barge or off, from the supervisor's own leg, call after call of the seat."""
    if mode not in MODES:
        raise Refused("supervise_mode")
    with write(sessions) as session:
        own = _own_phone(session, actor)
        if session.get(Seat, seat_id) is None or own.id == seat_id:
            raise Refused("no_seat")
        audit.note(
            session, actor.name, "seat.supervise", f"seat:{seat_id}", now, after={"mode": mode}
        )
        publish(session, SuperviseAsked(
            watched_seat_id=seat_id, supervisor_seat_id=own.id, mode=mode
        ), now)  # fmt: skip


def take_over(sessions: Sessions, actor: Actor, seat_id: int, now: datetime) -> str:
    """The supervisor takes the customer of this seat, and owes the outcome; returns the attempt's id."""
    with write(sessions) as session:
        own, seat = _own_phone(session, actor), session.get(Seat, seat_id)
        attempt = session.get(Attempt, seat.attempt_id) if seat and seat.attempt_id else None
        if attempt is None or attempt.seat_id != seat_id or attempt.state != "connected":
            raise Refused("call_over")
        if own.attempt_id:
            raise Refused("seat_busy")
        _ask(session, actor, attempt, "cold", now, to_seat=own.id)
        return attempt.id


def _own_phone(session: Session, actor: Actor) -> Seat:
    seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
    if seat is None or not seat.leg_up:
        raise Refused("phone_first")
    return seat


def _own_live(session: Session, actor: Actor, attempt_id: str) -> Attempt:
    attempt = session.get(Attempt, attempt_id)
    seat = session.get(Seat, attempt.seat_id) if attempt and attempt.seat_id else None
    if attempt is None or seat is None or seat.user_id != actor.user_id:
        raise Refused("not_your_call")
    if attempt.state != "connected":
        raise Refused("call_over")
    return attempt


def _ask(
    session: Session, actor: Actor, attempt: Attempt, what: str, now: datetime, *, keys: str = "",
    to_seat: int = 0,
) -> None:  # fmt: skip
    if what in _AUDITED:
        audit.note(
            session, actor.name, f"call.{what}", f"attempt:{attempt.id}", now,
            after={"to_seat": to_seat} if to_seat else None,
        )  # fmt: skip
    publish(session, InCallAsked(
        attempt_id=attempt.id, what=what, keys=keys, to_seat_id=to_seat, user_id=actor.user_id
    ), now)  # fmt: skip
