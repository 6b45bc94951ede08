"""Questions to the gate, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.compliance import (
    Allowed,
    Ask,
    Blocked,
    CaseFacts,
    NumberFacts,
    Past,
    PersonFacts,
)
from dialer.packs import PACKS, load_pack

CN, US, UK = (load_pack(name) for name in PACKS)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
NUMBER = "15400000001"
PERSON = ("timezone", "holds", "inconvenient", "opted_out")
HERE = ("role", "ground", "refused", "state")


def past(hours: float, *, zone: str = "Asia/Shanghai", now: datetime = NOW, **fields) -> Past:
    """A contact so many hours ago."""
    at = now - timedelta(hours=hours)
    base = Past(
        at=at, day=at.astimezone(ZoneInfo(zone)).date(), number=NUMBER, account_id=1, own=True
    )
    return replace(base, **fields)


def ask(**fields) -> Ask:
    """A question that is answered yes, but for what `fields` change."""
    base = Ask(
        now=NOW, ring_seconds=30, account_id=1, case=CaseFacts(),
        person=PersonFacts("Asia/Shanghai"), number=NumberFacts(NUMBER), history=(),
    )  # fmt: skip
    person, number = fields.pop("person", base.person), fields.pop("number", base.number)
    person = replace(person, **{k: fields.pop(k) for k in PERSON if k in fields})
    number = replace(number, **{k: fields.pop(k) for k in HERE if k in fields})
    return replace(base, person=person, number=number, **fields)


def code(verdict: Allowed | Blocked) -> str:
    """The code of a no; empty for a yes."""
    return verdict.code if isinstance(verdict, Blocked) else ""
