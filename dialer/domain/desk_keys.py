"""How a person wants the desk: which digit means which outcome, whether keys and tones are on.

WCAG 2.1.4: keys of one character can be turned off and given another meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialer.domain.outcomes import OUTCOMES

DIGITS = tuple("123456789")
DEFAULT_KEYS = {
    "1": "PTP", "2": "RPC_CALLBACK", "3": "RPC_REFUSE", "4": "RPC_NO_ABILITY", "5": "PAID_CLAIM",
    "6": "WRONG_NUMBER", "7": "TP_MESSAGE", "8": "AM_AGENT", "9": "IDENTITY_NOT_CONFIRMED",
}  # fmt: skip


class BadChoice(ValueError):
    """Not a choice for a desk; the text is its code."""


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """One person's desk. `keys`: digit -> outcome; a digit without one does nothing."""

    keys: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_KEYS))
    keys_on: bool = True
    tones_on: bool = True


def choice_from(stored: Mapping[str, Any]) -> DeskChoice:
    """Raises BadChoice for a digit or an outcome that there is not, or an outcome on two digits."""
    keys = stored.get("keys", DEFAULT_KEYS)
    if set(keys) - set(DIGITS):
        raise BadChoice("desk_key")
    codes = [code for code in keys.values() if code]
    if any(code not in OUTCOMES or not OUTCOMES[code].by_agent for code in codes):
        raise BadChoice("desk_key_outcome")
    if len(codes) != len(set(codes)):
        raise BadChoice("desk_key_twice")
    return DeskChoice(
        {digit: code for digit, code in sorted(keys.items()) if code},
        bool(stored.get("keys_on", True)), bool(stored.get("tones_on", True)),
    )  # fmt: skip


def as_stored(choice: DeskChoice) -> dict[str, Any]:
    """Plain types; `choice_from` reads them."""
    return {"keys": dict(choice.keys), "keys_on": choice.keys_on, "tones_on": choice.tones_on}
