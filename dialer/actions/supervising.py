"""What a supervisor does to the floor: a status for a seat, a word to an agent, an alert taken on."""

from __future__ import annotations

from datetime import datetime

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.clock import HOME
from dialer.domain.seat import SeatState, SeatStatus
from dialer.domain.training import is_trained
from dialer.facts import AlertMoved, SeatChosen, SeatTold
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Alert, Seat, SeatMessage, User

TEXT_MAX = 300
FORCED = "forced"  # pause reason of a seat that somebody else paused
WITH_CUSTOMER = (SeatState.DIALING, SeatState.TALKING, SeatState.WRAP_UP)


def force_seat(
    sessions: Sessions, actor: Actor, seat_id: int, status: str, reason: str, now: datetime
) -> None:
    """Ready, paused or away for an agent, with a reason that the audit keeps. Nobody is logged out of a
    call or of an outcome that is owed, and nobody untrained is made ready."""
    if status not in tuple(SeatStatus):
        raise Refused("seat_status")
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        seat = session.get(Seat, seat_id)
        if seat is None:
            raise Refused("seat_unknown")
        if status == SeatStatus.AWAY and seat.state in WITH_CUSTOMER:
            raise Refused("seat_with_customer")
        if status == SeatStatus.READY:
            until = session.get_one(User, seat.user_id).trained_until
            if not is_trained(until, now.astimezone(HOME).date()):
                raise Refused("seat_untrained")
        before = {"status": seat.status, "reason": seat.pause_reason}
        seat.status = SeatStatus(status)
        seat.pause_reason = FORCED if status == SeatStatus.PAUSED else ""
        audit.note(
            session, actor.name, "seat.force", f"seat:{seat_id}", now,
            before=before, after={"status": status, "reason": reason.strip()[:TEXT_MAX]},
        )  # fmt: skip
        publish(
            session,
            SeatChosen(seat_id=seat_id, status=seat.status, pause_reason=seat.pause_reason),
            now,
        )


def tell_seat(sessions: Sessions, actor: Actor, seat_id: int, text: str, now: datetime) -> int:
    """Words that the agent sees at once, and until they say that they read them."""
    if not text.strip() or len(text) > TEXT_MAX:
        raise Refused("message_long", limit=TEXT_MAX)
    with write(sessions) as session:
        if session.get(Seat, seat_id) is None:
            raise Refused("seat_unknown")
        row = SeatMessage(seat_id=seat_id, user_id=actor.user_id, text=text.strip(), at=now)
        session.add(row)
        session.flush()
        audit.note(session, actor.name, "seat.tell", f"message:{row.id}", now)
        publish(session, SeatTold(seat_id=seat_id, message_id=row.id), now)
        return row.id


def read_message(sessions: Sessions, actor: Actor, message_id: int, now: datetime) -> None:
    """The agent read it; saying so twice changes nothing."""
    with write(sessions) as session:
        row = session.get(SeatMessage, message_id)
        seat = session.get(Seat, row.seat_id) if row else None
        if row is None or seat is None or seat.user_id != actor.user_id:
            raise Refused("message_unknown")
        if row.seen_at is None:
            row.seen_at = now
            publish(session, SeatTold(seat_id=seat.id, message_id=row.id), now)


def acknowledge_alert(
    sessions: Sessions, actor: Actor, alert_id: int, comment: str, now: datetime
) -> None:
    """Somebody looks after it. It stays until its value is good again."""
    with write(sessions) as session:
        row = session.get(Alert, alert_id)
        if row is None or row.cleared_at is not None:
            raise Refused("alert_unknown")
        if row.acknowledged_at is not None:
            return
        row.acknowledged_at, row.acknowledged_by = now, actor.user_id
        row.comment = comment.strip()[:TEXT_MAX]
        audit.note(
            session, actor.name, "alert.acknowledge", f"alert:{alert_id}", now,
            after={"code": row.code},
        )  # fmt: skip
        publish(session, AlertMoved(alert_id=alert_id, code=row.code, state="acknowledged"), now)
