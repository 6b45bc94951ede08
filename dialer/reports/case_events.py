"""The life of a case on every channel, newest first: what `timeline` tells of the person, and beside it
messages, disputes, offers, plans, wishes, files and the case's own beginning and end.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.phone_numbers import masked
from dialer.reports.timeline import timeline
from dialer.store.tables import (
    Account,
    Attempt,
    Case,
    Complaint,
    Consent,
    Debtor,
    Dispute,
    Entry,
    MessageContact,
    Offer,
    OptOut,
    Outcome,
    Override,
    Placement,
    Plan,
    Upload,
    User,
)

SHOWN = 400
Event = dict[str, Any]


def case_events(
    session: Session, debtor: Debtor, accounts: frozenset[int] | None = None
) -> list[Event]:
    """Of a person, over all debts; each names its kind, time, who did it and what else there is to say.
    With `accounts`, only what is of these or of the person as such: creditors are kept apart."""
    told = timeline(session, debtor.id)
    events = [*(told["events"] if told else []), *_messages(session, debtor.id),
              *_disputes(session, debtor.id), *_agreed(session, debtor.id),
              *_wishes(session, debtor.id), *_files(session, debtor.id)]  # fmt: skip
    if accounts is not None:
        events = [e for e in events if e.get("account_id") is None or e["account_id"] in accounts]
    _complete(session, events)
    events.sort(key=lambda event: event["at"], reverse=True)
    return _named(session, events[:SHOWN])


def _complete(session: Session, events: list[Event]) -> None:
    """What the API's timeline leaves to its callers: texts and recordings."""
    calls = {event["id"]: event for event in events if event["kind"] == "call"}
    rows = session.execute(
        select(Attempt.id, Attempt.recording, Attempt.abandoned, Outcome.note)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.id.in_(list(calls)))
    )  # fmt: skip
    for attempt_id, recording, abandoned, note in rows:
        calls[attempt_id].update(recorded=bool(recording), abandoned=abandoned, text=note or "")
    for kind, table in (("complaint", Complaint), ("override", Override)):
        for event in events:
            if event["kind"] == kind:
                row: Any = session.get_one(table, event["id"])
                event["text"] = row.text if kind == "complaint" else row.reason
                event["answer"] = getattr(row, "answer", "")


def _messages(session: Session, debtor_id: int) -> list[Event]:
    return [
        {"at": m.created_at.isoformat(), "kind": "message", "id": m.id, "account_id": m.account_id,
         "channel": m.channel, "state": m.state, "user_id": m.user_id,
         "number": masked(m.endpoint) if m.endpoint.isdigit() else ""}
        for m in session.scalars(
            select(MessageContact).where(MessageContact.debtor_id == debtor_id)
            .order_by(MessageContact.created_at.desc()).limit(SHOWN)
        )
    ]  # fmt: skip


def _disputes(session: Session, debtor_id: int) -> list[Event]:
    events: list[Event] = []
    for d in session.scalars(select(Dispute).where(Dispute.debtor_id == debtor_id)):
        events.append({
            "at": d.at.isoformat(), "kind": "dispute", "id": d.id, "account_id": d.account_id,
            "reason": d.kind, "text": d.text, "answer": d.answer, "state": d.state,
            "due_on": d.due_on.isoformat(), "user_id": d.user_id,
        })  # fmt: skip
        if d.resolved_at is not None:
            events.append({
                "at": d.resolved_at.isoformat(), "kind": "dispute_resolved", "id": d.id,
                "account_id": d.account_id, "reason": d.resolution, "user_id": d.resolved_by,
            })  # fmt: skip
    return events


def _agreed(session: Session, debtor_id: int) -> list[Event]:
    """Plans and offers of less than the balance."""
    mine = select(Account.id).where(Account.debtor_id == debtor_id)
    plans = [
        {"at": p.at.isoformat(), "kind": "plan", "id": p.id, "account_id": p.account_id,
         "amount_minor": p.total_minor, "periods": p.periods, "state": p.state, "user_id": p.user_id}
        for p in session.scalars(select(Plan).where(Plan.account_id.in_(mine)))
    ]  # fmt: skip
    offers = [
        {"at": o.at.isoformat(), "kind": "offer", "id": o.id, "account_id": o.account_id,
         "amount_minor": o.total_minor, "waived_minor": o.waived_minor, "state": o.state,
         "user_id": o.asked_by, "approved_by": o.decided_by}
        for o in session.scalars(select(Offer).where(Offer.account_id.in_(mine)))
    ]  # fmt: skip
    return [*plans, *offers]


def _wishes(session: Session, debtor_id: int) -> list[Event]:
    """Channels somebody does not want any more, and consents; with their ends."""
    events: list[Event] = []
    for o in session.scalars(select(OptOut).where(OptOut.debtor_id == debtor_id)):
        events.append({"at": o.at.isoformat(), "kind": "opt_out", "id": o.id, "channel": o.channel,
                       "text": o.reason, "user_id": o.user_id})  # fmt: skip
        if o.withdrawn_at is not None:
            events.append({"at": o.withdrawn_at.isoformat(), "kind": "opt_out_withdrawn",
                           "id": o.id, "channel": o.channel, "user_id": None})  # fmt: skip
    for c in session.scalars(select(Consent).where(Consent.debtor_id == debtor_id)):
        events.append({"at": c.given_at.isoformat(), "kind": "consent", "id": c.id,
                       "reason": c.kind, "user_id": c.user_id})  # fmt: skip
    return events


def _files(session: Session, debtor_id: int) -> list[Event]:
    """By which file a debt came onto which list, and when its case began and ended."""
    events: list[Event] = [
        {"at": (u.finished_at or u.created_at).isoformat(), "kind": "upload", "id": u.id,
         "account_id": account, "text": u.filename, "user_id": u.created_by}
        for account, u in session.execute(
            select(Entry.account_id, Upload).join(Upload, Upload.id == Entry.upload_id)
            .where(Entry.debtor_id == debtor_id)
        )
    ]  # fmt: skip
    rows = session.execute(
        select(Case, Placement.batch_no).join(Account, Account.id == Case.account_id)
        .join(Placement, Placement.id == Case.placement_id).where(Account.debtor_id == debtor_id)
    )  # fmt: skip
    for case, batch_no in rows:
        same = {"id": case.id, "account_id": case.account_id, "text": batch_no, "user_id": None}
        events.append({**same, "at": case.opened_at.isoformat(), "kind": "placed",
                       "amount_minor": case.placed_minor})  # fmt: skip
        if case.closed_at is not None:
            events.append({**same, "at": case.closed_at.isoformat(), "kind": "closed",
                           "reason": case.reason})  # fmt: skip
    return events


def _named(session: Session, events: list[Event]) -> list[Event]:
    ids = {event.get(field) for event in events for field in ("user_id", "approved_by")} - {None}
    names = dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all())
    return [
        {
            **event,
            "by": names.get(event.get("user_id") or 0),
            "second": names.get(event.get("approved_by") or 0),
        }
        for event in events
    ]
