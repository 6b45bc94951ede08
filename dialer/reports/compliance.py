"""Compliance in figures: what the gate held back, abandonment sheets with inputs, pressure, complaints."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.reports.kpis import abandonment_figures, tested_share
from dialer.reports.period import Period, share
from dialer.reports.pressure import complaint_rate, pressure
from dialer.reports.tally import answered_calls
from dialer.store.tables import (
    Attempt,
    Campaign,
    Complaint,
    Entry,
    Hold,
    Outcome,
    Override,
    Suppression,
)


def compliance_report(
    session: Session, creditor_id: int, period: Period, pack: RulePack
) -> dict[str, Any]:
    """One creditor; figures about people are counted over all creditors, as caps are."""
    return {
        "rules": {"pack": pack.name, "version": pack.version,
                  "verified_on": pack.verified_on.isoformat()},
        "pressure": pressure(session, creditor_id, period, pack),
        "blocks": blocks(session, creditor_id),
        "abandonment": abandonment_sheets(session, creditor_id, period),
        "complaints": complaint_rate(session, creditor_id, period),
        "registers": registers(session, period),
        "detection": detection(session, creditor_id, period),
    }  # fmt: skip


def blocks(session: Session, creditor_id: int) -> list[dict[str, Any]]:
    """Entries that wait or are held because the gate said no when it was asked last, by its reason."""
    rows = session.execute(
        select(Entry.block_reason, func.count())
        .join(Campaign, Campaign.id == Entry.campaign_id)
        .where(Campaign.creditor_id == creditor_id, Entry.block_reason != "",
               Entry.state.in_(("ready", "held")))
        .group_by(Entry.block_reason).order_by(func.count().desc(), Entry.block_reason)
    )  # fmt: skip
    return [{"reason": reason, "entries": n} for reason, n in rows]


def abandonment_sheets(session: Session, creditor_id: int, period: Period) -> list[dict[str, Any]]:
    """呼损底稿: per campaign and day the inputs (H, A, silent, machines, quick) and all three rates.
    K, the calls AMD hung up on, enters with the share that a valid sample proved on that day, else whole."""
    rows = []
    for campaign in session.scalars(
        select(Campaign).where(Campaign.creditor_id == creditor_id).order_by(Campaign.id)
    ):
        for day in period.days():
            one = Period(day, day)
            t = answered_calls(session, [campaign.id], one.since, one.until)
            if not (t.handled or t.abandoned or t.quick or t.machine_agent):
                continue
            rows.append({
                "campaign": campaign.name, "day": day.isoformat(), "handled": t.handled,
                "abandoned": t.abandoned, "silent": t.silent, "machines": t.machine_agent,
                "quick_hangups": t.quick, "amd_hangups": t.amd_hangup,
                **abandonment_figures(t, tested_share(session, [campaign.id], one.until)),
            })  # fmt: skip
    return rows


def registers(session: Session, period: Period) -> dict[str, int]:
    """New entries of the registers within the period, all creditors: they are about people."""
    counts: Counter[str] = Counter()
    for table, at in (
        (Hold, Hold.starts_at), (Complaint, Complaint.at), (Suppression, Suppression.at),
        (Override, Override.at),
    ):  # fmt: skip
        counts[table.__tablename__] = session.scalar(
            select(func.count()).select_from(table).where(at >= period.since, at < period.until)
        ) or 0  # fmt: skip
    return dict(counts)


def detection(session: Session, creditor_id: int, period: Period) -> dict[str, Any]:
    """Answer detection against the agents who met the call; calls it hung up on are judged by the
    labelled sample (`reports.abandonment`).
    False positive: the agent met a person ÷ calls taken for a machine; false negative: a machine ÷
    calls taken for a person."""
    seen: Counter[tuple[str, bool]] = Counter()
    for kind, code, n in session.execute(
        select(Attempt.answer_kind, Outcome.code, func.count())
        .join(Outcome, Outcome.attempt_id == Attempt.id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .where(Campaign.creditor_id == creditor_id, Outcome.user_id.is_not(None),
               Attempt.answer_kind.in_(("person", "machine")),
               Attempt.created_at >= period.since, Attempt.created_at < period.until)
        .group_by(Attempt.answer_kind, Outcome.code)
    ):  # fmt: skip
        seen[kind, code == "AM_AGENT"] += n
    machine = seen["machine", True] + seen["machine", False]
    person = seen["person", True] + seen["person", False]
    return {
        "taken_for_machine": machine, "taken_for_person": person,
        "false_positive": share(seen["machine", False], machine),
        "false_negative": share(seen["person", True], person),
    }  # fmt: skip
