"""What a pack is about, with the rows that several parts look at read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Past, RulePack
from dialer.reports.period import Period
from dialer.reports.pressure import contacts
from dialer.store.recording_files import SoundStore
from dialer.store.tables import Account, Attempt, Case, Debtor, Outcome, Recording

Table = list[dict[str, Any]]


class Call(NamedTuple):
    """An attempt with what it was about; `code` is its outcome."""

    attempt: Attempt
    case: Case
    debtor: Debtor
    code: str


@dataclass(frozen=True)
class Subject:
    """One creditor and period under a rule pack. Without `recordings` (the nodes' folder) only their
    index is looked at; `sounds` is where the sealed ones lie."""

    session: Session
    creditor_id: int
    period: Period
    pack: RulePack
    recordings: Path | None = None
    sounds: SoundStore | None = None

    @cached_property
    def calls(self) -> Sequence[Call]:
        """Every attempt of the creditor's accounts in the period, in order of time."""
        rows = self.session.execute(
            select(Attempt, Case, Debtor, Outcome.code)
            .join(Case, Case.id == Attempt.case_id)
            .join(Account, Account.id == Attempt.account_id)
            .join(Debtor, Debtor.id == Attempt.debtor_id)
            .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
            .where(Account.creditor_id == self.creditor_id,
                   Attempt.created_at >= self.period.since, Attempt.created_at < self.period.until)
            .order_by(Attempt.created_at, Attempt.id)
        ).all()  # fmt: skip
        return [Call(a, c, d, code or "") for a, c, d, code in rows]

    @cached_property
    def contacts(self) -> dict[int, list[Past]]:
        """All contacts of the people called, by whomever: caps are a person's, not a creditor's."""
        return contacts(self.session, self.creditor_id, self.period)

    @cached_property
    def kept(self) -> dict[str, Recording]:
        """Rows of recordings by attempt, where a node finished one."""
        mine = select(Attempt.id).join(Account, Account.id == Attempt.account_id).where(
            Account.creditor_id == self.creditor_id,
            Attempt.created_at >= self.period.since, Attempt.created_at < self.period.until,
        )  # fmt: skip
        rows = self.session.scalars(select(Recording).where(Recording.attempt_id.in_(mine)))
        return {row.attempt_id: row for row in rows}

    @property
    def people(self) -> Select[int]:
        """Ids of the creditor's debtors."""
        return select(Account.debtor_id).where(Account.creditor_id == self.creditor_id)
