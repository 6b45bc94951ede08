"""Abandonment (呼损): one stream of calls, three rates, and the budget that is left.

    default  A / (A + H)                    China (policy), United States (16 CFR 310.4(b)(4))
    ofcom    A' / (A' + H), A' = A (1 - m) with AMD off, A + f K with AMD on (Ofcom 2016, Annex 3)

A: a person (or nobody knows) met no agent within the limit. H: an agent spoke with a person. m: share of
machines among what agents got. K: calls AMD hung up on, f: its tested share of persons among them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of an answered call."""

    HANDLED = "handled"
    MACHINE_AGENT = "machine_agent"
    ABANDONED = "abandoned"
    SILENT = "silent"  # abandoned, and no message within the limit either
    AMD_HANGUP = "amd_hangup"
    CALLEE_QUICK = "callee_quick"
    NO_MEDIA = "no_media"  # a fault of trunk or media: nobody could hear anybody


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered call. Milliseconds since the start of the clock (the pack's starting point);
    None: it never happened."""

    agent_ms: float | None
    message_ms: float | None = None
    hung_up_by_callee_ms: float | None = None
    machine_said_agent: bool = False
    amd_hung_up: bool = False
    no_media: bool = False


def kind_of(call: Answered, limit_ms: float) -> Kind:
    """In exactly one kind; an agent who joins after the limit does not undo the abandonment."""
    if call.amd_hung_up:
        return Kind.AMD_HANGUP
    if call.no_media and call.agent_ms is None:
        return Kind.NO_MEDIA
    if call.agent_ms is not None and call.agent_ms <= limit_ms:
        return Kind.MACHINE_AGENT if call.machine_said_agent else Kind.HANDLED
    gone = call.hung_up_by_callee_ms
    if gone is not None and gone < limit_ms:
        return Kind.CALLEE_QUICK
    if call.message_ms is None or call.message_ms > limit_ms:
        return Kind.SILENT
    return Kind.ABANDONED


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of each kind that the rates need."""

    handled: int = 0
    abandoned: int = 0  # silent ones included
    silent: int = 0
    machine_agent: int = 0
    amd_hangup: int = 0
    quick: int = 0


def tally(kinds: Iterable[Kind]) -> Tally:
    """Count kinds."""
    return tally_of(Counter(kinds))


def tally_of(counted: Mapping[Kind, int]) -> Tally:
    """From kinds that were counted already."""
    count = dict.fromkeys(Kind, 0) | dict(counted)
    return Tally(
        handled=count[Kind.HANDLED], abandoned=count[Kind.ABANDONED] + count[Kind.SILENT],
        silent=count[Kind.SILENT], machine_agent=count[Kind.MACHINE_AGENT],
        amd_hangup=count[Kind.AMD_HANGUP], quick=count[Kind.CALLEE_QUICK],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that always shows its numerator and denominator."""

    abandoned: float
    persons: float
    formula: str

    @property
    def value(self) -> float:
        """Share of 1; 0 when nobody answered."""
        return self.abandoned / self.persons if self.persons else 0.0


def human_rate(counts: Tally) -> Rate:
    """A / (A + H)."""
    return Rate(counts.abandoned, counts.abandoned + counts.handled, "A/(A+H)")


def ofcom_rate(counts: Tally, false_positives: float | None) -> Rate:
    """Ofcom's form. `false_positives`: None with AMD off, else the tested share (upper bound)."""
    if false_positives is None:
        met = counts.handled + counts.machine_agent
        share = counts.machine_agent / met if met else 0.0
        abandoned = counts.abandoned * (1 - share)
        return Rate(abandoned, abandoned + counts.handled, "A(1-m)/(A(1-m)+H)")
    abandoned = counts.abandoned + false_positives * counts.amd_hangup
    return Rate(abandoned, abandoned + counts.handled, "(A+fK)/(A+fK+H)")


def rate_of(
    formula: str, counts: Tally, false_positives: float | None = None, *, amd_on: bool = False
) -> Rate:
    """By the pack's formula. `false_positives`: the tested share of people among the calls that AMD hung
    up on (`domain.amd_sample`); untested, each of them was a person. Ofcom's deduction of machines is
    for those who use no AMD."""
    if formula != "ofcom":
        return human_rate(counts)
    tested = 1.0 if false_positives is None else false_positives
    return ofcom_rate(counts, tested if amd_on or counts.amd_hangup else None)


def rates_of(counts: Tally, false_positives: float = 1.0) -> tuple[Rate, Rate, Rate]:
    """All three forms: default, Ofcom with AMD off, Ofcom with AMD on (untested, each was a person)."""
    return human_rate(counts), ofcom_rate(counts, None), ofcom_rate(counts, false_positives)


def room_left(rate: Rate, hard: float) -> float:
    """How many more may be abandoned now before the rate passes `hard`, parts included; below 0 when it
    has. The one rule of gate and pacer: in 3 % the first fits after 33 handled calls."""
    return (hard * rate.persons - rate.abandoned) / (1 - hard)


def budget_left(rate: Rate, hard: float) -> int:
    """`room_left` in whole persons; 0 when the rate has passed `hard`."""
    return max(math.floor(room_left(rate, hard) + 1e-9), 0)


def cause_of(
    idle_at_answer: int, paused_while_ringing: int, leg_lost: bool, calls_at_once: int
) -> str:
    """Why nobody was there, for the list of abandoned calls: a code of the catalogue."""
    if leg_lost:
        return "agent_leg_lost"
    if paused_while_ringing:
        return "agent_paused"
    if calls_at_once > 1:
        return "answers_at_once"
    return "no_agent_free" if not idle_at_answer else "other_campaign"
