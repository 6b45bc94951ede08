"""What the gate looks at. A field that is None is unknown, and unknown means no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dialer.domain.compliance.hours import Window


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case behind the entry."""

    state: str = "active"  # active | recalled | closed
    placement_active: bool = True
    voice_permitted: bool = True  # by the creditor's agreement and the approved plan


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person who is to be reached."""

    timezone: str
    holds: tuple[str, ...] = ()
    suppressed: bool = False
    inconvenient: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """The number, and whose it is."""

    number: str
    state: str = "unverified"  # unverified | valid | invalid | wrong
    suppressed: bool = False
    role: str = "debtor"  # debtor | guarantor | contact
    ground: str = ""  # unreachable | deceased | incapacity | contract (guarantor)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier contact of the person or number; one in the air counts as everything."""

    at: datetime
    day: date  # at the debtor's place
    number: str
    account_id: int
    own: bool  # of this person; else only of this number
    effective: bool = False
    conversation: bool = False
    rang: bool = True  # counts as an attempt: the INVITE may have rung somewhere
    in_flight: bool = False
    abandoned: bool = False
    machine: bool = False
    third_party: bool = False


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """Whether we are able to do it properly."""

    cli_available: bool = True
    recorder_ok: bool = True
    balance_fresh: bool = True
    agent_trained: bool = True


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the gate. `guaranteed_agent`: somebody waits for this very call."""

    now: datetime
    ring_seconds: int
    account_id: int
    case: CaseFacts
    person: PersonFacts
    number: NumberFacts
    history: tuple[Past, ...] | None
    promise_pending: bool = False
    is_reminder: bool = False  # the reminder of an open promise
    guaranteed_agent: bool = False
    budget_left: bool = True  # of abandoned calls; without it only one line per waiting agent
    infrastructure: Infrastructure = Infrastructure()
    overrides: frozenset[str] = frozenset()  # codes that two people waived, with a reason
