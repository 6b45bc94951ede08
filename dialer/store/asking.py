"""Gathers what the gate looks at for one entry. Everything unknown stays unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import (
    Allowed,
    Ask,
    Blocked,
    CaseFacts,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
    RulePack,
    Window,
    local_day,
    may_contact,
    zones_of,
)
from dialer.domain.compliance.pack import Widened, narrowed
from dialer.packs import narrowing_of
from dialer.store import attempts as attempt_store
from dialer.store.standing import rows_of, standings
from dialer.store.tables import (
    Agreement,
    Campaign,
    Debtor,
    Entry,
    Hold,
    Override,
    Phone,
    Promise,
    Suppression,
)


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
    balance_fresh: bool

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
            guaranteed_agent=guaranteed, budget_left=budget_left,
            infrastructure=replace(there, balance_fresh=there.balance_fresh and self.balance_fresh),
            overrides=self.overrides,
        )  # fmt: skip


def gather(session: Session, entry: Entry, pack: RulePack, now: datetime) -> Asking:
    """For one entry that is about to be dialed: its person's row is locked until the commit, so that
    of two workers who ask for the same person the second sees what the first has reserved."""
    session.scalar(select(Debtor.id).where(Debtor.id == entry.debtor_id).with_for_update())
    return next(gather_many(session, [entry], pack, now))


def gather_many(
    session: Session, entries: Sequence[Entry], pack: RulePack, now: datetime
) -> Iterator[Asking]:
    """For many entries with a few queries: the same facts, so the same verdicts as when dialing."""
    debtors = _by(session, Debtor, Debtor.id, {e.debtor_id for e in entries})
    phones: dict[int, list[Phone]] = defaultdict(list)
    for phone in rows_of(session, Phone, Phone.debtor_id, debtors):
        phones[phone.debtor_id].append(phone)
    numbers = {phone.number for rows in phones.values() for phone in rows}
    suppressed = frozenset(
        row.number for row in rows_of(session, Suppression, Suppression.number, numbers)
    )
    holds: dict[int, list[str]] = defaultdict(list)
    for hold in rows_of(session, Hold, Hold.debtor_id, debtors):
        if hold.starts_at <= now and (hold.ends_at is None or hold.ends_at > now):
            holds[hold.debtor_id].append(hold.kind)
    waived: dict[int, set[str]] = defaultdict(set)
    for override in rows_of(session, Override, Override.debtor_id, debtors):
        if override.approved_by is not None and override.until > now:
            waived[override.debtor_id].add(override.code)
    open_promises: dict[int, date] = {}
    for promise in rows_of(session, Promise, Promise.account_id, {e.account_id for e in entries}):
        if promise.state == "open":
            known = open_promises.get(promise.account_id, promise.due_on)
            open_promises[promise.account_id] = max(known, promise.due_on)
    here = now.astimezone(zones_of("", pack.zones)[0]).date()
    cases = standings(session, entries, here)
    days = pack.look_back_days()
    since = date.min if days is None else here - timedelta(days=days)
    history = attempt_store.history(session, list(debtors), list(numbers), since)
    for entry in entries:
        debtor = debtors[entry.debtor_id]
        today = local_day(now, zones_of(debtor.timezone, pack.zones))
        due = open_promises.get(entry.account_id)
        pending = due is not None and due >= today
        own = [phone.number for phone in phones[debtor.id]]
        yield Asking(
            entry, debtor, tuple(sorted(phones[debtor.id], key=lambda p: (p.rank, p.id))),
            cases[entry.case_id].case,
            PersonFacts(debtor.timezone, tuple(holds[debtor.id]), debtor.suppressed,
                        _windows(debtor.inconvenient)),
            history.of(debtor.id, own), suppressed, pending, frozenset(waived[debtor.id]),
            cases[entry.case_id].balance_fresh,
        )  # fmt: skip


def _by(
    session: Session, table: type[Debtor], column: Any, keys: Iterable[int]
) -> dict[int, Debtor]:
    return {row.id: row for row in rows_of(session, table, column, keys)}


def best_phone(
    asking: Asking,
    campaign: Campaign,
    pack: RulePack,
    now: datetime,
    there: Infrastructure,
    budget_left: bool = True,
) -> tuple[Phone | None, Allowed | Blocked]:
    """The first number that the gate allows, the one tried last at the end; else the verdict that
    lets us ask again soonest."""
    last = max((p for p in asking.history if p.own), key=lambda p: p.at, default=None)
    order = sorted(
        asking.phones, key=lambda p: (last is not None and p.number == last.number, p.rank)
    )
    blocked: list[Blocked] = []
    for phone in order:
        verdict = may_contact(
            asking.ask(phone, campaign, now, there, budget_left=budget_left), pack
        )
        if isinstance(verdict, Allowed):
            return phone, verdict
        blocked.append(verdict)
    waiting = [b for b in blocked if b.until is not None]
    if waiting:
        return None, min(waiting, key=lambda b: b.until or now)
    return None, blocked[0] if blocked else Blocked("NO_NUMBER")


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
