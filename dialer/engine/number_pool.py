"""The pool of outbound numbers at work: which one is shown next, and how healthy each is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import Caps, PoolNumber, Wanted, choose
from dialer.domain.number_health import Health, observe, rested
from dialer.store import attempts as attempt_store
from dialer.store.tables import Attempt, Campaign, Debtor, OutboundNumber

REST = timedelta(hours=24)  # of a number that is answered less than its pool
POOL_RATE_FROM = 300  # dials; before that the pool has no rate to compare with


def pool(session: Session, creditor_id: int, now: datetime) -> tuple[PoolNumber, ...]:
    """The active numbers that this creditor may use, with what they are doing now."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    used = attempt_store.use_of_numbers(session, now - timedelta(hours=1), day)
    rows = session.scalars(
        select(OutboundNumber).where(
            OutboundNumber.active,
            OutboundNumber.creditor_id.is_(None) | (OutboundNumber.creditor_id == creditor_id),
        )
    )
    return tuple(_pool_number(row, used.get(row.number, (0, 0, 0))) for row in rows)


def pick_number(
    session: Session, campaign: Campaign, debtor: Debtor, now: datetime
) -> OutboundNumber | None:
    """The number this debtor will see; None: there is none, and then there is no call."""
    wanted = Wanted(
        campaign.creditor_id, debtor.region, attempt_store.last_shown(session, debtor.id), now
    )
    number = choose(pool(session, campaign.creditor_id, now), wanted)
    if number is None:
        return None
    return session.scalar(select(OutboundNumber).where(OutboundNumber.number == number))


def note_dial(session: Session, attempt: Attempt, now: datetime) -> None:
    """One attempt is over: its number was answered or not. A number that falls behind is rested."""
    row = session.scalar(
        select(OutboundNumber).where(OutboundNumber.number == attempt.outbound_number)
    )
    if row is None or attempt.verdict in ("not_sent", "failed", "cancelled", ""):
        return
    dials, answers = 0, 0
    for other_dials, other_answers in session.execute(
        select(OutboundNumber.dials, OutboundNumber.answers).where(OutboundNumber.id != row.id)
    ):
        dials, answers = dials + other_dials, answers + other_answers
    before = Health(row.score, row.dials, row.answers, row.suspect)
    rate = answers / dials if dials >= POOL_RATE_FROM else None
    answered = attempt.answered_at is not None
    if rate is None:
        row.dials, row.answers = row.dials + 1, row.answers + answered
        return
    after = observe(before, answered, rate)
    row.score, row.dials, row.answers = after.score, after.dials, after.answers
    if after.suspect and not before.suspect:
        row.suspect, row.resting_until = True, now + REST


def end_rests(session: Session, now: datetime) -> int:
    """Numbers whose rest is over are shown and tested again. Returns how many."""
    rows = session.scalars(
        select(OutboundNumber).where(OutboundNumber.suspect, OutboundNumber.resting_until <= now)
    ).all()
    for row in rows:
        health = rested(Health(row.score, row.dials, row.answers, row.suspect))
        row.score, row.suspect, row.resting_until = health.score, health.suspect, None
    return len(rows)


def _pool_number(row: OutboundNumber, used: tuple[int, int, int]) -> PoolNumber:
    return PoolNumber(
        row.number, row.last_used_at, row.creditor_id, row.region, row.licence_until,
        row.resting_until, row.suspect, Caps(row.concurrent_max, row.hour_max, row.day_max), *used,
    )  # fmt: skip
