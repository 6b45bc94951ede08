"""What the gate looks at. A field that is None is unknown, and unknown means no."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter

from dialer.domain.compliance.hours import Window


class Channel(StrEnum):
    """How somebody is reached. Hours and holds bind all of them (催收作业)."""

    VOICE = "voice"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case behind the entry."""

    state: str = "active"  # active | recalled | closed
    placement_active: bool = True
    channels: frozenset[str] = frozenset(Channel)  # by the creditor's agreement and approved plan


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person who is to be reached."""

    timezone: str
    holds: tuple[str, ...] = ()
    suppressed: bool = False
    inconvenient: tuple[Window, ...] = ()
    opted_out: frozenset[str] = frozenset()  # channels this person does not want


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """The number or address, and whose it is."""

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
    channel: str = Channel.VOICE
    effective: bool = False
    conversation: bool = False
    rang: bool = True  # counts as an attempt: the INVITE may have rung somewhere, the text was sent
    connected: bool = True  # with the number that was dialed: it rang out or was answered
    with_consent: bool = False  # placed while the person's direct consent was in force
    in_flight: bool = False
    abandoned: bool = False
    machine: bool = False
    third_party: bool = False


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """Whether we are able to do it properly. `agent_waits`: no more lines than agents who wait."""

    cli_available: bool = True
    recorder_ok: bool = True
    balance_fresh: bool = True
    agent_trained: bool = True
    agent_waits: bool = False


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
    channel: str = Channel.VOICE
    consent: bool = False  # given directly to us, in force now (12 CFR 1006.14(b)(3)(i))
    message_allowed: bool = True  # a recorded message may be played if nobody is there


_VALUES = {
    part: attrgetter(*(field.name for field in fields(part) if field.name != "history"))
    for part in (Ask, CaseFacts, PersonFacts, NumberFacts, Infrastructure)
}


def has_unknown(ask: Ask) -> bool:
    """Whether anything is None; an unknown history has a check of its own."""
    parts = (ask, ask.case, ask.person, ask.number, ask.infrastructure)
    return any(part is None or None in _VALUES[type(part)](part) for part in parts)
