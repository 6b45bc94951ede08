"""Attempts: what is in the air, and what was done for a person and a number lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Past
from dialer.domain.outcomes import OUTCOMES, Group
from dialer.store.among import among
from dialer.store.tables import Attempt, Outcome
from telephony.protocol import Verdict
from telephony.sip_codes import may_have_rung

# Calls that did not connect to the dialed number (12 CFR 1006.14(b)(3)(ii)): busy, out of service. One
# that rang out, was rejected or met a phone that is switched off counts.
NOT_CONNECTED = (
    Verdict.BUSY, Verdict.INVALID_NUMBER, Verdict.FAILED, Verdict.NOT_SENT,
)  # fmt: skip


def open_attempts(session: Session) -> Sequence[Attempt]:
    """Attempts that are not over."""
    return session.scalars(select(Attempt).where(Attempt.ended_at.is_(None))).all()


@dataclass(frozen=True, slots=True)
class History:
    """Contacts of many people and numbers, to be asked for one person at a time."""

    rows: dict[str, Any]
    by_debtor: dict[int, list[str]]
    by_number: dict[str, list[str]]

    def of(self, debtor_id: int, numbers: Sequence[str]) -> tuple[Past, ...]:
        """Those of this person, whatever the debt, creditor or campaign, and of these numbers."""
        if not self.rows:
            return ()
        ids = dict.fromkeys(self.by_debtor.get(debtor_id, ()))
        for number in numbers:
            ids.update(dict.fromkeys(self.by_number.get(number, ())))
        return tuple(_past(self.rows[attempt_id], debtor_id) for attempt_id in ids)


def history(
    session: Session, debtor_ids: Sequence[int], numbers: Sequence[str], since: date
) -> History:
    """Contacts from local day `since` on."""
    found = History({}, defaultdict(list), defaultdict(list))
    for column, keys in ((Attempt.debtor_id, debtor_ids), (Attempt.number, numbers)):
        for row in session.execute(
            select(Attempt.id, Attempt.number, Attempt.account_id, Attempt.debtor_id,
                   Attempt.local_day, Attempt.created_at, Attempt.ended_at, Attempt.answered_at,
                   Attempt.abandoned, Attempt.verdict, Outcome.code)
            .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
            .where(Attempt.local_day >= since, among(session, column, keys))
        ):  # fmt: skip
            if row.id not in found.rows:
                found.rows[row.id] = row
                found.by_debtor[row.debtor_id].append(row.id)
                found.by_number[row.number].append(row.id)
    return found


def _past(row: Any, debtor_id: int) -> Past:
    """One in the air, or one without an outcome yet, counts as effective: it is reserved."""
    outcome = OUTCOMES.get(row.code) if row.code else None
    in_flight = row.ended_at is None
    return Past(
        at=row.created_at, day=row.local_day, number=row.number, account_id=row.account_id,
        own=row.debtor_id == debtor_id, in_flight=in_flight, abandoned=row.abandoned,
        effective=outcome.effective if outcome else in_flight or row.answered_at is not None,
        conversation=bool(outcome and outcome.right_party and outcome.by_agent),
        rang=in_flight or not row.verdict or may_have_rung(Verdict(row.verdict)),
        connected=row.verdict not in NOT_CONNECTED,
        machine=bool(outcome and outcome.group is Group.MACHINE),
        third_party=bool(outcome and outcome.group is Group.THIRD_PARTY),
    )  # fmt: skip


def last_shown(session: Session, debtor_id: int) -> str:
    """The outbound number this person saw last; empty when we never called."""
    return session.scalar(
        select(Attempt.outbound_number).where(Attempt.debtor_id == debtor_id)
        .order_by(Attempt.created_at.desc()).limit(1)
    ) or ""  # fmt: skip


def reached_on(session: Session, entry_id: int) -> str:
    """The number on which an agent last spoke about this entry; empty: none."""
    return session.scalar(
        select(Attempt.number).where(Attempt.entry_id == entry_id, Attempt.seat_id.is_not(None))
        .order_by(Attempt.created_at.desc()).limit(1)
    ) or ""  # fmt: skip
