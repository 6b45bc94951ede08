"""The link's words for a browser's sound (protocol version 4); `protocol` joins them in."""

from __future__ import annotations

from telephony.word import Word


class AudioOffer(Word, frozen=True):
    """The session description of an agent's browser; its leg replaces the seat's leg of before."""

    seat_id: str
    offer_id: int
    sdp: str


class SeatEcho(Word, frozen=True):
    """Let an agent without a customer hear themselves for some seconds."""

    seat_id: str
    seconds: float


class AudioAnswer(Word, frozen=True):
    """Answer to an AudioOffer, or why there is none: no_seat, offer, node."""

    seat_id: str
    offer_id: int
    sdp: str = ""
    refused: str = ""
