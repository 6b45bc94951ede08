"""What the gate must know of people: holds, what was waived, what they refused and agreed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from dialer.domain.compliance import PersonFacts, Window
from dialer.domain.consents import Given
from dialer.store.among import rows_of
from dialer.store.tables import Consent, Debtor, Hold, OptOut, Override, Phone, Promise


@dataclass(slots=True)
class Person:
    """One debtor with everything that hangs on them."""

    debtor: Debtor
    phones: list[Phone] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    waived: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    consents: list[Given] = field(default_factory=list)

    def facts(self) -> PersonFacts:
        """As the gate looks at them."""
        return PersonFacts(
            self.debtor.timezone, tuple(self.holds), self.debtor.suppressed,
            _windows(self.debtor.inconvenient), frozenset(self.opted_out),
        )  # fmt: skip


def persons(session: Session, debtor_ids: Iterable[int], now: datetime) -> dict[int, Person]:
    """By debtor, with a few queries for many."""
    found = {row.id: Person(row) for row in rows_of(session, Debtor, Debtor.id, debtor_ids)}
    for phone in rows_of(session, Phone, Phone.debtor_id, found):
        found[phone.debtor_id].phones.append(phone)
    for hold in rows_of(session, Hold, Hold.debtor_id, found):
        if hold.starts_at <= now and (hold.ends_at is None or hold.ends_at > now):
            found[hold.debtor_id].holds.append(hold.kind)
    for override in rows_of(session, Override, Override.debtor_id, found):
        if override.approved_by is not None and override.until > now:
            found[override.debtor_id].waived.add(override.code)
    for row in rows_of(session, OptOut, OptOut.debtor_id, found):
        if row.withdrawn_at is None:
            found[row.debtor_id].opted_out.add(row.channel)
    for given in rows_of(session, Consent, Consent.debtor_id, found):
        found[given.debtor_id].consents.append(
            Given(given.kind, given.given_at, given.until, given.revoked_at, given.number)
        )
    for person in found.values():
        person.phones.sort(key=lambda phone: (phone.rank, phone.id))
    return found


def open_promises(session: Session, account_ids: Iterable[int]) -> dict[int, date]:
    """account -> the last day on which one of its open promises is due."""
    due: dict[int, date] = defaultdict(lambda: date.min)
    for promise in rows_of(session, Promise, Promise.account_id, account_ids):
        if promise.state == "open":
            due[promise.account_id] = max(due[promise.account_id], promise.due_on)
    return dict(due)


def _windows(rows: list[dict[str, Any]]) -> tuple[Window, ...]:
    return tuple(
        Window(time.fromisoformat(row["from"]), time.fromisoformat(row["to"])) for row in rows
    )
