"""What somebody must look at before it stops the calls: rules, calendar, training, disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.clock import HOME
from dialer.domain.compliance import RulePack
from dialer.domain.training import ends_soon, is_trained
from dialer.packs import calendar_is_old, is_stale
from dialer.reports.abandonment import untested_campaigns
from dialer.reports.disputes import late_disputes
from dialer.store.tables import NodeProgress, Recording, Training, User


def warnings(session: Session, pack: RulePack, now: datetime) -> list[dict[str, Any]]:
    """Codes of the catalogue (`warning.…`) with what they name; never a person's name."""
    today = now.astimezone(HOME).date()
    found = pack_warnings(pack, today)
    rows = [row for row in training(session, now) if row["soon"]]
    ended = sum(not row["trained"] for row in rows)
    if ended:
        found.append({"code": "training_ended", "agents": ended})
    if len(rows) - ended:
        found.append({"code": "training_ends", "agents": len(rows) - ended})
    late = late_disputes(session, today)
    if late:
        found.append({"code": "disputes_late", "count": late})
    for node in session.scalars(select(NodeProgress.node).where(NodeProgress.disk_low)):
        found.append({"code": "disk_low", "node": node})
    damaged = session.scalar(
        select(func.count()).select_from(Recording).where(Recording.state == "damaged")
    )
    if damaged:
        found.append({"code": "recordings_damaged", "count": damaged})
    untested = untested_campaigns(session, now)
    if untested:
        found.append({"code": "amd_sample", "campaigns": untested})
    return found


def pack_warnings(pack: RulePack, today: date) -> list[dict[str, Any]]:
    """Nobody compared the pack with the law for half a year; its days off end with this year."""
    found: list[dict[str, Any]] = []
    if is_stale(pack, today):
        found.append(
            {"code": "pack_stale", "pack": pack.version, "day": pack.verified_on.isoformat()}
        )
    if calendar_is_old(pack, today):
        found.append({"code": "calendar_old", "pack": pack.name, "year": pack.calendar_through})
    return found


def training(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Every active user with their records; `soon`: it ends within thirty days, or has ended."""
    today = now.astimezone(HOME).date()
    records: dict[int, list[dict[str, Any]]] = {}
    for row in session.scalars(select(Training).order_by(Training.id)):
        records.setdefault(row.user_id, []).append({
            "kind": row.kind, "passed_on": row.passed_on.isoformat(),
            "valid_until": row.valid_until.isoformat(), "note": row.note, "by": row.by_user_id,
        })  # fmt: skip
    return [
        {
            "user_id": user.id, "username": user.username, "role": user.role,
            "trained_until": user.trained_until.isoformat() if user.trained_until else None,
            "trained": is_trained(user.trained_until, today),
            "soon": ends_soon(user.trained_until, today), "records": records.get(user.id, []),
        }
        for user in session.scalars(select(User).where(User.active).order_by(User.id))
    ]  # fmt: skip
