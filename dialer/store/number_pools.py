"""The outbound numbers with their pools, as the domain sees them; what each is doing comes from outside:
the engine knows it by heart, reports ask the attempts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import ZONE, Caps, Pool, PoolNumber, Shown, Use
from dialer.store.tables import Attempt, NumberPool, OutboundNumber

UseOf = Callable[[str, str], Use]  # (number, zone whose day counts) -> use


def numbers_and_pools(session: Session, use_of: UseOf) -> Shown:
    """Every number there is, active or not, so that a view can say why one is not shown."""
    pools = {row.id: row for row in session.execute(select(NumberPool.__table__))}
    used: dict[int, Use] = {}
    numbers = []
    for row in session.execute(select(OutboundNumber.__table__).order_by(OutboundNumber.id)):
        zone = pools[row.pool_id].timezone if row.pool_id is not None else ZONE
        use = use_of(row.number, zone)
        if row.pool_id is not None:
            used[row.pool_id] = used.get(row.pool_id, Use()).plus(use)
        numbers.append(_number(row, use))
    return Shown(
        tuple(numbers), {row.id: _pool(row, used.get(row.id, Use())) for row in pools.values()}
    )


def stored_use(session: Session, now: datetime) -> UseOf:
    """Use as the attempts tell it; for reports, and for an engine that starts."""
    zones = set(session.scalars(select(NumberPool.timezone))) | {ZONE}
    by_zone = {zone: _use_since(session, midnight_of(now, zone), now) for zone in zones}
    return lambda number, zone: by_zone[zone].get(number, Use())


def midnight_of(now: datetime, zone: str) -> datetime:
    """When the local day of `now` began."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _use_since(session: Session, midnight: datetime, now: datetime) -> dict[str, Use]:
    second, hour = now - timedelta(seconds=1), now - timedelta(hours=1)
    shown, at = Attempt.outbound_number, Attempt.created_at
    own = select(OutboundNumber.number)
    rows = session.execute(
        select(
            shown, func.count().filter(at > second), func.count().filter(at > hour),
            func.count().filter(at >= midnight),
        )
        .where(shown.in_(own), at >= min(midnight, hour)).group_by(shown)
    )  # fmt: skip
    air = dict(session.execute(
        select(shown, func.count()).where(Attempt.ended_at.is_(None)).group_by(shown)
    ).all())  # fmt: skip
    found = {number: Use(air.pop(number, 0), *counts) for number, *counts in rows}
    return found | {number: Use(in_air=count) for number, count in air.items()}


def _pool(row: Any, use: Use) -> Pool:
    return Pool(
        row.id, row.licence_until, frozenset(row.creditor_ids), row.region, row.active, row.timezone,
        row.trunk,
        Caps(row.concurrent_max, row.hour_max, row.day_max, row.second_max), use,
    )  # fmt: skip


def _number(row: Any, use: Use) -> PoolNumber:
    return PoolNumber(
        row.number, row.last_used_at, row.creditor_id, row.region, row.licence_until,
        row.resting_until, row.suspect, row.on_trial, row.active,
        Caps(row.concurrent_max, row.hour_max, row.day_max, row.second_max), use, row.pool_id,
    )  # fmt: skip
