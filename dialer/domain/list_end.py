"""What happens when a campaign's lists come to their end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.outcomes import OUTCOMES, Group

HOURS_MAX, TIMES_MAX = 24 * 14, 10
# Nobody was reached, and nothing forbids another try.
UNCONTACTED = tuple(
    code for code, outcome in OUTCOMES.items()
    if outcome.group in (Group.NO_CONTACT, Group.MACHINE) or code in ("TRUNK_FAIL", "CANCELLED")
)  # fmt: skip


class Then(StrEnum):
    """The rule of a campaign."""

    WAIT = "wait"  # for retries, callbacks and open promises; finished when nothing is left
    FINISH = (
        "finish"  # when every entry had its first attempt and nothing is due; retries are dropped
    )
    AGAIN = "again"  # as WAIT, then those never reached start over


@dataclass(frozen=True, slots=True)
class EndRule:
    """`hours` later those nobody reached start over, at most `times` times; only for AGAIN."""

    then: Then = Then.WAIT
    hours: int = 24
    times: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """What is left in the lists, on or off."""

    busy: bool  # called now, or owed an outcome, or a file is being imported
    due: bool  # could be dialed now, if the gate allows
    waiting: bool  # ready, later
    untried: bool  # ready and never called
    callbacks: bool  # agreed with a person
    promises: bool  # open: when broken, the entry comes back
    uncontacted: bool  # done, and nobody was reached


@dataclass(frozen=True, slots=True)
class Ending:
    """`action`: "" go on | "finish" | "again"; `reason`: key of the sentence for the manager."""

    action: str = ""
    reason: str = ""


def ending(left: Left, rule: EndRule, rounds: int) -> Ending:
    """What is to be done now; `rounds`: how often the campaign started over."""
    if left.busy or left.due:
        return Ending()
    if rule.then is Then.FINISH and not left.untried and not left.callbacks:
        return Ending("finish", "list_end" if left.waiting or left.promises else "all_done")
    if left.waiting:
        return Ending()
    if rule.then is Then.AGAIN and left.uncontacted and rounds < rule.times:
        return Ending("again", "again")
    if left.promises:
        return Ending()
    again = rule.then is Then.AGAIN and rounds >= rule.times and left.uncontacted
    return Ending("finish", "rounds_done" if again else "all_done")
