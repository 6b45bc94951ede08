"""The pool of outbound numbers at work: which one is shown next, and how healthy each is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import (
    ANYWHERE,
    ONE_CALL,
    ZONE,
    Pool,
    PoolNumber,
    Shortage,
    Shown,
    Wanted,
    choose,
    room,
    shortage,
)
from dialer.domain.number_health import Health, observe, rest_of, rested
from dialer.engine.floor import Floor
from dialer.facts import NumberMoved
from dialer.feed import publish
from dialer.store import attempts as attempt_store
from dialer.store.number_pools import numbers_and_pools
from dialer.store.tables import Attempt, Campaign, Debtor, OutboundNumber

POOL_RATE_FROM = 300  # dials; before that the pool has no rate to compare with


class Numbers:
    """All numbers for one round of placing; what the round uses is counted at once."""

    def __init__(self, session: Session, floor: Floor, campaign: Campaign, now: datetime) -> None:
        self._session, self._floor, self._campaign, self._now = session, floor, campaign, now
        air = Counter(call.shown for call in floor.calls.values())
        shown = numbers_and_pools(
            session, lambda number, zone: floor.use.of(number, zone, now, air[number])
        )
        self._pools: dict[int, Pool] = dict(shown.pools)
        self._numbers: dict[str, PoolNumber] = {
            n.number: n if self._owned(n) else replace(n, owned=False) for n in shown.numbers
        }

    def _owned(self, number: PoolNumber) -> bool:
        """The node would refuse what its trunk does not own; so nothing of that kind is asked for."""
        trunks, pool = self._floor.trunks, self._pools.get(number.pool_id or 0)
        if not trunks:
            return True
        name = pool.trunk if pool else ""
        return any(t.owns(number.number) for t in trunks if name in ("", t.name))

    def room(self) -> int:
        """How many calls of this campaign could begin now, wherever its debtors are."""
        return room(self._shown(), self._wanted(ANYWHERE, ""))

    def why_none(self) -> Shortage:
        """What stands in the way when there is no room."""
        return shortage(self._shown(), self._wanted(ANYWHERE, ""))

    def pick(self, debtor: Debtor) -> PoolNumber | Shortage:
        """The number this debtor will see, or why there is none; then there is no call."""
        before = attempt_store.last_shown(self._session, debtor.id)
        wanted = self._wanted(debtor.region, before)
        found = choose(self._shown(), wanted)
        return found if found is not None else shortage(self._shown(), wanted)

    def use(self, number: PoolNumber) -> str:
        """A call with it is written: count it everywhere. Returns the trunk it leaves by."""
        row = self._session.scalars(
            select(OutboundNumber).where(OutboundNumber.number == number.number)
        ).one()
        row.last_used_at = self._now
        now_used = replace(number, last_used_at=self._now, use=number.use.plus(ONE_CALL))
        self._numbers[number.number] = now_used
        zone, trunk = ZONE, ""
        if number.pool_id is not None:
            pool = self._pools[number.pool_id]
            self._pools[pool.id] = replace(pool, use=pool.use.plus(ONE_CALL))
            zone, trunk = pool.zone, pool.trunk
        self._floor.use.note(number.number, zone, self._now)
        return trunk

    def _shown(self) -> Shown:
        return Shown(tuple(self._numbers.values()), self._pools)

    def _wanted(self, region: str, before: str) -> Wanted:
        campaign = self._campaign
        return Wanted(campaign.creditor_id, region, before, self._now, campaign.number_pool_id)


def note_dial(session: Session, attempt: Attempt, now: datetime) -> None:
    """One attempt is over: its number was answered or not. A number that falls behind is rested."""
    row = session.scalar(
        select(OutboundNumber).where(OutboundNumber.number == attempt.outbound_number)
    )
    if row is None or attempt.verdict in ("not_sent", "failed", "cancelled", ""):
        return
    rate = _rate_of_others(session, row)
    answered = attempt.answered_at is not None
    if rate is None:
        row.dials, row.answers = row.dials + 1, row.answers + answered
        return
    before = _health(row)
    after = observe(before, answered, rate)
    _keep(row, after)
    if after.suspect and not before.suspect:
        row.resting_until = now + rest_of(after)
        publish(session, NumberMoved(number_id=row.id, state="resting"), now)
    elif before.on_trial and not after.on_trial:
        publish(session, NumberMoved(number_id=row.id, state="healthy"), now)


def _rate_of_others(session: Session, row: OutboundNumber) -> float | None:
    """The answer rate of the other numbers of the same pool; None while there is too little of it."""
    dials = answers = 0
    for other_dials, other_answers in session.execute(
        select(OutboundNumber.dials, OutboundNumber.answers)
        .where(OutboundNumber.id != row.id, OutboundNumber.pool_id.is_not_distinct_from(row.pool_id))
    ):  # fmt: skip
        dials, answers = dials + other_dials, answers + other_answers
    return answers / dials if dials >= POOL_RATE_FROM else None


def end_rests(session: Session, now: datetime) -> int:
    """Numbers whose rest is over are shown again, on trial. Returns how many."""
    rows = session.scalars(
        select(OutboundNumber).where(OutboundNumber.suspect, OutboundNumber.resting_until <= now)
    ).all()
    for row in rows:
        _keep(row, rested(_health(row)))
        row.resting_until = None
        publish(session, NumberMoved(number_id=row.id, state="on_trial"), now)
    return len(rows)


def _health(row: OutboundNumber) -> Health:
    return Health(row.score, row.dials, row.answers, row.suspect, row.on_trial, row.rests)


def _keep(row: OutboundNumber, health: Health) -> None:
    row.score, row.dials, row.answers = health.score, health.dials, health.answers
    row.suspect, row.on_trial, row.rests = health.suspect, health.on_trial, health.rests
