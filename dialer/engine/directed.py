"""Calls for particular agents: what they asked for, their callbacks, guaranteed calls, previews.

They go before the list. A seat that is wanted for one is no longer counted on by the pacer, and is taken
when no call in the air can need it: a call of one's own must never leave somebody else without an agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.clock import monotonic
from dialer.domain.compliance import RulePack
from dialer.domain.pacing import Mode
from dialer.domain.previews import LIVE
from dialer.domain.seat import SeatState, SeatStatus
from dialer.engine import callbacks, previews, requests
from dialer.engine.floor import PACED, Floor, LiveSeat
from dialer.engine.place import Placing
from dialer.facts import (
    AnyFact,
    CampaignChanged,
    CaseClosed,
    ContactStopped,
    DialAsked,
    PlacementChanged,
    PreviewMoved,
)
from dialer.store.lease import is_held
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Campaign, DialRequest, Entry

LOOK_SECONDS = 0.2
# After so long no call is in the air that was placed while the seat still counted: 45 s is the longest
# ring time, 12 s the node's limit until it rings.
WANTED_SECONDS = 60.0
NOTHING_SECONDS = 1.0  # a list without an entry to offer is asked again after this


@dataclass(frozen=True, slots=True)
class Wish:
    """Why a seat is wanted. `id`: of the request, or of the callback's entry."""

    kind: str  # request | callback | guarantee
    id: int = 0


class Directed:
    """Serves seats with calls of their own, before and after the pacer's turn."""

    def __init__(self, sessions: Sessions, floor: Floor, pack: RulePack, epoch: int) -> None:
        self._sessions, self._floor, self._pack, self._epoch = sessions, floor, pack, epoch
        self._wishes: dict[int, Wish] = {}
        self._looked_at = 0.0
        self._offers_first = False  # whose turn it is, where previews and the pacer share agents
        self._air_before = 0
        self._nothing_until: dict[int, float] = {}  # campaign -> when to ask it again

    def take_fact(self, session: Session, fact: AnyFact, now: datetime) -> None:
        """What people did that concerns offers and requests, within the engine's transaction."""
        match fact:
            case CampaignChanged() | ContactStopped() | CaseClosed() | PlacementChanged():
                previews.recheck(session, self._floor, self._placing("", 0), now)
            case PreviewMoved(preview_id=preview_id, seat_id=seat_id, state=state):
                if state not in LIVE:
                    previews.forget(session, self._floor, seat_id, preview_id, now)
            case DialAsked():
                self._looked_at = 0.0

    def before_pacer(self, node: str, lines: int, now: datetime) -> int:
        """Calls that go before the list; returns how many were placed, at most `lines`."""
        if monotonic() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = monotonic()
            self._look(now)
        placed = 0
        for seat in self._seats(node):
            wish = self._wishes.get(seat.id)
            if wish is not None and placed < lines and self._may_take(seat, wish):
                placed += self._serve(node, seat, wish, now)
        if self._offers_first and self._offer(node, now, at_most=1):
            self._offers_first = False
        self._air_before = self._floor.in_air(node)
        return placed

    def after_pacer(self, node: str, now: datetime) -> None:
        """Seats that the pacer left are offered entries of preview campaigns."""
        if self._floor.in_air(node) > self._air_before:
            self._offers_first = True
        self._offer(node, now, at_most=len(self._floor.seats))

    def sweep(self, session: Session, now: datetime) -> None:
        """What has a deadline ends at it; once a second, in the engine's transaction."""
        previews.end_missed(session, self._floor, now)
        requests.expire_requests(session, self._floor, now)
        callbacks.free_callbacks(session, now)

    # --- who is wanted ------------------------------------------------------------------------------

    def _look(self, now: datetime) -> None:
        floor = self._floor
        ready = {s.user_id: s.id for s in floor.seats.values() if s.status is SeatStatus.READY}
        with read(self._sessions) as session:
            asked = session.execute(
                select(DialRequest.seat_id, DialRequest.id).where(DialRequest.state == "asked")
            ).all()
            due = callbacks.due_callbacks(session, ready, now)
            guarantees = callbacks.guarantees_wait(session, floor.of_mode(*PACED))
        wishes = {seat_id: Wish("callback", entry_id) for seat_id, entry_id in due.items()}
        wishes |= {seat_id: Wish("request", request_id) for seat_id, request_id in asked}
        if guarantees:
            for seat_id in self._for_guarantee(wishes, guarantees):
                wishes.setdefault(seat_id, Wish("guarantee"))
        self._wishes = wishes
        since = monotonic()
        floor.wanted = {seat_id: floor.wanted.get(seat_id, since) for seat_id in wishes}

    def _for_guarantee(self, taken: dict[int, Wish], campaigns: set[int]) -> list[int]:
        """One seat of each node: the one chosen before, else the first that waits."""
        chosen: dict[str, int] = {}
        for seat in self._floor.seats.values():
            is_known = self._wishes.get(seat.id) == Wish("guarantee")
            can = seat.status is SeatStatus.READY and bool(seat.node) and seat.id not in taken
            can = can and any(seat.takes(campaign) for campaign in campaigns)
            if can and (is_known or (seat.state is SeatState.IDLE and seat.node not in chosen)):
                chosen[seat.node] = seat.id
        return list(chosen.values())

    def _may_take(self, seat: LiveSeat, wish: Wish) -> bool:
        if wish.kind == "request" and seat.state in (SeatState.PAUSED, SeatState.PREVIEWING):
            return True  # nobody counts on it
        if seat.state is not SeatState.IDLE:
            return False
        waited = monotonic() - self._floor.wanted.get(seat.id, monotonic())
        return self._floor.is_spare(seat) or waited >= WANTED_SECONDS

    # --- serving ------------------------------------------------------------------------------------

    def _serve(self, node: str, seat: LiveSeat, wish: Wish, now: datetime) -> bool:
        floor, placing = self._floor, self._placing(node, 0)
        with write(self._sessions) as session:
            if not is_held(session, self._epoch):
                return False  # a newer engine answers
            if wish.kind == "request":
                placed = requests.serve_request(session, floor, placing, seat, wish.id, now)
            elif wish.kind == "guarantee":
                placed = callbacks.serve_guarantee(
                    session, floor, placing, seat, floor.of_mode(*PACED), now
                )  # fmt: skip
            elif _mode_of(session, wish.id) == Mode.PREVIEW:
                entry = session.get_one(Entry, wish.id, with_for_update=True)
                previews.offer(session, floor, placing, seat, entry, now)
                placed = False
            else:
                placed = callbacks.serve_callback(session, floor, placing, seat, wish.id, now)
        del self._wishes[seat.id]
        floor.wanted.pop(seat.id, None)
        self._looked_at = 0.0
        return placed

    def _offer(self, node: str, now: datetime, at_most: int) -> int:
        """Offer to seats that are spare; the preview campaigns take turns."""
        offered = 0
        for campaign_id in sorted(
            self._floor.of_mode(Mode.PREVIEW), key=lambda c: self._nothing_until.get(c, 0.0)
        ):
            if self._nothing_until.get(campaign_id, 0.0) > monotonic():
                continue
            for seat in self._seats(node):
                if offered >= at_most:
                    return offered
                if not self._may_be_offered(seat, campaign_id):
                    continue
                with write(self._sessions) as session:
                    if not is_held(session, self._epoch):
                        return offered
                    placing = self._placing(node, campaign_id)
                    found = previews.offer_next(session, self._floor, placing, seat, now)
                self._nothing_until[campaign_id] = monotonic() + (0 if found else NOTHING_SECONDS)
                if not found:
                    break
                offered += 1
        return offered

    def _may_be_offered(self, seat: LiveSeat, campaign_id: int) -> bool:
        is_free = seat.id not in self._wishes and self._floor.is_spare(seat)
        return is_free and seat.takes(campaign_id)

    def _seats(self, node: str) -> list[LiveSeat]:
        return [seat for seat in self._floor.seats.values() if seat.node == node]

    def _placing(self, node: str, campaign_id: int) -> Placing:
        return Placing(campaign_id, node, 1, self._epoch, self._pack, monotonic)


def _mode_of(session: Session, entry_id: int) -> str | None:
    return session.scalar(
        select(Campaign.mode).join(Entry, Entry.campaign_id == Campaign.id)
        .where(Entry.id == entry_id)
    )  # fmt: skip
