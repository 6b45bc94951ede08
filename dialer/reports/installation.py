"""The installation as an administrator sees it: users, creditors with agreements, rules in force, health."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.clock import HOME
from dialer.domain.compliance import RulePack
from dialer.feed import last_id
from dialer.packs import PACKS, is_stale, load_pack
from dialer.reports.warnings import warnings
from dialer.store.tables import (
    Agreement,
    Creditor,
    EngineLease,
    JobRun,
    NodeProgress,
    Pulse,
    Seat,
    Team,
    User,
    UserCreditor,
)


def staff(session: Session) -> dict[str, Any]:
    """Users with team, creditors and second factor; teams and creditors to choose from."""
    kept: dict[int, list[int]] = defaultdict(list)
    for user_id, creditor_id in session.execute(
        select(UserCreditor.user_id, UserCreditor.creditor_id)
    ):
        kept[user_id].append(creditor_id)
    return {
        "users": [
            {"id": u.id, "username": u.username, "name": u.display_name, "staff_no": u.staff_no,
             "role": u.role, "active": u.active, "team_id": u.team_id, "totp": u.totp_on,
             "creditor_ids": kept[u.id],
             "trained_until": u.trained_until.isoformat() if u.trained_until else None}
            for u in session.scalars(select(User).order_by(User.active.desc(), User.username))
        ],
        "teams": [{"id": t.id, "name": t.name}
                  for t in session.scalars(select(Team).order_by(Team.name))],
        "creditors": [{"id": c.id, "name": c.name}
                      for c in session.scalars(select(Creditor).order_by(Creditor.name))],
    }  # fmt: skip


def agreements(session: Session) -> dict[str, Any]:
    """Creditors, each with its agreements, the newest first."""
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for a in session.scalars(
        select(Agreement).order_by(Agreement.starts_on.desc(), Agreement.id.desc())
    ):
        rows[a.creditor_id].append({
            "id": a.id, "name": a.name, "starts_on": a.starts_on.isoformat(),
            "ends_on": a.ends_on.isoformat() if a.ends_on else None, "channels": a.channels,
            "narrowing": a.narrowing, "waive_share_max": a.waive_share_max,
            "waive_share_supervisor": a.waive_share_supervisor,
            "balance_days_max": a.balance_days_max,
        })  # fmt: skip
    return {
        "creditors": [
            {"id": c.id, "name": c.name, "promise_days_max": c.promise_days_max,
             "agreements": rows[c.id]}
            for c in session.scalars(select(Creditor).order_by(Creditor.name))
        ]
    }  # fmt: skip


def rule_packs(in_force: RulePack, now: datetime) -> dict[str, Any]:
    """Every pack with its version, its limits with their sources, and whether somebody must look again."""
    today = now.astimezone(HOME).date()
    return {"packs": [
        {
            "name": pack.name, "version": pack.version, "in_force": pack.name == in_force.name,
            "verified_on": pack.verified_on.isoformat(), "stale": is_stale(pack, today),
            "abandon": {"hard": pack.abandon.hard, "target": pack.abandon.target,
                        "formula": pack.abandon.formula, "window": pack.abandon.window},
            "caps": [{"code": cap.code, "limit": cap.limit, "days": cap.days,
                      "citation": cap.citation} for cap in pack.caps],
        }
        for pack in (in_force if name == in_force.name else load_pack(name) for name in PACKS)
    ]}  # fmt: skip


def health(session: Session, pack: RulePack, now: datetime) -> dict[str, Any]:
    """What can be known from the store. Of backups it knows nothing and says so by their absence."""
    lease = session.get(EngineLease, 1)
    jobs = session.execute(
        select(JobRun.job, func.max(JobRun.due_at), func.max(JobRun.finished_at))
        .group_by(JobRun.job).order_by(JobRun.job)
    )  # fmt: skip
    pulse = session.scalar(select(func.max(Pulse.at)))
    return {
        "as_of": now.isoformat(), "last_fact": last_id(session),
        "engine": {
            "on": lease is not None and lease.until > now, "epoch": lease.epoch if lease else 0,
            "until": lease.until.isoformat() if lease else None,
            "pulse_at": pulse.isoformat() if pulse else None,
        },
        "nodes": [{"name": n.node, "epoch": n.epoch, "seq": n.seq}
                  for n in session.scalars(select(NodeProgress).order_by(NodeProgress.node))],
        "seats": {
            "here": session.scalar(
                select(func.count()).select_from(Seat).where(Seat.status != "away")
            ),
            "legs_up": session.scalar(select(func.count()).select_from(Seat).where(Seat.leg_up)),
        },
        "jobs": [{"name": name, "due_at": due.isoformat(),
                  "finished_at": done.isoformat() if done else None} for name, due, done in jobs],
        "warnings": warnings(session, pack, now),
    }  # fmt: skip
