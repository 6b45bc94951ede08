"""Outcomes (结果码): what an attempt came to, and what follows from it.

The codes and their meaning follow the collections practice noted in docs/rules.md. System codes come
from SIP, agent codes only from the agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """How outcomes are grouped on the agent's screen and in reports."""

    PROMISE = "promise"
    CALLBACK = "callback"
    NEGATIVE = "negative"
    CARE = "care"
    DISPUTE = "dispute"
    RISK = "risk"
    STOP = "stop"
    THIRD_PARTY = "third_party"
    NUMBER = "number"
    OTHER = "other"
    MACHINE = "machine"
    NO_CONTACT = "no_contact"
    SYSTEM = "system"


class Then(StrEnum):
    """What happens to the entry."""

    RETRY = "retry"  # when, says domain.retries
    DONE = "done"
    CALLBACK = "callback"
    HOLD = "hold"  # a stop flag on the person
    NUMBER_DEAD = "number_dead"  # this number is never called again
    SUPPRESS = "suppress"  # do-not-call for the number


@dataclass(frozen=True, slots=True)
class Outcome:
    """One code. `person`: somebody spoke; `right_party`: it was the debtor; `effective`: counts as
    an effective call under CN-FREQ."""

    code: str
    group: Group
    then: Then
    person: bool = True
    right_party: bool = True
    effective: bool = True
    by_agent: bool = True


def _table(*rows: Outcome) -> dict[str, Outcome]:
    return {row.code: row for row in rows}


def _number(code: str, then: Then) -> Outcome:
    return Outcome(code, Group.NUMBER, then, right_party=False, effective=False)


def _third(code: str, then: Then) -> Outcome:
    return Outcome(code, Group.THIRD_PARTY, then, right_party=False, effective=False)


def _system(code: str, group: Group, then: Then, effective: bool = False) -> Outcome:
    return Outcome(code, group, then, False, False, effective, by_agent=False)


OUTCOMES: dict[str, Outcome] = _table(
    Outcome("PTP", Group.PROMISE, Then.DONE),
    Outcome("PAID_CLAIM", Group.PROMISE, Then.RETRY),
    Outcome("RPC_CALLBACK", Group.CALLBACK, Then.CALLBACK),
    Outcome("RPC_REFUSE", Group.NEGATIVE, Then.RETRY),
    Outcome("RPC_NO_ABILITY", Group.NEGATIVE, Then.RETRY),
    Outcome("RPC_HANGUP", Group.NEGATIVE, Then.RETRY),
    Outcome("RPC_HOSTILE", Group.NEGATIVE, Then.RETRY),
    Outcome("HARDSHIP", Group.CARE, Then.HOLD),
    Outcome("DISPUTE_AMOUNT", Group.DISPUTE, Then.HOLD),
    Outcome("DISPUTE_PAID", Group.DISPUTE, Then.HOLD),
    Outcome("DISPUTE_FRAUD", Group.DISPUTE, Then.HOLD),
    Outcome("COMPLAINT", Group.RISK, Then.HOLD),
    Outcome("SELF_HARM", Group.RISK, Then.HOLD, right_party=False),
    Outcome("CEASE", Group.STOP, Then.HOLD),
    Outcome("BANKRUPT", Group.STOP, Then.HOLD),
    Outcome("ATTORNEY", Group.STOP, Then.HOLD),
    Outcome("DECEASED", Group.STOP, Then.HOLD, right_party=False, effective=False),
    Outcome("DNC", Group.STOP, Then.SUPPRESS),
    _third("TP_MESSAGE", Then.RETRY),
    _third("TP_REFUSED", Then.SUPPRESS),
    _number("WRONG_NUMBER", Then.NUMBER_DEAD),
    Outcome("IDENTITY_NOT_CONFIRMED", Group.OTHER, Then.RETRY, right_party=False),
    Outcome("AM_AGENT", Group.MACHINE, Then.RETRY, False, False, False),
    _system("AM_DIALER", Group.MACHINE, Then.RETRY),  # the node hung up on a machine
    _system("AM_MESSAGE", Group.MACHINE, Then.RETRY),  # and spoke the message after its beep
    _system("FAX", Group.NUMBER, Then.RETRY),
    _system("NO_ANSWER", Group.NO_CONTACT, Then.RETRY),
    _system("BUSY", Group.NO_CONTACT, Then.RETRY),
    _system("POWER_OFF", Group.NO_CONTACT, Then.RETRY),
    _system("REJECTED", Group.NO_CONTACT, Then.RETRY),
    _system("SUSPENDED", Group.NO_CONTACT, Then.RETRY),  # 停机: often only until the bill is paid
    _system("INVALID", Group.NUMBER, Then.NUMBER_DEAD),
    # Somebody answered and met nobody: it counts in the caps as if we had talked.
    _system("ABANDONED", Group.SYSTEM, Then.RETRY, effective=True),
    _system("CALLEE_QUICK", Group.SYSTEM, Then.RETRY, effective=True),
    _system("NO_AUDIO", Group.SYSTEM, Then.RETRY, effective=True),
    _system("TRUNK_FAIL", Group.SYSTEM, Then.RETRY),
    _system("CANCELLED", Group.SYSTEM, Then.RETRY),
    _system("SEAT_GONE", Group.SYSTEM, Then.RETRY),  # the agent it was for was no longer free
    # We do not know what happened (a process died): counted as if it had been effective.
    _system("UNKNOWN", Group.SYSTEM, Then.RETRY, effective=True),
)

HOLD_KINDS = {
    "HARDSHIP": "hardship", "DISPUTE_AMOUNT": "dispute", "DISPUTE_PAID": "dispute",
    "DISPUTE_FRAUD": "dispute", "COMPLAINT": "complaint", "SELF_HARM": "vulnerable",
    "CEASE": "cease", "BANKRUPT": "bankrupt", "ATTORNEY": "attorney", "DECEASED": "deceased",
}  # fmt: skip

NEEDS_IDENTITY = frozenset(o.code for o in OUTCOMES.values() if o.right_party and o.by_agent) - {
    "DNC", "COMPLAINT", "CEASE", "RPC_HANGUP", "RPC_HOSTILE", "ATTORNEY",
}  # fmt: skip


def agent_codes() -> tuple[Outcome, ...]:
    """What an agent may choose, in the order of the screen."""
    return tuple(o for o in OUTCOMES.values() if o.by_agent)
