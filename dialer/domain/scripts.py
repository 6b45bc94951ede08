"""A campaign's script: steps with placeholders, filled in on the agent's screen.

The first step is said before the identity is confirmed; it may name the person who is asked for and the
agent, and nothing that tells of a debt. No step threatens (`script_words`).
A campaign without a script uses the catalogue's (`script.*`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialer.domain.script_words import debt_in_opening, forbidden_in

OPENING_WORDS = frozenset({"name", "agent", "staff_no", "agency"})
DEBT_WORDS = frozenset({"creditor", "product", "contract_tail", "balance", "overdue_days", "as_of"})
DEFAULT_STEPS = ("purpose", "amount", "ask", "close")  # after the opening
STEPS_MAX = 8
TITLE_MAX = 40
TEXT_MAX = 600
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class BadScript(ValueError):
    """Not a script; the text is the code, `step` counts from 1, `word` is what was wrong."""

    def __init__(self, code: str, step: int = 0, word: str = "") -> None:
        super().__init__(code)
        self.step, self.word = step, word


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a short title and what to say."""

    title: str
    text: str


def script_from(steps: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Raises BadScript naming the step."""
    if len(steps) > STEPS_MAX:
        raise BadScript("script_steps", word=str(STEPS_MAX))
    return tuple(_step(given, number) for number, given in enumerate(steps, 1))


def _step(given: Mapping[str, Any], number: int) -> Step:
    step = Step(str(given.get("title", "")).strip(), str(given.get("text", "")).strip())
    if not step.title or not step.text:
        raise BadScript("script_empty", number)
    if len(step.title) > TITLE_MAX or len(step.text) > TEXT_MAX:
        raise BadScript("script_long", number, str(TEXT_MAX))
    allowed = OPENING_WORDS if number == 1 else OPENING_WORDS | DEBT_WORDS
    for word in _PLACEHOLDER.findall(step.text):
        if word not in allowed:
            code = "script_opening" if word in DEBT_WORDS else "script_word"
            raise BadScript(code, number, word)
    told = debt_in_opening(step.text) if number == 1 else ""
    if told:
        raise BadScript("script_opening", number, told)
    said = forbidden_in(step.text)
    if said:
        raise BadScript("script_forbidden", number, said)
    return step
