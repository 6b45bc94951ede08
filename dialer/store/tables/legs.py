"""What a browser and a node say to each other about sound, on its way through the engine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class LegOffer(Base):
    """The newest offer of a seat's page; those before it are deleted. `sdp` is emptied once it was
    answered: it holds the addresses of the agent's machine."""

    __tablename__ = "leg_offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    leg: Mapped[str]  # the page's own name for it: a page with another one was replaced
    sdp: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    refused: Mapped[str] = mapped_column(default="")  # why there is no answer
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
