"""号码池: numbers under one licence, for some creditors, over one trunk; and which campaign shows which."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.caller_numbers import ZONE
from dialer.domain.number_health import Health, rest_of, rested
from dialer.facts import CampaignChanged, NumberMoved
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Creditor, NumberPool, OutboundNumber
from telephony.own_numbers import read_range

CAPS = ("second_max", "concurrent_max", "hour_max", "day_max")


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """What a pool is. Caps: most calls begun in a second, at once, within an hour, in a local day."""

    name: str
    ranges: tuple[str, ...]
    licence_no: str
    certificate_no: str
    undertaking_on: date
    licence_until: date
    timezone: str = ZONE
    region: str = ""
    trunk: str = ""
    creditor_ids: tuple[int, ...] = ()
    second_max: int | None = None
    concurrent_max: int | None = None
    hour_max: int | None = None
    day_max: int | None = None
    active: bool = True


def add_pool(sessions: Sessions, actor: Actor, terms: PoolTerms, now: datetime) -> dict[str, int]:
    """A pool with all numbers of its ranges. Numbers that stood alone join it; one that belongs to
    another pool is refused. Returns its id and how many numbers it has."""
    with write(sessions) as session:
        _check(session, terms, now)
        if session.scalar(select(NumberPool.id).where(NumberPool.name == terms.name)):
            raise Refused("pool_name_taken", name=terms.name)
        row = NumberPool(created_at=now)
        _set(row, terms)
        session.add(row)
        session.flush()
        count = _fill(session, row, terms)
        audit.note(session, actor.name, "pool.add", f"pool:{row.id}", now, after=_plain(terms))
        return {"id": row.id, "numbers": count}


def change_pool(
    sessions: Sessions, actor: Actor, pool_id: int, changes: dict[str, Any], now: datetime
) -> None:
    """Change some of the terms; new ranges add numbers, none is ever deleted. What is no longer wanted
    is switched off. Holds from the next call on."""
    with write(sessions) as session:
        row = session.get(NumberPool, pool_id)
        if row is None:
            raise Refused("pool_unknown")
        before = _terms(row)
        terms = replace(before, **changes)
        _check(session, terms, now)
        _set(row, terms)
        _fill(session, row, terms)
        audit.note(
            session, actor.name, "pool.change", f"pool:{pool_id}", now, before=_plain(before),
            after=_plain(terms),
        )  # fmt: skip


def assign_pool(
    sessions: Sessions, actor: Actor, campaign_id: int, pool_id: int | None, now: datetime
) -> None:
    """The campaign shows numbers of this pool only; without one, any that is for its creditor."""
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        if pool_id is not None:
            pool = session.get(NumberPool, pool_id)
            if pool is None:
                raise Refused("pool_unknown")
            if pool.creditor_ids and campaign.creditor_id not in pool.creditor_ids:
                raise Refused("pool_other_creditor", name=pool.name)
        before, campaign.number_pool_id = campaign.number_pool_id, pool_id
        audit.note(
            session, actor.name, "campaign.pool", f"campaign:{campaign_id}", now,
            before={"pool_id": before}, after={"pool_id": pool_id},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def change_number(
    sessions: Sessions, actor: Actor, number_id: int, changes: dict[str, Any], now: datetime
) -> None:
    """Switch one number on or off, or set its own caps."""
    with write(sessions) as session:
        row = _number(session, number_id)
        for name in CAPS:
            _check_cap(name, changes.get(name))
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        audit.note(
            session, actor.name, "number.change", f"number:{number_id}", now, before=before,
            after=changes,
        )  # fmt: skip


def rest_number(
    sessions: Sessions, actor: Actor, number_id: int, rest: bool, now: datetime
) -> None:
    """Rest it now, or end its rest: then it is shown again on trial, few calls an hour, until the test
    has decided."""
    with write(sessions) as session:
        row = _number(session, number_id)
        health = Health(row.score, row.dials, row.answers, row.suspect, row.on_trial, row.rests)
        if rest:
            row.suspect, row.on_trial, row.rests = True, False, row.rests + 1
            row.resting_until = now + rest_of(replace(health, rests=row.rests))
        elif row.suspect:
            health = rested(health)
            row.score, row.suspect, row.on_trial = health.score, health.suspect, health.on_trial
            row.resting_until = None
        state = "resting" if row.suspect else "on_trial"
        audit.note(session, actor.name, f"number.{state}", f"number:{number_id}", now)
        publish(session, NumberMoved(number_id=number_id, state=state), now)


def _check(session: Session, terms: PoolTerms, now: datetime) -> None:
    """Every fault names what is missing and what would be right."""
    if not terms.licence_no.strip() or not terms.certificate_no.strip():
        raise Refused("pool_licence_missing")
    try:
        today = now.astimezone(ZoneInfo(terms.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("pool_zone", zone=terms.timezone) from None
    if terms.undertaking_on > today:
        raise Refused("pool_undertaking", day=terms.undertaking_on.isoformat())
    if terms.active and terms.licence_until < today:
        raise Refused("pool_licence_expired", day=terms.licence_until.isoformat())
    for name in CAPS:
        _check_cap(name, getattr(terms, name))
    known = set(session.scalars(select(Creditor.id).where(Creditor.id.in_(terms.creditor_ids))))
    if known != set(terms.creditor_ids):
        raise Refused("creditor_unknown")


def _check_cap(name: str, value: int | None) -> None:
    if value is not None and not 1 <= value <= 1_000_000:
        raise Refused("pool_cap", cap=name)


def _fill(session: Session, pool: NumberPool, terms: PoolTerms) -> int:
    """All numbers of the ranges are rows of this pool."""
    wanted: dict[str, None] = {}
    for text in terms.ranges:
        try:
            wanted.update(dict.fromkeys(read_range(text).numbers()))
        except ValueError:
            raise Refused("pool_range", range=text[:40]) from None
    if not wanted:
        raise Refused("pool_range", range="")
    known = {row.number: row for row in session.scalars(select(OutboundNumber))}
    for number in wanted:
        row = known.get(number)
        if row is None:
            session.add(OutboundNumber(number=number, pool_id=pool.id))
        elif row.pool_id not in (None, pool.id):
            raise Refused("number_in_other_pool", number=number)
        else:
            row.pool_id = pool.id
    return len(wanted)


def _number(session: Session, number_id: int) -> OutboundNumber:
    row = session.get(OutboundNumber, number_id)
    if row is None:
        raise Refused("number_unknown")
    return row


def _set(row: NumberPool, terms: PoolTerms) -> None:
    for name, value in asdict(terms).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)


def _terms(row: NumberPool) -> PoolTerms:
    fields = {name: getattr(row, name) for name in PoolTerms.__dataclass_fields__}
    for name in ("ranges", "creditor_ids"):
        fields[name] = tuple(fields[name])
    return PoolTerms(**fields)


def _plain(terms: PoolTerms) -> dict[str, Any]:
    """As it fits a JSON cell of the audit."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(terms).items()
    }
