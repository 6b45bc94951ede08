"""Contacts that are no calls: texts, e-mails, letters, visits, as the gate counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Past
from dialer.store.among import among
from dialer.store.tables import MessageContact


@dataclass(frozen=True, slots=True)
class Messages:
    """Of many people and endpoints, to be asked for one person at a time."""

    rows: dict[str, MessageContact]
    by_debtor: dict[int, list[str]]
    by_endpoint: dict[str, list[str]]

    def of(self, debtor_id: int, endpoints: Sequence[str]) -> tuple[Past, ...]:
        """Those to this person, and those to these endpoints whoever they were for."""
        if not self.rows:
            return ()
        ids = dict.fromkeys(self.by_debtor.get(debtor_id, ()))
        for endpoint in endpoints:
            ids.update(dict.fromkeys(self.by_endpoint.get(endpoint, ())))
        return tuple(_past(self.rows[message_id], debtor_id) for message_id in ids)


def messages(
    session: Session, debtor_ids: Sequence[int], endpoints: Sequence[str], since: date
) -> Messages:
    """From local day `since` on."""
    found = Messages({}, defaultdict(list), defaultdict(list))
    for column, keys in (
        (MessageContact.debtor_id, debtor_ids), (MessageContact.endpoint, endpoints),
    ):  # fmt: skip
        for row in session.scalars(
            select(MessageContact)
            .where(MessageContact.local_day >= since, among(session, column, keys))
        ):  # fmt: skip
            if row.id not in found.rows:
                found.rows[row.id] = row
                found.by_debtor[row.debtor_id].append(row.id)
                found.by_endpoint[row.endpoint].append(row.id)
    return found


def _past(row: MessageContact, debtor_id: int) -> Past:
    """One that is reserved counts; only what certainly never left does not."""
    return Past(
        at=row.created_at, day=row.local_day, number=row.endpoint, account_id=row.account_id,
        own=row.debtor_id == debtor_id, channel=row.channel, rang=row.state != "not_sent",
    )  # fmt: skip
