"""The outcome that the facts of a call speak for, before the agent says anything. Only a suggestion: it
is stored when the agent confirms it."""

from __future__ import annotations

from dataclasses import dataclass

MACHINES = ("machine", "fax", "announcement", "tone")
SHORT_MS = 20_000  # nobody agrees on anything in less


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call. `ended_by`: empty while it goes on (telephony.protocol.EndedBy)."""

    answer_kind: str = ""
    identity_confirmed: bool = False
    ended_by: str = ""
    talk_ms: int = 0
    promise_begun: bool = False  # the draft has an amount or a day


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An outcome and the code of the reason, which the screen puts into words."""

    outcome: str
    why: str


def suggestion(facts: CallFacts) -> Suggestion | None:
    """The strongest fact wins: what was agreed, then what was heard, then how it ended."""
    if facts.identity_confirmed and facts.promise_begun:
        return Suggestion("PTP", "promise")
    if facts.answer_kind in MACHINES and not facts.identity_confirmed:
        return Suggestion("AM_AGENT", "machine")
    if not facts.ended_by:
        return None
    if not facts.identity_confirmed:
        return Suggestion("IDENTITY_NOT_CONFIRMED", "no_identity")
    if facts.ended_by == "customer" and facts.talk_ms < SHORT_MS:
        return Suggestion("RPC_HANGUP", "hung_up")
    return None
