"""Contacts that are no calls: the gate asked about any channel, and a message reserved under licence.

Calls are reserved by the engine (`dialer/engine/place.py`) and by nobody else.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.compliance import (
    Allowed,
    Blocked,
    Channel,
    Infrastructure,
    NumberFacts,
    RulePack,
    may_contact,
)
from dialer.store import audit
from dialer.store.asking import Debt, gather, gather_many, pack_for
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Account, Case, MessageContact, Phone

BY_PHONE = (Channel.VOICE, Channel.SMS)
RING_SECONDS = 30  # of a call that is only asked about: the product's default
ENDS = ("sent", "not_sent")


@dataclass(frozen=True, slots=True)
class Contact:
    """To be made: about which debt, how, and where. `phone_id` for voice and SMS; else `address`, which
    is the debtor's own on the word of whoever asks."""

    account_id: int
    channel: str
    phone_id: int | None = None
    address: str = ""
    is_reminder: bool = False


def check_contact(
    sessions: Sessions, contact: Contact, pack: RulePack, now: datetime
) -> dict[str, Any]:
    """What the gate says now; nothing is reserved, so it may say no a moment later."""
    with read(sessions) as session:
        _, verdict = _verdict(session, contact, pack, now, reserve=False)
    return _said(verdict)


def reserve_message(
    sessions: Sessions, actor: Actor, contact: Contact, pack: RulePack, now: datetime
) -> dict[str, Any]:
    """Ask, and on a yes store the contact with its licence in the same transaction: from then on it
    counts. Whoever sends it says with `close_message` what became of it."""
    if contact.channel == Channel.VOICE:
        raise Refused("contact_voice")
    with write(sessions) as session:
        debt, verdict = _verdict(session, contact, pack, now, reserve=True)
        said = _said(verdict)
        if isinstance(verdict, Blocked):
            return said
        zone = verdict.licence.local_times[0].rsplit(" ", 1)[1]
        row = MessageContact(
            id=secrets.token_hex(16), debtor_id=debt.debtor_id, account_id=debt.account_id,
            case_id=debt.case_id, channel=contact.channel, endpoint=_endpoint(session, contact)[1],
            local_day=now.astimezone(ZoneInfo(zone)).date(), licence=verdict.licence.as_json(),
            user_id=actor.user_id or None, created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "message.reserve", f"message:{row.id}", now,
            after={"channel": contact.channel},
        )  # fmt: skip
        return {**said, "id": row.id}


def close_message(
    sessions: Sessions, actor: Actor, message_id: str, state: str, now: datetime
) -> None:
    """It was sent, or it certainly was not (only then it counts no more). What nobody closes counts."""
    if state not in ENDS:
        raise Refused("contact_state", states=", ".join(ENDS))
    with write(sessions) as session:
        row = session.get(MessageContact, message_id)
        if row is None:
            raise Refused("contact_unknown")
        if row.state != "reserved":
            raise Refused("contact_closed")
        row.state, row.closed_at = state, now
        audit.note(
            session,
            actor.name,
            "message.close",
            f"message:{message_id}",
            now,
            after={"state": state},
        )


def _verdict(
    session: Session, contact: Contact, pack: RulePack, now: datetime, *, reserve: bool
) -> tuple[Debt, Allowed | Blocked]:
    account = session.get(Account, contact.account_id)
    if account is None:
        raise Refused("account_unknown")
    case = session.scalar(
        select(Case).where(Case.account_id == account.id).order_by(Case.id.desc()).limit(1)
    )
    if case is None:
        raise Refused("case_unknown")
    debt = Debt(account.debtor_id, account.id, case.id, contact.is_reminder)
    phone, endpoint = _endpoint(session, contact)
    if phone is not None and phone.debtor_id != account.debtor_id:
        raise Refused("contact_endpoint")
    tight = pack_for(session, account.creditor_id, pack)
    if tight is None:  # an agreement that widens the pack: nothing holds, so nothing is allowed
        return debt, Blocked("FACTS_UNKNOWN")
    if reserve:
        asking = gather(session, debt, tight, now, endpoint)
    else:
        asking = next(gather_many(session, [debt], tight, now, endpoint))
    number = (
        asking.number_facts(phone) if phone is not None
        else NumberFacts(endpoint, suppressed=endpoint in asking.suppressed)
    )  # fmt: skip
    question = asking.about(number, contact.channel, now, Infrastructure())
    if contact.channel == Channel.VOICE:
        question = replace(
            question, ring_seconds=RING_SECONDS, consent=asking.consented(now),
            message_allowed=asking.message_allowed(endpoint, now),
        )  # fmt: skip
    return debt, may_contact(question, tight)


def _endpoint(session: Session, contact: Contact) -> tuple[Phone | None, str]:
    if contact.channel not in tuple(Channel):
        raise Refused("channel", channels=", ".join(Channel))
    if contact.channel in BY_PHONE:
        phone = session.get(Phone, contact.phone_id) if contact.phone_id else None
        if phone is None or contact.address:
            raise Refused("contact_endpoint")
        return phone, phone.number
    if not contact.address.strip() or contact.phone_id:
        raise Refused("contact_endpoint")
    return None, contact.address.strip().lower()


def _said(verdict: Allowed | Blocked) -> dict[str, Any]:
    if isinstance(verdict, Blocked):
        until = verdict.until.isoformat() if verdict.until else None
        return {"allowed": False, "code": verdict.code, "until": until}
    return {"allowed": True, "licence": verdict.licence.as_json()}
