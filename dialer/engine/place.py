"""THE ONLY ORIGINATOR. Claims entries, asks the gate, commits the attempt, then sends Originate.

Claim, verdict, counters and attempt are one transaction, so no second engine, list or number can
slip between the check and the reservation. An attempt that is committed is never placed again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.call import Call
from dialer.domain.caller_numbers import PoolNumber, choose
from dialer.domain.compliance import Allowed, Ask, Blocked, RulePack, may_contact, zones_of
from dialer.engine.floor import Floor, LiveCall
from dialer.facts import CallMoved
from dialer.feed import publish
from dialer.store import attempts as attempt_store
from dialer.store.entries import next_ready
from dialer.store.lease import is_held
from dialer.store.tables import (
    Attempt,
    Campaign,
    Debtor,
    Entry,
    Hold,
    OutboundNumber,
    Phone,
    Promise,
    Suppression,
)
from telephony.protocol import Originate

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


def place(session: Session, floor: Floor, placing: Placing, now: datetime) -> int:
    """Write up to `count` attempts and queue their Originates; returns how many."""
    campaign = session.get_one(Campaign, placing.campaign_id)
    if campaign.state != "running" or not is_held(session, placing.epoch):
        return 0
    placed = considered = 0
    while placed < placing.count and considered < CONSIDER_MAX:
        entries = next_ready(session, campaign.id, placing.count - placed, now)
        if not entries:
            break
        for entry in entries:
            placed += _place_entry(session, floor, placing, campaign, entry, now)
        considered += len(entries)
        session.flush()
    return placed


def _place_entry(
    session: Session, floor: Floor, placing: Placing, campaign: Campaign, entry: Entry,
    now: datetime,
) -> bool:  # fmt: skip
    phone, verdict = _best_phone(session, campaign, entry, placing.pack, now)
    shown = _outbound_number(session, campaign, entry.debtor_id)
    if isinstance(verdict, Allowed) and shown is None:
        verdict = Blocked("CLI_UNAVAILABLE", now + placing.pack.number_interval)
    if isinstance(verdict, Blocked) or phone is None or shown is None:
        _put_back(entry, verdict if isinstance(verdict, Blocked) else Blocked("NO_NUMBER"))
        return False
    attempt = _write_attempt(session, placing, entry, phone, shown, verdict, now)
    floor.calls[attempt.id] = LiveCall(
        Call(), campaign.id, entry.debtor_id, phone.number, placing.node, placing.monotonic()
    )
    floor.tell(placing.node, Originate(
        call_id=attempt.id, number=phone.number, outbound_number=shown.number,
        campaign=str(campaign.id), ring_seconds=campaign.ring_seconds,
        connect_limit_ms=campaign.connect_limit_ms, message=campaign.message,
    ))  # fmt: skip
    return True


def _best_phone(
    session: Session, campaign: Campaign, entry: Entry, pack: RulePack, now: datetime
) -> tuple[Phone | None, Allowed | Blocked]:
    """The first number that the gate allows; else the verdict that lets us ask again soonest."""
    phones = session.scalars(
        select(Phone).where(Phone.debtor_id == entry.debtor_id).order_by(Phone.rank, Phone.id)
    ).all()
    blocked: list[Blocked] = []
    for phone in phones:
        verdict = may_contact(_ask(session, campaign, entry, phone, pack, now), pack)
        if isinstance(verdict, Allowed):
            return phone, verdict
        blocked.append(verdict)
    waiting = [b for b in blocked if b.until is not None]
    if waiting:
        return None, min(waiting, key=lambda b: b.until or now)
    return None, blocked[0] if blocked else Blocked("NO_NUMBER")


def _ask(
    session: Session, campaign: Campaign, entry: Entry, phone: Phone, pack: RulePack,
    now: datetime,
) -> Ask:  # fmt: skip
    debtor = session.get_one(Debtor, entry.debtor_id)
    today = now.astimezone(zones_of(debtor.timezone, pack)[0]).date()
    holds = session.scalars(
        select(Hold.kind).where(
            Hold.debtor_id == debtor.id, Hold.starts_at <= now,
            Hold.ends_at.is_(None) | (Hold.ends_at > now),
        )
    ).all()  # fmt: skip
    suppressed = session.scalar(select(Suppression.id).where(Suppression.number == phone.number))
    pending = session.scalar(
        select(Promise.id).where(
            Promise.account_id == entry.account_id, Promise.state == "open",
            Promise.due_on >= today,
        )
    )  # fmt: skip
    return Ask(
        now=now, timezone=debtor.timezone, ring_seconds=campaign.ring_seconds,
        case_closed=False, holds=tuple(holds), suppressed=suppressed is not None,
        number_state=phone.state, promise_pending=pending is not None,
        counters=attempt_store.counters(session, debtor.id, phone.number, today),
    )  # fmt: skip


def _outbound_number(session: Session, campaign: Campaign, debtor_id: int) -> OutboundNumber | None:
    rows = session.scalars(
        select(OutboundNumber).where(
            OutboundNumber.active,
            OutboundNumber.creditor_id.is_(None)
            | (OutboundNumber.creditor_id == campaign.creditor_id),
        )
    ).all()
    pool = tuple(PoolNumber(row.number, row.last_used_at) for row in rows)
    number = choose(pool, attempt_store.last_shown(session, debtor_id))
    return next((row for row in rows if row.number == number), None)


def _put_back(entry: Entry, blocked: Blocked) -> None:
    entry.block_reason = blocked.code
    if blocked.until is not None:
        entry.next_at = blocked.until
    elif blocked.code in ("INVALID_NUMBER", "WRONG_NUMBER", "NO_NUMBER", "CASE_CLOSED"):
        entry.state = "done"
    else:
        entry.state = "held"


def _write_attempt(  # noqa: PLR0913 - all that one attempt is made of
    session: Session, placing: Placing, entry: Entry, phone: Phone, shown: OutboundNumber,
    verdict: Allowed, now: datetime,
) -> Attempt:  # fmt: skip
    zone = verdict.licence.local_times[0].rsplit(" ", 1)[1]
    attempt = Attempt(
        id=secrets.token_hex(16), entry_id=entry.id, campaign_id=entry.campaign_id,
        account_id=entry.account_id, debtor_id=entry.debtor_id, number=phone.number,
        outbound_number=shown.number, local_day=now.astimezone(ZoneInfo(zone)).date(),
        licence=verdict.licence.as_json(), engine_epoch=placing.epoch, node=placing.node,
        created_at=now,
    )  # fmt: skip
    entry.state, entry.block_reason = "in_flight", ""
    entry.attempts += 1
    shown.last_used_at = now
    session.add(attempt)
    session.flush()
    publish(session, CallMoved(
        attempt_id=attempt.id, campaign_id=entry.campaign_id, state="placed"
    ), now)  # fmt: skip
    return attempt
