"""Gathers what the gate looks at for one entry. Everything unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import (
    Ask,
    CaseFacts,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
    RulePack,
    Window,
    local_day,
    zones_of,
)
from dialer.domain.compliance.pack import Widened, narrowed
from dialer.packs import narrowing_of
from dialer.store import attempts as attempt_store
from dialer.store.tables import (
    Agreement,
    Campaign,
    Case,
    Debtor,
    Entry,
    Hold,
    Override,
    Phone,
    Placement,
    Promise,
    Suppression,
)

LOOK_BACK = timedelta(days=7)  # the longest window of any pack


@dataclass(frozen=True, slots=True)
class Asking:
    """An entry with its person, numbers and what was done for them."""

    entry: Entry
    debtor: Debtor
    phones: tuple[Phone, ...]
    case: CaseFacts
    person: PersonFacts
    history: tuple[Past, ...]
    suppressed: frozenset[str]
    promise_pending: bool
    overrides: frozenset[str]

    def ask(
        self, phone: Phone, campaign: Campaign, now: datetime, there: Infrastructure, *,
        guaranteed: bool = False, budget_left: bool = True,
    ) -> Ask:  # fmt: skip
        """The question for one of the numbers."""
        number = NumberFacts(
            phone.number,
            phone.state,
            phone.number in self.suppressed,
            phone.role,
            phone.ground,
            phone.refused,
        )
        history = tuple(p for p in self.history if p.own or p.number == phone.number)
        return Ask(
            now=now, ring_seconds=campaign.ring_seconds, account_id=self.entry.account_id,
            case=self.case, person=self.person, number=number, history=history,
            promise_pending=self.promise_pending, is_reminder=self.entry.is_reminder,
            guaranteed_agent=guaranteed, budget_left=budget_left, infrastructure=there,
            overrides=self.overrides,
        )  # fmt: skip


def gather(session: Session, entry: Entry, pack: RulePack, now: datetime) -> Asking:
    """Read all of it in the caller's transaction."""
    debtor = session.get_one(Debtor, entry.debtor_id)
    phones = tuple(session.scalars(
        select(Phone).where(Phone.debtor_id == debtor.id).order_by(Phone.rank, Phone.id)
    ))  # fmt: skip
    numbers = [phone.number for phone in phones]
    zones = zones_of(debtor.timezone, pack.zones)
    today = local_day(now, zones)
    holds = tuple(session.scalars(
        select(Hold.kind).where(
            Hold.debtor_id == debtor.id, Hold.starts_at <= now,
            Hold.ends_at.is_(None) | (Hold.ends_at > now),
        )
    ))  # fmt: skip
    overrides = frozenset(session.scalars(
        select(Override.code).where(
            Override.debtor_id == debtor.id, Override.approved_by.is_not(None), Override.until > now,
        )
    ))  # fmt: skip
    pending = session.scalar(
        select(Promise.id).where(
            Promise.account_id == entry.account_id, Promise.state == "open", Promise.due_on >= today,
        ).limit(1)
    )  # fmt: skip
    return Asking(
        entry, debtor, phones, case_facts(session, entry.case_id, now.date()),
        PersonFacts(debtor.timezone, holds, debtor.suppressed, _windows(debtor.inconvenient)),
        attempt_store.history(session, debtor.id, numbers, today - LOOK_BACK),
        frozenset(session.scalars(select(Suppression.number).where(Suppression.number.in_(numbers)))),
        pending is not None, overrides,
    )  # fmt: skip


def case_facts(session: Session, case_id: int, today: date) -> CaseFacts:
    """The case, its placement and its creditor's agreement, as the gate sees them."""
    case = session.get_one(Case, case_id)
    placement = session.get_one(Placement, case.placement_id)
    agreement = agreement_of(session, placement)
    if agreement is None:
        return CaseFacts(case.state, placement.state == "active")
    running = agreement.starts_on <= today and (
        agreement.ends_on is None or today <= agreement.ends_on
    )
    return CaseFacts(
        case.state, placement.state == "active" and running, "voice" in agreement.channels
    )


def agreement_of(session: Session, placement: Placement) -> Agreement | None:
    """The agreement of the batch, else the creditor's newest; none: nothing but the pack holds."""
    if placement.agreement_id is not None:
        return session.get_one(Agreement, placement.agreement_id)
    return session.scalar(
        select(Agreement).where(Agreement.creditor_id == placement.creditor_id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip


def pack_of(session: Session, campaign: Campaign, pack: RulePack) -> RulePack | None:
    """The pack as narrowed by the creditor's agreement and by the campaign. None: one of them would
    widen it, which saving refuses; then nothing may be dialed."""
    agreement = session.scalar(
        select(Agreement).where(Agreement.creditor_id == campaign.creditor_id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip
    try:
        for stored in (agreement.narrowing if agreement else {}, campaign.narrowing):
            if stored:
                pack = narrowed(pack, narrowing_of(stored))
    except (Widened, ValueError, KeyError):
        return None
    return pack


def _windows(rows: list[dict[str, Any]]) -> tuple[Window, ...]:
    return tuple(
        Window(time.fromisoformat(row["from"]), time.fromisoformat(row["to"])) for row in rows
    )
