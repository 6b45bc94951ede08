"""Calls of debtors to a pool number: who it was, and the entry that is called back.

The caller heard that we call back; the gate is asked before we do, as before every call.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import ENGINE
from dialer.facts import InboundArrived
from dialer.feed import publish
from dialer.store import audit
from dialer.store.tables import Attempt, Campaign, Entry, InboundCall, Phone
from telephony.protocol import Inbound


def note_inbound(session: Session, event: Inbound, node: str, at: datetime) -> None:
    """Write it down once; bring the entry forward that this person was called about last."""
    if session.get(InboundCall, event.call_id) is not None:
        return
    entry = _entry_of(session, event) if event.caller else None
    calls_back = entry is not None and entry.state == "ready" and not entry.is_reminder
    if entry is not None and calls_back:
        entry.next_at = min(entry.next_at, at)
        audit.note(session, ENGINE.name, "inbound.callback", f"entry:{entry.id}", at)
    session.add(InboundCall(
        id=event.call_id, at=at, node=node, trunk=event.trunk, called=event.called,
        caller=event.caller, entry_id=entry.id if entry else None, is_called_back=calls_back,
    ))  # fmt: skip
    session.flush()
    publish(session, InboundArrived(
        inbound_id=event.call_id, entry_id=entry.id if entry else 0, is_called_back=calls_back,
    ), at)  # fmt: skip


def _entry_of(session: Session, event: Inbound) -> Entry | None:
    """The entry of the last call from the dialed number to this caller, else of the last call to the
    caller at all, else one of a running campaign whose debtor has this number."""
    called = select(Attempt.entry_id).where(Attempt.number == event.caller)
    newest = called.order_by(
        (Attempt.outbound_number == event.called).desc(), Attempt.created_at.desc()
    ).limit(1)
    entry_id = session.scalar(newest)
    if entry_id is None:
        entry_id = session.scalar(
            select(Entry.id)
            .join(Phone, Phone.debtor_id == Entry.debtor_id)
            .join(Campaign, Campaign.id == Entry.campaign_id)
            .where(Phone.number == event.caller, Campaign.state == "running")
            .order_by((Entry.state == "ready").desc(), Entry.next_at, Entry.id)
            .limit(1)
        )
    return session.get(Entry, entry_id, with_for_update=True) if entry_id is not None else None
