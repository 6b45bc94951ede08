"""The trunks as they are now, of every node."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.tables import TrunkStandingRow

UNHEARD_AFTER = timedelta(seconds=10)


def trunks(session: Session, now: datetime) -> list[dict[str, Any]]:
    """One row per trunk and node. `state`: up, trial (one call may try it), down, unregistered, or
    unheard when the node has not spoken for ten seconds. `fault_at`: when the last fault was."""
    rows = session.scalars(
        select(TrunkStandingRow).order_by(TrunkStandingRow.node, TrunkStandingRow.name)
    )
    return [_row(row, now) for row in rows]


def _row(row: TrunkStandingRow, now: datetime) -> dict[str, Any]:
    told = row.body
    fault_at = row.at - timedelta(milliseconds=told["fault_age_ms"]) if told["fault"] else None
    return {
        "node": row.node, "name": row.name,
        "state": row.state if now - row.at <= UNHEARD_AFTER else "unheard",
        "in_use": told["in_use"], "channels": told["channels"],
        "dialed_last_second": told["dialed"], "calls_per_second": told["calls_per_second"],
        "fault": told["fault"], "code": told["code"],
        "fault_at": fault_at.isoformat() if fault_at else None, "as_of": row.at.isoformat(),
    }  # fmt: skip
