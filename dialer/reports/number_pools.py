"""Pools and numbers: licence, use, health, and for each number why it is not shown, by the rules that
choose one when dialing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import ANYWHERE, Pool, PoolNumber, Wanted, why_not
from dialer.store.number_pools import numbers_and_pools, stored_use
from dialer.store.tables import Attempt, Campaign, NumberPool, OutboundNumber

LOOK_BACK = timedelta(days=7)
SHORT_MS = 6_000  # a talk that ends sooner says that people hang up on this number
RANG_OUT = ("answered", "no_answer", "busy", "rejected", "unreachable")
WARN_DAYS = 30


def pools_and_numbers(session: Session, now: datetime) -> dict[str, Any]:
    """All pools with their numbers, and the numbers that stand alone."""
    shown = numbers_and_pools(session, stored_use(session, now))
    traffic = _traffic(session, now)
    ids = {row.number: row for row in session.scalars(select(OutboundNumber))}
    by_pool: dict[int | None, list[dict[str, Any]]] = {}
    for number in shown.numbers:
        row = _number(ids[number.number], number, shown.pool_of(number), now)
        by_pool.setdefault(number.pool_id, []).append(row | traffic.get(number.number, _NONE))
    rows = {row.id: row for row in session.scalars(select(NumberPool).order_by(NumberPool.name))}
    campaigns = session.execute(
        select(Campaign.number_pool_id, Campaign.name).where(Campaign.number_pool_id.is_not(None))
    ).all()
    return {
        "as_of": now.isoformat(),
        "pools": [
            _pool(row, shown.pools[row.id], now) | {
                "numbers": by_pool.get(row.id, []),
                "campaigns": [name for pool_id, name in campaigns if pool_id == row.id],
            }
            for row in rows.values()
        ],
        "alone": by_pool.get(None, []),
    }  # fmt: skip


def _pool(row: NumberPool, pool: Pool, now: datetime) -> dict[str, Any]:
    today = now.astimezone(ZoneInfo(row.timezone)).date()
    left = (row.licence_until - today).days
    return {
        "id": row.id, "name": row.name, "ranges": row.ranges, "active": row.active,
        "licence_no": row.licence_no, "certificate_no": row.certificate_no,
        "undertaking_on": row.undertaking_on.isoformat(),
        "licence_until": row.licence_until.isoformat(), "licence_days_left": left,
        "licence": "expired" if left < 0 else ("soon" if left <= WARN_DAYS else "valid"),
        "timezone": row.timezone, "region": row.region, "trunk": row.trunk,
        "creditor_ids": row.creditor_ids,
        "caps": {"second": row.second_max, "concurrent": row.concurrent_max, "hour": row.hour_max,
                 "day": row.day_max},
        "use": asdict(pool.use),
    }  # fmt: skip


def _number(
    row: OutboundNumber, number: PoolNumber, pool: Pool | None, now: datetime
) -> dict[str, Any]:
    """`why_not` is asked for whoever may show the number at all: its creditor, its region."""
    allowed = sorted(pool.creditor_ids) if pool and pool.creditor_ids else [0]
    creditor = number.creditor_id if number.creditor_id is not None else allowed[0]
    wanted = Wanted(creditor, ANYWHERE, "", now)
    return {
        "id": row.id, "number": row.number, "active": row.active, "score": round(row.score, 2),
        "state": _state(row, now), "rests": row.rests,
        "resting_until": row.resting_until.isoformat() if row.resting_until else "",
        "why_not": why_not(number, wanted, pool), "today": number.use.today,
        "last_hour": number.use.last_hour, "in_air": number.use.in_air,
        "caps": {"second": row.second_max, "concurrent": row.concurrent_max, "hour": row.hour_max,
                 "day": row.day_max},
    }  # fmt: skip


def _state(row: OutboundNumber, now: datetime) -> str:
    if not row.active:
        return "switched_off"
    if row.suspect or (row.resting_until is not None and row.resting_until > now):
        return "resting"
    return "on_trial" if row.on_trial else "healthy"


_NONE = {"dials": 0, "answer_rate": None, "short_share": None, "rejected_share": None}


def _traffic(session: Session, now: datetime) -> dict[str, dict[str, Any]]:
    """What became of each number's calls in the last seven days."""
    found = {}
    for number, dials, answers, short, rejected in session.execute(
        select(
            Attempt.outbound_number, func.count(), func.count(Attempt.answered_at),
            func.sum(case((Attempt.talk_ms.between(1, SHORT_MS - 1), 1), else_=0)),
            func.sum(case((Attempt.verdict == "rejected", 1), else_=0)),
        )
        .where(Attempt.outbound_number.in_(select(OutboundNumber.number)),
               Attempt.created_at > now - LOOK_BACK, Attempt.verdict.in_(RANG_OUT))
        .group_by(Attempt.outbound_number)
    ):  # fmt: skip
        found[number] = {
            "dials": dials, "answer_rate": answers / dials,
            "short_share": int(short) / answers if answers else None,
            "rejected_share": int(rejected) / dials,
        }  # fmt: skip
    return found
