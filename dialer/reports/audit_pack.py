"""The audit pack of one creditor and period: ledger, proofs and indexes as files, with their hashes.

It answers an auditor's questions by query: any call outside hours, any debtor above the cap, any
contact without a ground, any call after recall, any recording that is missing, any gap in the audit.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import RulePack
from dialer.domain.compliance.hours import Calendar, zones_of
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.phone_numbers import masked
from dialer.reports.creditor import creditor_report
from dialer.reports.exports import table_csv
from dialer.reports.kpis import Period
from dialer.reports.tally import answered_calls
from dialer.store import audit
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Campaign,
    Case,
    Complaint,
    Debtor,
    Hold,
    OutboundNumber,
    Outcome,
    Phone,
    Suppression,
    User,
)

Table = list[dict[str, Any]]


def write_pack(  # noqa: PLR0913 - what the pack is about and where it goes
    session: Session, target: Path, creditor_id: int, period: Period, pack: RulePack,
    recordings: Path | None, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Write the zip `target`; returns the manifest that is inside it as manifest.json."""
    attempts = _attempts(session, creditor_id, period)
    tables: dict[str, Table] = {
        "01-attempts.csv": [_ledger_row(*row) for row in attempts],
        "02-proofs.csv": proofs(session, creditor_id, period, pack, recordings),
        "03-per-debtor-day.csv": per_debtor_day(attempts),
        "04-third-parties.csv": _third_parties(session, attempts),
        "05-abandonment.csv": _abandonment(session, creditor_id, period),
        "06-recordings.csv": _recordings(attempts, recordings),
        "07-holds.csv": _holds(session, creditor_id),
        "08-complaints.csv": _complaints(session, creditor_id),
        "09-suppressions.csv": _suppressions(session),
        "10-outbound-numbers.csv": _numbers(session),
        "11-users.csv": _users(session),
        "12-audit.csv": _audit(session, period),
        "13-rules.csv": _rules(pack),
    }
    files = {name: table_csv(rows) for name, rows in tables.items()}
    report = creditor_report(session, creditor_id, period)
    files["00-report.json"] = json.dumps(report, ensure_ascii=False, indent=1).encode()
    manifest = {
        "creditor_id": creditor_id, "from": period.first.isoformat(), "to": period.last.isoformat(),
        "made_at": now.isoformat(), "pack": pack.name, "version": pack.version,
        "verified_on": pack.verified_on.isoformat(),
        "files": [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
             "rows": len(tables[name]) if name in tables else None}
            for name, data in sorted(files.items())
        ],
    }  # fmt: skip
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def proofs(
    session: Session, creditor_id: int, period: Period, pack: RulePack, recordings: Path | None
) -> Table:
    """Each question with how many cases were looked at and how many break the rule; the target is 0."""
    attempts = _attempts(session, creditor_id, period)
    days = per_debtor_day(attempts)
    caps = {cap.code: cap.limit for cap in pack.caps}
    third = _third_parties(session, attempts)
    index = _recordings(attempts, recordings)
    rows = [
        ("calls outside hours", len(attempts), [a.id for a, _, d, _ in attempts if _is_outside(a, d, pack)]),
        ("attempts without a licence", len(attempts), [a.id for a, *_ in attempts if not a.licence]),
        ("debtor-days above the cap of effective calls", len(days), [
            f"{row['debtor_id']}/{row['day']}" for row in days
            if row["effective"] > caps.get("CAP_DAY_EFFECTIVE", 10**6)
        ]),
        ("debtor-days above the cap of attempts", len(days), [
            f"{row['debtor_id']}/{row['day']}" for row in days
            if row["attempts"] > caps.get("CAP_DAY_ATTEMPT", 10**6)
        ]),
        ("third parties contacted without a ground", len(third), [
            row["attempt_id"] for row in third if not row["ground"]
        ]),
        ("calls after recall or closing", len(attempts), [
            a.id for a, c, _, _ in attempts if c.closed_at is not None and a.created_at > c.closed_at
        ]),
        ("calls under a hold", len(attempts), _under_hold(session, attempts)),
        ("numbers shown that are not ours", len(attempts), _foreign_numbers(session, attempts)),
        ("talks without a recording", len(index), [r["attempt_id"] for r in index if r["state"] != "ok"]),
        ("breaks in the audit chain", 1, [str(b) for b in [audit.first_broken(session)] if b]),
    ]  # fmt: skip
    return [
        {
            "question": question,
            "looked_at": n,
            "broken": len(broken),
            "which": " ".join(broken[:50]),
        }
        for question, n, broken in rows
    ]


AttemptRow = tuple[Attempt, Case, Debtor, str | None]


def _attempts(session: Session, creditor_id: int, period: Period) -> Sequence[AttemptRow]:
    rows = session.execute(
        select(Attempt, Case, Debtor, Outcome.code)
        .join(Case, Case.id == Attempt.case_id)
        .join(Account, Account.id == Attempt.account_id)
        .join(Debtor, Debtor.id == Attempt.debtor_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Account.creditor_id == creditor_id, Attempt.created_at >= period.since,
               Attempt.created_at < period.until)
        .order_by(Attempt.created_at)
    ).all()  # fmt: skip
    return [(a, c, d, code) for a, c, d, code in rows]


def _ledger_row(a: Attempt, c: Case, d: Debtor, code: str | None) -> dict[str, Any]:
    return {
        "attempt_id": a.id, "at": a.created_at.isoformat(), "local_day": a.local_day.isoformat(),
        "debtor_id": a.debtor_id, "account_id": a.account_id, "case_id": c.id,
        "number": masked(a.number), "shown": a.outbound_number, "verdict": a.verdict,
        "outcome": code or "", "answered_at": a.answered_at.isoformat() if a.answered_at else "",
        "waited_ms": a.waited_ms, "abandoned": a.abandoned, "talk_ms": a.talk_ms,
        "ended_by": a.ended_by, "pack": a.licence.get("version", ""),
        "local_times": " | ".join(a.licence.get("local_times", [])),
        "counters": a.licence.get("counters", {}), "overrides": a.licence.get("overrides", []),
        "recording_sha256": a.recording_sha256,
    }  # fmt: skip


def _is_outside(attempt: Attempt, debtor: Debtor, pack: RulePack) -> bool:
    """Judged again from the time, not from what the licence says of itself."""
    calendar = Calendar(pack.week, zones_of(debtor.timezone, pack.zones), frozenset())
    return bool(calendar.fault(attempt.created_at, timedelta()))


def per_debtor_day(attempts: Sequence[AttemptRow]) -> Table:
    """Attempts and effective calls of each person on each of their days."""
    days: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    for a, _, _, code in attempts:
        count = days[(a.debtor_id, a.local_day)]
        count["attempts"] += a.verdict != "not_sent"
        effective = OUTCOMES[code].effective if code else a.answered_at is not None
        count["effective"] += effective
    return [
        {
            "debtor_id": debtor,
            "day": day.isoformat(),
            **{k: count[k] for k in ("attempts", "effective")},
        }
        for (debtor, day), count in sorted(days.items())
    ]


def _third_parties(session: Session, attempts: Sequence[AttemptRow]) -> Table:
    roles = {
        (p.debtor_id, p.number): p
        for p in session.scalars(select(Phone).where(Phone.role != "debtor"))
    }
    return [
        {"attempt_id": a.id, "at": a.created_at.isoformat(), "debtor_id": a.debtor_id,
         "role": phone.role, "relation": phone.relation, "ground": phone.ground, "outcome": code or ""}
        for a, _, _, code in attempts if (phone := roles.get((a.debtor_id, a.number))) is not None
    ]  # fmt: skip


def _abandonment(session: Session, creditor_id: int, period: Period) -> Table:
    rows = []
    for campaign in session.scalars(select(Campaign).where(Campaign.creditor_id == creditor_id)):
        day = period.first
        while day <= period.last:
            one = Period(day, day)
            t = answered_calls(session, [campaign.id], one.since, one.until)
            if t.handled or t.abandoned or t.quick:
                persons = t.handled + t.abandoned
                rows.append({
                    "campaign": campaign.name, "day": day.isoformat(), "handled": t.handled,
                    "abandoned": t.abandoned, "silent": t.silent, "machines": t.machine_agent,
                    "quick": t.quick, "formula": "A/(A+H)",
                    "rate": round(t.abandoned / persons, 6) if persons else None,
                })  # fmt: skip
            day += timedelta(days=1)
    return rows


def _recordings(attempts: Sequence[AttemptRow], folder: Path | None) -> Table:
    """Every talk with its recording; without a folder only the index is checked."""
    rows = []
    for a, *_ in attempts:
        if a.connected_at is None or a.talk_ms < 1000:
            continue
        state = "ok" if a.recording else "missing"
        if a.recording and folder is not None:
            path = folder / a.recording
            if not path.is_file():
                state = "file missing"
            elif hashlib.sha256(path.read_bytes()).hexdigest() != a.recording_sha256:
                state = "changed"
        rows.append({"attempt_id": a.id, "path": a.recording, "sha256": a.recording_sha256,
                     "talk_ms": a.talk_ms, "state": state})  # fmt: skip
    return rows


def _under_hold(session: Session, attempts: Sequence[AttemptRow]) -> list[str]:
    holds = defaultdict(list)
    for hold in session.scalars(select(Hold)):
        holds[hold.debtor_id].append((hold.starts_at, hold.ends_at))
    return [
        a.id for a, *_ in attempts
        if not a.licence.get("overrides")
        and any(s <= a.created_at and (e is None or a.created_at < e) for s, e in holds[a.debtor_id])
    ]  # fmt: skip


def _foreign_numbers(session: Session, attempts: Sequence[AttemptRow]) -> list[str]:
    ours = set(session.scalars(select(OutboundNumber.number)))
    return [a.id for a, *_ in attempts if a.outbound_number not in ours]


def _holds(session: Session, creditor_id: int) -> Table:
    people = select(Account.debtor_id).where(Account.creditor_id == creditor_id)
    return [
        {"hold_id": h.id, "debtor_id": h.debtor_id, "kind": h.kind, "by": h.user_id,
         "from": h.starts_at.isoformat(), "to": h.ends_at.isoformat() if h.ends_at else "",
         "released_by": h.released_by}
        for h in session.scalars(select(Hold).where(Hold.debtor_id.in_(people)).order_by(Hold.id))
    ]  # fmt: skip


def _complaints(session: Session, creditor_id: int) -> Table:
    people = select(Account.debtor_id).where(Account.creditor_id == creditor_id)
    return [
        {"complaint_id": c.id, "debtor_id": c.debtor_id, "channel": c.channel, "state": c.state,
         "at": c.at.isoformat(), "due_on": c.due_on.isoformat(),
         "answered_at": c.answered_at.isoformat() if c.answered_at else ""}
        for c in session.scalars(select(Complaint).where(Complaint.debtor_id.in_(people)))
    ]  # fmt: skip


def _suppressions(session: Session) -> Table:
    return [
        {"number": masked(s.number), "reason": s.reason, "by": s.user_id, "at": s.at.isoformat()}
        for s in session.scalars(select(Suppression).order_by(Suppression.id))
    ]


def _numbers(session: Session) -> Table:
    return [
        {"number": n.number, "active": n.active, "creditor_id": n.creditor_id, "dials": n.dials,
         "answers": n.answers, "licence_until": n.licence_until}
        for n in session.scalars(select(OutboundNumber).order_by(OutboundNumber.number))
    ]  # fmt: skip


def _users(session: Session) -> Table:
    return [
        {"user_id": u.id, "username": u.username, "role": u.role, "active": u.active,
         "created_at": u.created_at.isoformat()}
        for u in session.scalars(select(User).order_by(User.id))
    ]  # fmt: skip


def _audit(session: Session, period: Period) -> Table:
    rows = session.scalars(
        select(AuditRow).where(AuditRow.at >= period.since, AuditRow.at < period.until)
        .order_by(AuditRow.id)
    )  # fmt: skip
    return [
        {"id": r.id, "at": r.at.isoformat(), "actor": r.actor, "action": r.action,
         "subject": r.subject, "before": r.before, "after": r.after, "hash": r.hash}
        for r in rows
    ]  # fmt: skip


def _rules(pack: RulePack) -> Table:
    rows = [
        {"code": cap.code, "limit": cap.limit, "per": cap.key, "counts": cap.counts, "days": cap.days,
         "citation": cap.citation}
        for cap in pack.caps
    ]  # fmt: skip
    rows += [
        {"code": code, "limit": "", "per": "", "counts": "", "days": "", "citation": citation}
        for code, citation in pack.citations.items()
    ]
    return rows
