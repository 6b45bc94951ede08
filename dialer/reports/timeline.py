"""Everything that passed between us and one person, newest first: calls, notes, promises, holds,
complaints, payments. Facts with ids and codes; texts of notes are those agents wrote.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.store.tables import (
    Account,
    Attempt,
    Complaint,
    Debtor,
    Hold,
    Note,
    Outcome,
    Override,
    Payment,
    Promise,
)

SHOWN = 200


def timeline(session: Session, debtor_id: int) -> dict[str, Any] | None:
    """The last 200 events of a person, over all accounts and creditors; None: no such person."""
    if session.get(Debtor, debtor_id) is None:
        return None
    events = [
        *_calls(session, debtor_id), *_notes(session, debtor_id), *_promises(session, debtor_id),
        *_payments(session, debtor_id), *_stops(session, debtor_id),
    ]  # fmt: skip
    events.sort(key=lambda event: event["at"], reverse=True)
    return {"debtor_id": debtor_id, "events": events[:SHOWN]}


def _calls(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attempt, Outcome.code, Outcome.user_id)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.debtor_id == debtor_id).order_by(Attempt.created_at.desc()).limit(SHOWN)
    )  # fmt: skip
    return [
        {"at": a.created_at.isoformat(), "kind": "call", "id": a.id, "account_id": a.account_id,
         "number": masked(a.number), "shown": a.outbound_number, "verdict": a.verdict,
         "outcome": code, "talk_ms": a.talk_ms, "user_id": user,
         "rule_version": a.licence.get("version", "")}
        for a, code, user in rows
    ]  # fmt: skip


def _notes(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    return [
        {"at": n.at.isoformat(), "kind": "note", "id": n.id, "account_id": n.account_id,
         "text": n.text, "user_id": n.user_id, "supersedes_id": n.supersedes_id}
        for n in session.scalars(
            select(Note).where(Note.debtor_id == debtor_id).order_by(Note.id.desc()).limit(SHOWN)
        )
    ]  # fmt: skip


def _promises(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    mine = select(Account.id).where(Account.debtor_id == debtor_id)
    return [
        {"at": p.at.isoformat(), "kind": "promise", "id": p.id, "account_id": p.account_id,
         "amount_minor": p.amount_minor, "due_on": p.due_on.isoformat(), "state": p.state,
         "paid_minor": p.paid_minor, "user_id": p.user_id, "plan_id": p.plan_id}
        for p in session.scalars(
            select(Promise).where(Promise.account_id.in_(mine)).order_by(Promise.id.desc()).limit(SHOWN)
        )
    ]  # fmt: skip


def _payments(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    mine = select(Account.id).where(Account.debtor_id == debtor_id)
    return [
        {"at": p.posted_at.isoformat(), "kind": "payment", "id": p.id, "account_id": p.account_id,
         "amount_minor": p.amount_minor, "value_on": p.value_on.isoformat()}
        for p in session.scalars(
            select(Payment).where(Payment.account_id.in_(mine)).order_by(Payment.id.desc()).limit(SHOWN)
        )
    ]  # fmt: skip


def _stops(session: Session, debtor_id: int) -> list[dict[str, Any]]:
    """Holds, complaints and waived rules: when they began and when they ended."""
    events: list[dict[str, Any]] = []
    for hold in session.scalars(select(Hold).where(Hold.debtor_id == debtor_id)):
        events.append({"at": hold.starts_at.isoformat(), "kind": "hold", "id": hold.id,
                       "reason": hold.kind, "user_id": hold.user_id})  # fmt: skip
        if hold.ends_at is not None:
            events.append({"at": hold.ends_at.isoformat(), "kind": "hold_released", "id": hold.id,
                           "reason": hold.kind, "user_id": hold.released_by})  # fmt: skip
    for complaint in session.scalars(select(Complaint).where(Complaint.debtor_id == debtor_id)):
        events.append({"at": complaint.at.isoformat(), "kind": "complaint", "id": complaint.id,
                       "state": complaint.state, "due_on": complaint.due_on.isoformat(),
                       "user_id": complaint.user_id})  # fmt: skip
    for waived in session.scalars(select(Override).where(Override.debtor_id == debtor_id)):
        events.append({"at": waived.at.isoformat(), "kind": "override", "id": waived.id,
                       "reason": waived.code, "until": waived.until.isoformat(),
                       "approved_by": waived.approved_by, "user_id": waived.asked_by})  # fmt: skip
    return events
