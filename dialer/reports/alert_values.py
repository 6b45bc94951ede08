"""What alerts are decided from: one number per rule and subject, with the words of its sentence."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.alerts import Value
from dialer.domain.compliance import RulePack
from dialer.domain.seat import WORK, SeatState, SeatStatus
from dialer.reports.abandonment import binding, measured
from dialer.store.tables import Campaign, FactRow, Pulse, Seat

SEATS_MIN = 3  # of fewer, a share says nothing
CALLS_MIN, CALLS_LOOKED_AT, FACTS_LOOKED_AT = 10, 50, 400
RECENT = timedelta(minutes=5)
FAULTY = ("failed", "not_sent")


def alert_values(
    session: Session, pack: RulePack, recordings: Path | None, now: datetime
) -> list[Value]:
    """All that can be known from the store and the disk."""
    running = session.scalars(select(Campaign).where(Campaign.state == "running")).all()
    return [
        *(value for campaign in running for value in _of_campaign(session, campaign, pack, now)),
        *_of_seats(session, bool(running)), _calls(session, now), *_disk(recordings),
    ]  # fmt: skip


def _of_campaign(
    session: Session, campaign: Campaign, pack: RulePack, now: datetime
) -> list[Value]:
    subject, name = f"campaign:{campaign.id}", campaign.name
    rate = binding(measured(session, campaign, pack, now), pack.abandon.hard).rate
    used = rate.value / pack.abandon.hard if rate.persons else 0.0
    pulse = session.get(Pulse, campaign.id)
    entries = (pulse.body.get("entries") if pulse else None) or {}
    total = entries.get("total") or 0
    left = sum(entries.get(part) or 0 for part in ("dialable", "resting", "offered", "in_flight"))
    short = str((pulse.body.get("numbers") if pulse else "") or "")
    return [
        Value("abandonment", subject, used, {
            "name": name, "percent": round(rate.value * 100, 2),
            "limit": round(pack.abandon.hard * 100, 2),
        }),
        Value("list_ending", subject, left / total if total else None,
              {"name": name, "left": left, "total": total}),
        Value("numbers_out", subject, float(bool(short)), {"name": name, "why": short}),
    ]  # fmt: skip


def _of_seats(session: Session, is_running: bool) -> list[Value]:
    """Waiting agents count while something runs; legs while somebody is signed in."""
    seats = session.execute(select(Seat.state, Seat.status, Seat.leg_up)).all()
    here = [seat for seat in seats if seat.status != SeatStatus.AWAY]
    down = sum(not seat.leg_up for seat in here)
    working = sum(seat.state in WORK for seat in here)
    idle = sum(seat.state == SeatState.IDLE for seat in here)
    at_work = working + idle
    return [
        Value("idle_share", "", idle / at_work if is_running and at_work >= SEATS_MIN else None,
              {"idle": idle, "seats": at_work}),
        Value("legs_down", "", down / len(here) if here else 0.0,
              {"down": down, "seats": len(here)}),
    ]  # fmt: skip


def _calls(session: Session, now: datetime) -> Value:
    """Calls that failed on our side of the customer: a trunk, a node or a carrier is not there. From the
    newest facts, because the ledger is read by number whatever it has grown to."""
    rows = session.execute(
        select(FactRow.at, FactRow.body).where(FactRow.name == "CallMoved")
        .order_by(FactRow.id.desc()).limit(FACTS_LOOKED_AT)
    )  # fmt: skip
    verdicts = [
        body.get("verdict", "")
        for at, body in rows
        if at > now - RECENT and body.get("state") == "ended"
    ][:CALLS_LOOKED_AT]
    failed = sum(verdict in FAULTY for verdict in verdicts)
    if len(verdicts) < CALLS_MIN:
        return Value("calls_failing", "", None if failed else 0.0, {})
    share = failed / len(verdicts)
    return Value("calls_failing", "", share, {"failed": failed, "calls": len(verdicts)})


def _disk(folder: Path | None) -> list[Value]:
    if folder is None or not folder.exists():
        return []
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    return [Value("disk", "", share, {"percent": round(share * 100)})]
