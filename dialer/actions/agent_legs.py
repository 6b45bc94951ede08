"""How an agent hears and speaks: the choice, a browser's offer of sound, the echo test."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.leg import LegKind, kind_of
from dialer.domain.seat import SeatState
from dialer.facts import AudioOffered, EchoAsked, LegChosen
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import LegOffer, Seat, User


def choose_leg(sessions: Sessions, actor: Actor, kind: str, now: datetime) -> None:
    """Browser, phone or headset, remembered for the user; a customer on the line is kept. Which phone
    is called is on file: nobody types an address here."""
    if kind not in list(LegKind):
        raise Refused("leg_kind", kinds=", ".join(LegKind))
    with write(sessions) as session:
        seat, user = _own(session, actor)
        before = user.leg_kind
        if kind_of(before, user.leg_address) == kind:
            return
        user.leg_kind = kind
        audit.note(
            session, actor.name, "user.leg", f"user:{user.id}", now,
            before={"kind": before}, after={"kind": kind},
        )  # fmt: skip
        session.execute(
            update(LegOffer).where(LegOffer.seat_id == seat.id)
            .values(leg="", sdp="", answer="", refused="replaced")
        )  # fmt: skip
        publish(session, LegChosen(seat_id=seat.id, kind=kind), now)


def offer_audio(sessions: Sessions, actor: Actor, leg: str, sdp: str, now: datetime) -> int:
    """A page offers its sound; it replaces the offer of any page before it. The engine writes the
    answer to the offer whose id is returned."""
    with write(sessions) as session:
        seat, user = _own(session, actor)
        if kind_of(user.leg_kind, user.leg_address) is not LegKind.BROWSER:
            raise Refused("leg_not_browser")
        offer = LegOffer(seat_id=seat.id, leg=leg, sdp=sdp, at=now)
        session.add(offer)
        session.flush()
        # Only now: SQLite gives the highest id anew once its row is gone, and an answer would find
        # the wrong page.
        session.execute(delete(LegOffer).where(LegOffer.seat_id == seat.id, LegOffer.id < offer.id))
        publish(session, AudioOffered(offer_id=offer.id, seat_id=seat.id), now)
        return offer.id


def ask_echo(sessions: Sessions, actor: Actor, now: datetime) -> None:
    """Hear oneself for some seconds; only while nobody may be put through."""
    with write(sessions) as session:
        seat, _ = _own(session, actor)
        if not seat.leg_up:
            raise Refused("leg_down")
        if seat.state != SeatState.PAUSED:
            raise Refused("echo_paused_only")
        publish(session, EchoAsked(seat_id=seat.id), now)


def _own(session: Session, actor: Actor) -> tuple[Seat, User]:
    seat = session.scalar(select(Seat).where(Seat.user_id == actor.user_id))
    if seat is None:
        raise Refused("no_seat")
    return seat, session.get_one(User, actor.user_id)
