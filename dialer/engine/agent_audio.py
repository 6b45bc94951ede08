"""Agents' legs between web and node: the chosen kind, a browser's offer and its answer, the echo test."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dialer.engine.floor import Floor, load_seat
from dialer.facts import AnyFact, AudioOffered, EchoAsked, LegChosen
from dialer.store.tables import LegOffer
from telephony.words_of_audio import AudioAnswer, AudioOffer, SeatEcho

ECHO_SECONDS = 6.0


def take_fact(session: Session, floor: Floor, fact: AnyFact, now: datetime) -> None:
    """What agents did about their legs, told to the seat's node."""
    match fact:
        case LegChosen(seat_id=seat_id):
            seat = load_seat(session, floor, seat_id)
            if seat.node:
                floor.tell(seat.node, seat.opening())
        case AudioOffered(offer_id=offer_id, seat_id=seat_id):
            _pass_on(session, floor, offer_id, seat_id, now)
        case EchoAsked(seat_id=seat_id):
            seat = load_seat(session, floor, seat_id)
            if seat.node:
                floor.tell(seat.node, SeatEcho(seat_id=str(seat.id), seconds=ECHO_SECONDS))


def _pass_on(session: Session, floor: Floor, offer_id: int, seat_id: int, now: datetime) -> None:
    """To the node that has the seat; without one the page is told at once and asks again."""
    offer = session.get(LegOffer, offer_id)
    if offer is None or offer.refused:
        return  # a later offer, or another kind of leg, has replaced it
    seat = load_seat(session, floor, seat_id)
    if seat.node:
        floor.tell(seat.node, AudioOffer(seat_id=str(seat.id), offer_id=offer.id, sdp=offer.sdp))
    else:
        offer.sdp, offer.refused, offer.answered_at = "", "no_node", now


def answered(session: Session, event: AudioAnswer, now: datetime) -> None:
    """The page waits for this row."""
    offer = session.get(LegOffer, event.offer_id)
    if offer is not None and offer.answered_at is None and not offer.refused:
        offer.sdp, offer.answered_at = "", now
        offer.answer, offer.refused = event.sdp, event.refused
