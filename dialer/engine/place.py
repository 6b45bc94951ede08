"""THE ONLY ORIGINATOR. Claims entries, asks the gate, commits the attempt, then sends Originate.

Claim, verdict, counters and attempt are one transaction, so no second engine, list or number can
slip between the check and the reservation. An attempt that is committed is never placed again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dialer.domain.call import Call
from dialer.domain.caller_numbers import PoolNumber, Shortage, block_code
from dialer.domain.compliance import Blocked, Infrastructure, Licence, RulePack
from dialer.domain.pacing import Dialed
from dialer.engine.floor import Floor, LiveCall, LiveSeat
from dialer.engine.number_pool import Numbers
from dialer.facts import CallMoved
from dialer.feed import publish
from dialer.store.asking import Terms, best_phone, gather, pack_of
from dialer.store.entries import charge, next_ready
from dialer.store.lease import is_held
from dialer.store.tables import Attempt, Campaign, Entry, Phone, Upload
from dialer.store.waiting import Waiting
from telephony.protocol import ClockStart, Originate, Screen, ScreenPolicy

FINAL = ("INVALID_NUMBER", "WRONG_NUMBER", "NO_NUMBER", "CASE_CLOSED", "RECALLED")
CONSIDER_MAX = 200  # entries looked at in one transaction: the write lock is not held for long


@dataclass(frozen=True, slots=True)
class Placing:
    """One round: for whom, where and under which lease."""

    campaign_id: int
    node: str
    count: int
    epoch: int
    pack: RulePack
    monotonic: Callable[[], float]
    budget_left: int = 0  # how many more the campaign may abandon (`engine.budgets`)


@dataclass(frozen=True, slots=True)
class Placed:
    """What a round came to. `list_is_dry`: no further entry is due, or no number may be shown."""

    count: int = 0
    list_is_dry: bool = False


def place(session: Session, floor: Floor, placing: Placing, now: datetime) -> Placed:
    """Write up to `count` attempts and queue their Originates."""
    campaign = session.get_one(Campaign, placing.campaign_id)
    pack = pack_of(session, campaign, placing.pack)
    if campaign.state != "running" or pack is None or not is_held(session, placing.epoch):
        return Placed()
    numbers = Numbers(session, floor, campaign, now)
    room = numbers.room()
    floor.short_of_numbers[campaign.id] = "" if room else block_code(numbers.why_none().why)
    if not room:
        return Placed(list_is_dry=True)
    count = min(placing.count, room)
    placed = considered = 0
    while placed < count and considered < CONSIDER_MAX:
        entries = next_ready(session, campaign.id, count - placed, now)
        if not entries:
            return Placed(placed, list_is_dry=True)
        waiting = Waiting(session, campaign, pack, [e.debtor_id for e in entries], now)
        for entry in entries:
            placed += _place_entry(
                session, floor, placing, pack, campaign, numbers, waiting, entry, now
            )
        considered += len(entries)
        session.flush()
    return Placed(placed)


def _place_entry(  # noqa: PLR0913 - all that one attempt is made of
    session: Session, floor: Floor, placing: Placing, pack: RulePack, campaign: Campaign,
    numbers: Numbers, waiting: Waiting, entry: Entry, now: datetime,
) -> bool:  # fmt: skip
    book = Book(campaign, pack, numbers, waiting)
    verdict = _ask(session, floor, placing, Target(entry), book, now)
    if isinstance(verdict, Blocked):
        put_back(entry, verdict)
        return False
    _write(session, floor, placing, verdict, now)
    return True


# --- for one agent -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """An entry, and the one seat and number it is for; without a seat any agent takes it."""

    entry: Entry
    seat: LiveSeat | None = None
    phone_id: int = 0  # 0: the best one
    first_number: str = ""  # tried before the others


@dataclass(frozen=True, slots=True)
class Book:
    """A campaign with the rules and outbound numbers of one round."""

    campaign: Campaign
    pack: RulePack
    numbers: Numbers
    waiting: Waiting | None = None  # none: an agent waits for this very person


@dataclass(frozen=True, slots=True)
class Ticket:
    """A yes of the gate, with all that the attempt is made of."""

    target: Target
    book: Book
    phone: Phone
    shown: PoolNumber
    licence: Licence
    message: str  # for a customer whom no agent can take
    screen: Screen


def ask_for_seat(
    session: Session, floor: Floor, placing: Placing, target: Target, now: datetime
) -> Ticket | Blocked:
    """The gate's word on one entry for an agent who waits for it. Nothing is written; the person's
    row stays locked until the transaction ends."""
    campaign = session.get_one(Campaign, target.entry.campaign_id)
    pack = pack_of(session, campaign, placing.pack)
    if campaign.state != "running" or pack is None or not is_held(session, placing.epoch):
        return Blocked("CAMPAIGN_NOT_RUNNING", now + timedelta(minutes=1))
    if not session.get_one(Upload, target.entry.upload_id).active:
        return Blocked("LIST_OFF", now + timedelta(minutes=10))
    book = Book(campaign, pack, Numbers(session, floor, campaign, now))
    return _ask(session, floor, placing, target, book, now)


def place_for_seat(
    session: Session, floor: Floor, placing: Placing, ticket: Ticket, now: datetime
) -> Attempt:
    """Write the attempt and queue its Originate: the seat is reserved from here on."""
    return _write(session, floor, placing, ticket, now)


def _ask(
    session: Session, floor: Floor, placing: Placing, target: Target, book: Book, now: datetime
) -> Ticket | Blocked:
    campaign, pack = book.campaign, book.pack
    asking = gather(session, target.entry, pack, now)
    shown = book.numbers.pick(asking.debtor)
    is_for_seat = target.seat is not None
    waits = is_for_seat or floor.in_air(placing.node) + 1 <= floor.idle_seats(placing.node)
    there = Infrastructure(
        cli_available=isinstance(shown, PoolNumber),
        recorder_ok=not (pack.recording_required and floor.disk_low.get(placing.node, False)),
        agent_waits=waits,
    )
    budget = is_for_seat or _budget_left(floor, placing)
    terms = Terms(target.phone_id, target.first_number, is_for_seat, budget)
    phone, verdict = best_phone(asking, campaign, pack, now, there, terms)
    if isinstance(verdict, Blocked) or phone is None or isinstance(shown, Shortage):
        blocked = verdict if isinstance(verdict, Blocked) else Blocked("NO_NUMBER")
        if blocked.code == "CLI_UNAVAILABLE" and isinstance(shown, Shortage):
            blocked = Blocked(block_code(shown.why), shown.until)
        return blocked
    later = book.waiting.put_off(target.entry, asking) if book.waiting else None
    if later is not None:
        return later
    may_play = asking.message_allowed(phone.number, now)
    message = campaign.message if may_play else ""
    screen = _screen(campaign, pack, may_play, is_for_seat)
    return Ticket(target, book, phone, shown, verdict.licence, message, screen)


def _write(
    session: Session, floor: Floor, placing: Placing, ticket: Ticket, now: datetime
) -> Attempt:
    attempt = _write_attempt(session, placing, ticket, now)
    campaign, shown = ticket.book.campaign, ticket.shown
    entry, seat = ticket.target.entry, ticket.target.seat
    floor.calls[attempt.id] = LiveCall(
        Call(),
        campaign.id,
        entry.debtor_id,
        ticket.phone.number,
        placing.node,
        placing.monotonic(),
        entry.account_id,
        shown=shown.number,
        for_seat=seat.id if seat else 0,
    )
    if seat is None:  # else it has its agent, and says nothing about the list
        dialed = Dialed(placing.monotonic(), attempt.id, str(campaign.id))
        floor.happened.append((placing.node, dialed))
    trunk = ticket.book.numbers.use(shown)
    charge(session, entry)
    floor.tell(placing.node, Originate(
        call_id=attempt.id, number=ticket.phone.number, outbound_number=shown.number,
        campaign=str(campaign.id), trunk=trunk, ring_seconds=campaign.ring_seconds,
        connect_limit_ms=campaign.connect_limit_ms, message=ticket.message,
        screen=ticket.screen, seat_id=str(seat.id) if seat else "",
    ))  # fmt: skip
    return attempt


def _screen(campaign: Campaign, pack: RulePack, may_play: bool, is_for_seat: bool) -> Screen:
    """The campaign's policy for machines, with the pack's clock; no message without consent to one.
    The agent of a call that was placed for one is told, and kept waiting by nothing."""
    policy = ScreenPolicy(campaign.amd_policy)
    if is_for_seat and policy is not ScreenPolicy.OFF:
        policy = ScreenPolicy.CLASSIFY
    return Screen(
        policy=policy, limit_ms=campaign.amd_limit_ms,
        message=campaign.amd_message if may_play else "", starts=ClockStart(pack.abandon.starts),
    )  # fmt: skip


def _budget_left(floor: Floor, placing: Placing) -> bool:
    """A line for an agent who waits needs no budget; one more than agents wait needs room for one more
    abandoned call in every window of the pack. How likely that is, is the pacer's business."""
    has_agent = floor.in_air(placing.node) + 1 <= floor.idle_seats(placing.node)
    return has_agent or placing.budget_left >= 1


def put_back(entry: Entry, blocked: Blocked) -> None:
    """The gate said no: the entry waits until it may be asked again, or for a person."""
    entry.block_reason = blocked.code
    if blocked.until is not None:
        entry.next_at = blocked.until
    elif blocked.code in FINAL:
        entry.state = "done"
    else:
        entry.state = "held"


def _write_attempt(session: Session, placing: Placing, ticket: Ticket, now: datetime) -> Attempt:
    entry, seat = ticket.target.entry, ticket.target.seat
    zone = ticket.licence.local_times[0].rsplit(" ", 1)[1]
    attempt = Attempt(
        id=secrets.token_hex(16), entry_id=entry.id, campaign_id=entry.campaign_id, case_id=entry.case_id,
        account_id=entry.account_id, debtor_id=entry.debtor_id, number=ticket.phone.number,
        outbound_number=ticket.shown.number, local_day=now.astimezone(ZoneInfo(zone)).date(),
        licence=ticket.licence.as_json(), engine_epoch=placing.epoch, node=placing.node,
        for_seat_id=seat.id if seat else None, created_at=now,
    )  # fmt: skip
    entry.state, entry.block_reason = "in_flight", ""
    entry.attempts += 1
    session.add(attempt)
    session.flush()
    publish(session, CallMoved(
        attempt_id=attempt.id, campaign_id=entry.campaign_id, state="placed",
        seat_id=seat.id if seat else 0,
    ), now)  # fmt: skip
    return attempt
