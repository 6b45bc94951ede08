"""Gathers what the gate looks at for one entry or debt. Everything unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import (
    Allowed,
    Ask,
    Blocked,
    Channel,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
    RulePack,
    local_day,
    may_contact,
    zones_of,
)
from dialer.domain.compliance.pack import Widened, narrowed
from dialer.domain.consents import Given
from dialer.packs import narrowing_of
from dialer.store import attempts as attempt_store
from dialer.store.among import rows_of
from dialer.store.messages import messages
from dialer.store.persons import open_promises, persons
from dialer.store.standing import Standing, standings
from dialer.store.tables import Agreement, Campaign, Debtor, Entry, Phone, Suppression


@dataclass(frozen=True, slots=True)
class Debt:
    """What somebody is to be contacted about, without being on a call list."""

    debtor_id: int
    account_id: int
    case_id: int
    is_reminder: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """An entry or debt with its person, numbers and what was done for them."""

    entry: Entry | Debt
    debtor: Debtor
    phones: tuple[Phone, ...]
    standing: Standing
    person: PersonFacts
    history: tuple[Past, ...]
    suppressed: frozenset[str]
    promise_pending: bool
    overrides: frozenset[str]
    consents: tuple[Given, ...]
    message_needs_consent: bool

    def ask(
        self, phone: Phone, campaign: Campaign, now: datetime, there: Infrastructure, *,
        guaranteed: bool = False, budget_left: bool = True,
    ) -> Ask:  # fmt: skip
        """The question for a call to one of the numbers."""
        return replace(
            self.about(self.number_facts(phone), Channel.VOICE, now, there),
            ring_seconds=campaign.ring_seconds, guaranteed_agent=guaranteed, budget_left=budget_left,
            consent=self.consented(now),
            message_allowed=self.message_allowed(phone.number, now),
        )  # fmt: skip

    def about(self, number: NumberFacts, channel: str, now: datetime, there: Infrastructure) -> Ask:
        """The question for one channel and endpoint."""
        there = replace(there, balance_fresh=there.balance_fresh and self.standing.balance_fresh)
        return Ask(
            now=now, ring_seconds=0, account_id=self.entry.account_id, case=self.standing.case,
            person=self.person, number=number,
            history=tuple(p for p in self.history if p.own or p.number == number.number),
            promise_pending=self.promise_pending, is_reminder=self.entry.is_reminder,
            infrastructure=there, overrides=self.overrides, channel=channel,
        )  # fmt: skip

    def number_facts(self, phone: Phone) -> NumberFacts:
        """One of the numbers, as the gate looks at it."""
        return NumberFacts(
            phone.number, phone.state, phone.number in self.suppressed, phone.role, phone.ground,
            phone.refused,
        )  # fmt: skip

    def consented(self, now: datetime) -> bool:
        """Whether the person agreed to more calls and that holds now (US-EXCL)."""
        return any(given.kind == "calls" and given.covers(now) for given in self.consents)

    def message_allowed(self, number: str, now: datetime) -> bool:
        """Whether a recorded voice may speak to whoever answers this number (US-FCC)."""
        return not self.message_needs_consent or any(
            given.kind == "recording" and given.number == number and given.covers(now)
            for given in self.consents
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known beforehand of a call: the only number or the one to try first, whether an agent
    waits for this very call, and whether there is budget for one that meets nobody."""

    only_id: int = 0
    first: str = ""
    guaranteed: bool = False
    budget_left: bool = True


ANY = Terms()


def gather(
    session: Session, entry: Entry | Debt, pack: RulePack, now: datetime, *endpoints: str
) -> Asking:
    """For a contact that is about to be made: its person's row is locked until the commit, so that of
    two workers who ask for the same person the second sees what the first has reserved."""
    session.scalar(select(Debtor.id).where(Debtor.id == entry.debtor_id).with_for_update())
    return next(gather_many(session, [entry], pack, now, *endpoints))


def gather_many(
    session: Session,
    entries: Sequence[Entry | Debt],
    pack: RulePack,
    now: datetime,
    *endpoints: str,
) -> Iterator[Asking]:
    """For many entries with a few queries: the same facts, so the same verdicts as when dialing.
    `endpoints`: addresses that are no stored phone."""
    people = persons(session, {e.debtor_id for e in entries}, now)
    numbers = {phone.number for person in people.values() for phone in person.phones}
    numbers |= set(endpoints)
    suppressed = frozenset(
        row.number for row in rows_of(session, Suppression, Suppression.number, numbers)
    )
    due = open_promises(session, {e.account_id for e in entries})
    here = now.astimezone(zones_of("", pack.zones)[0]).date()
    cases = standings(session, entries, here)
    days = pack.look_back_days()
    since = date.min if days is None else here - timedelta(days=days)
    history = attempt_store.history(session, list(people), list(numbers), since)
    texts = messages(session, list(people), list(numbers), since)
    todays: dict[str, date] = {}
    for entry in entries:
        person = people[entry.debtor_id]
        zone = person.debtor.timezone
        if zone not in todays:
            todays[zone] = local_day(now, zones_of(zone, pack.zones))
        own = [*(phone.number for phone in person.phones), *endpoints]
        past = (*history.of(entry.debtor_id, own), *texts.of(entry.debtor_id, own))
        yield Asking(
            entry, person.debtor, tuple(person.phones), cases[entry.case_id], person.facts(),
            _with_consent(past, person.consents), suppressed,
            due.get(entry.account_id, date.min) >= todays[zone], frozenset(person.waived),
            tuple(person.consents), pack.abandon.message_needs_consent,
        )  # fmt: skip


def _with_consent(past: tuple[Past, ...], consents: Sequence[Given]) -> tuple[Past, ...]:
    """Calls that were made while a consent to calls was in force are marked."""
    calls = [given for given in consents if given.kind == "calls"]
    if not calls:
        return past
    return tuple(
        replace(p, with_consent=p.own and any(given.covers(p.at) for given in calls)) for p in past
    )


def best_phone(
    asking: Asking,
    campaign: Campaign,
    pack: RulePack,
    now: datetime,
    there: Infrastructure,
    terms: Terms = ANY,
) -> tuple[Phone | None, Allowed | Blocked]:
    """The first number that the gate allows, the one tried last at the end; else the verdict that
    lets us ask again soonest."""
    last = max((p for p in asking.history if p.own), key=lambda p: p.at, default=None)
    order = sorted(
        (p for p in asking.phones if terms.only_id in (0, p.id)),
        key=lambda p: (
            p.number != terms.first, last is not None and p.number == last.number, p.rank
        ),
    )  # fmt: skip
    blocked: list[Blocked] = []
    for phone in order:
        verdict = may_contact(
            asking.ask(
                phone,
                campaign,
                now,
                there,
                guaranteed=terms.guaranteed,
                budget_left=terms.budget_left,
            ),
            pack,
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
    return pack_for(session, campaign.creditor_id, pack, campaign.narrowing)


def pack_for(
    session: Session, creditor_id: int, pack: RulePack, *more: dict[str, Any]
) -> RulePack | None:
    """The pack as narrowed by the creditor's agreement and whatever else narrows it."""
    agreement = session.scalar(
        select(Agreement).where(Agreement.creditor_id == creditor_id)
        .order_by(Agreement.starts_on.desc(), Agreement.id.desc()).limit(1)
    )  # fmt: skip
    try:
        for stored in (agreement.narrowing if agreement else {}, *more):
            if stored:
                pack = narrowed(pack, narrowing_of(stored))
    except (Widened, ValueError, KeyError):
        return None
    return pack
