"""Parts about people and the house: refusals, complaints, holds, users, numbers, changes, money."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from dialer.domain.phone_numbers import masked
from dialer.reports.audit_pack.subject import Subject, Table
from dialer.reports.recovery import recovery
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Campaign,
    Case,
    Complaint,
    Consent,
    Dispute,
    Hold,
    NumberPool,
    OptOut,
    OutboundNumber,
    Payment,
    Phone,
    Placement,
    Promise,
    Suppression,
    Training,
    Upload,
    User,
)

OPEN_TO_ALL = ("user", "pool", "token", "webhook", "numbers")  # subjects that are nobody's secret
ACCESS = ("user.", "token.", "report.", "audit_pack.")


def opt_outs(about: Subject) -> Table:
    """(7) Refusals of people and numbers of this creditor, and how long it took until nothing rang."""
    mine = select(Phone.number).where(Phone.debtor_id.in_(about.people))
    rows = about.session.scalars(
        select(Suppression).where(Suppression.number.in_(mine)).order_by(Suppression.id)
    )
    return [
        {"number": masked(s.number), "reason": s.reason, "by": s.user_id, "at": s.at.isoformat(),
         "seconds_to_effect": _rang_on(about, s)}
        for s in rows
    ]  # fmt: skip


def consents(about: Subject) -> Table:
    """(7) What people agreed to and which channels they do not want, with beginning and end."""
    given = [
        {"debtor_id": c.debtor_id, "what": "consent", "kind": c.kind, "from": c.given_at.isoformat(),
         "until": c.until.isoformat() if c.until else "",
         "ended_at": c.revoked_at.isoformat() if c.revoked_at else "", "by": c.user_id}
        for c in about.session.scalars(
            select(Consent).where(Consent.debtor_id.in_(about.people)).order_by(Consent.id)
        )
    ]  # fmt: skip
    return given + [
        {"debtor_id": o.debtor_id, "what": "opt-out", "kind": o.channel, "from": o.at.isoformat(),
         "until": "", "ended_at": o.withdrawn_at.isoformat() if o.withdrawn_at else "",
         "by": o.user_id}
        for o in about.session.scalars(
            select(OptOut).where(OptOut.debtor_id.in_(about.people)).order_by(OptOut.id)
        )
    ]  # fmt: skip


def disputes(about: Subject) -> Table:
    """(8) Disputed debts: the creditor's answer and its time limit, and how each was resolved."""
    return [
        {"dispute_id": d.id, "debtor_id": d.debtor_id, "account_id": d.account_id, "kind": d.kind,
         "state": d.state, "at": d.at.isoformat(), "due_on": d.due_on.isoformat(),
         "answered_at": d.answered_at.isoformat() if d.answered_at else "",
         "resolution": d.resolution,
         "resolved_at": d.resolved_at.isoformat() if d.resolved_at else "", "by": d.resolved_by}
        for d in about.session.scalars(
            select(Dispute).where(Dispute.debtor_id.in_(about.people)).order_by(Dispute.id)
        )
    ]  # fmt: skip


def _rang_on(about: Subject, row: Suppression) -> float:
    """Seconds for which a call to the number that was in the air went on; 0 when none was."""
    ended = about.session.scalar(
        select(func.max(Attempt.ended_at)).where(
            Attempt.number == row.number, Attempt.created_at <= row.at, Attempt.ended_at > row.at,
            Attempt.answered_at.is_(None),
        )
    )  # fmt: skip
    return round((ended - row.at).total_seconds(), 3) if ended else 0.0


def complaints(about: Subject) -> Table:
    """(8) The register with its time limit."""
    rows = about.session.scalars(
        select(Complaint).where(Complaint.debtor_id.in_(about.people)).order_by(Complaint.id)
    )
    return [
        {"complaint_id": c.id, "debtor_id": c.debtor_id, "channel": c.channel, "state": c.state,
         "at": c.at.isoformat(), "due_on": c.due_on.isoformat(),
         "answered_at": c.answered_at.isoformat() if c.answered_at else "",
         "in_time": (c.answered_at.date() if c.answered_at else about.period.last) <= c.due_on}
        for c in rows
    ]  # fmt: skip


def holds(about: Subject) -> Table:
    """(9) Stop flags, who set and who lifted them."""
    rows = about.session.scalars(
        select(Hold).where(Hold.debtor_id.in_(about.people)).order_by(Hold.id)
    )
    return [
        {"hold_id": h.id, "debtor_id": h.debtor_id, "kind": h.kind, "by": h.user_id,
         "from": h.starts_at.isoformat(), "to": h.ends_at.isoformat() if h.ends_at else "",
         "released_by": h.released_by}
        for h in rows
    ]  # fmt: skip


def training(about: Subject) -> Table:
    """(11) Trainings and examinations passed, with their last day; an agent without one has a line too."""
    rows = about.session.execute(
        select(User, Training).outerjoin(Training, Training.user_id == User.id)
        .where(User.role == "agent").order_by(User.id, Training.id)
    )  # fmt: skip
    return [
        {"user_id": u.id, "username": u.username, "kind": t.kind if t else "",
         "passed_on": t.passed_on.isoformat() if t else "",
         "valid_until": t.valid_until.isoformat() if t else "", "recorded_by": t.by_user_id if t else ""}
        for u, t in rows
    ]  # fmt: skip


def users(about: Subject) -> Table:
    """(12) Who may sign in, as what."""
    return [
        {"user_id": u.id, "username": u.username, "role": u.role, "active": u.active,
         "created_at": u.created_at.isoformat()}
        for u in about.session.scalars(select(User).order_by(User.id))
    ]  # fmt: skip


def access_log(about: Subject) -> Table:
    """(12) Changes of users and tokens, exports asked for and downloaded."""
    return changes(about, ACCESS)


def outbound_numbers(about: Subject) -> Table:
    """(13) Numbers that may be shown for this creditor, with their papers and how often they were in the
    period."""
    used = Counter(call.attempt.outbound_number for call in about.calls)
    rows = about.session.execute(
        select(OutboundNumber, NumberPool)
        .outerjoin(NumberPool, NumberPool.id == OutboundNumber.pool_id)
        .where(OutboundNumber.creditor_id.is_(None)
               | (OutboundNumber.creditor_id == about.creditor_id))
        .order_by(OutboundNumber.number)
    )  # fmt: skip
    return [
        {"number": n.number, "active": n.active, "calls": used[n.number], "suspect": n.suspect,
         "pool": pool.name if pool else "", "licence_no": pool.licence_no if pool else "",
         "certificate_no": pool.certificate_no if pool else "",
         "undertaking_on": pool.undertaking_on.isoformat() if pool else "",
         "licence_until": _day(n.licence_until or (pool.licence_until if pool else None))}
        for n, pool in rows
        if pool is None or not pool.creditor_ids or about.creditor_id in pool.creditor_ids
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def changes(about: Subject, only: tuple[str, ...] = ("",)) -> Table:
    """(14) The audit of the period: every row with its hash, so that a gap shows; what changed only
    where it is this creditor's or nobody's in particular. `only`: actions that begin so."""
    mine = _subjects(about)
    rows = about.session.scalars(
        select(AuditRow)
        .where(
            AuditRow.at >= about.period.since,
            AuditRow.at < about.period.until,
            or_(*(AuditRow.action.startswith(prefix, autoescape=True) for prefix in only)),
        )
        .order_by(AuditRow.id)
    )
    table = []
    for r in rows:
        kind, _, key = r.subject.partition(":")
        shown = kind in OPEN_TO_ALL or key in mine.get(kind, ())
        table.append({
            "id": r.id, "at": r.at.isoformat(), "actor": r.actor, "action": r.action,
            "subject": r.subject if shown else kind, "before": r.before if shown else None,
            "after": r.after if shown else None, "withheld": not shown, "hash": r.hash,
        })  # fmt: skip
    return table


def _subjects(about: Subject) -> dict[str, set[str]]:
    """What belongs to this creditor, as audit rows name it."""
    accounts = select(Account.id).where(Account.creditor_id == about.creditor_id)
    campaigns = select(Campaign.id).where(Campaign.creditor_id == about.creditor_id)
    queries: dict[str, Any] = {
        "account": accounts, "campaign": campaigns, "debtor": about.people,
        "upload": select(Upload.id).where(Upload.campaign_id.in_(campaigns)),
        "placement": select(Placement.id).where(Placement.creditor_id == about.creditor_id),
        "case": select(Case.id).where(Case.account_id.in_(accounts)),
        "promise": select(Promise.id).where(Promise.account_id.in_(accounts)),
        "payment": select(Payment.id).where(Payment.creditor_id == about.creditor_id),
        "hold": select(Hold.id).where(Hold.debtor_id.in_(about.people)),
        "complaint": select(Complaint.id).where(Complaint.debtor_id.in_(about.people)),
        "phone": select(Phone.id).where(Phone.debtor_id.in_(about.people)),
        "attempt": select(Attempt.id).where(Attempt.account_id.in_(accounts)),
    }  # fmt: skip
    found = {kind: {str(key) for key in about.session.scalars(q)} for kind, q in queries.items()}
    return {**found, "creditor": {str(about.creditor_id)}}


def rules(about: Subject) -> Table:
    """(14) The limits in force now, with their sources."""
    table = [
        {"code": cap.code, "limit": cap.limit, "per": str(cap.key), "counts": str(cap.counts),
         "days": cap.days, "citation": cap.citation}
        for cap in about.pack.caps
    ]  # fmt: skip
    return table + [
        {"code": code, "limit": "", "per": "", "counts": "", "days": "", "citation": citation}
        for code, citation in about.pack.citations.items()
    ]


def payments(about: Subject) -> Table:
    """(17) Payments by value date; without an account they wait in suspense."""
    rows = about.session.scalars(
        select(Payment).where(
            Payment.creditor_id == about.creditor_id, Payment.value_on >= about.period.first,
            Payment.value_on <= about.period.last,
        ).order_by(Payment.value_on, Payment.id)
    )  # fmt: skip
    return [
        {"payment_id": p.id, "txn_no": p.txn_no, "contract_no": p.contract_no,
         "amount_minor": p.amount_minor, "value_on": p.value_on.isoformat(),
         "account_id": p.account_id, "spread": p.spread}
        for p in rows
    ]  # fmt: skip


def reconciliation(about: Subject) -> Table:
    """(17) Per batch: placed, collected until the last day, recovery."""
    return [
        {"batch_no": p.batch_no, **recovery(about.session, p, about.period.last)}
        for p in about.session.scalars(
            select(Placement)
            .where(Placement.creditor_id == about.creditor_id)
            .order_by(Placement.id)
        )
    ]
