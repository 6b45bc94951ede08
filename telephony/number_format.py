"""How a number is written on the wire of one carrier. Pure.

Inside Kept a number is a dial string as its owner dials it at home: digits, with the trunk prefix 0 of a
land line where the country has one (01066668888), or +country for a foreign one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SHORT_MAX = 6  # digits: 95533, 12345 and the like are dialed everywhere as they are


class Form(StrEnum):
    """What the carrier wants."""

    AS_IS = "as_is"
    E164 = "e164"  # +8613800000000
    NATIONAL = "national"  # 13800000000, 01066668888


@dataclass(frozen=True, slots=True)
class NumberForm:
    """`prefix` is put before everything: an access code, or 0 for calls to another province."""

    form: Form = Form.AS_IS
    country_code: str = "86"
    prefix: str = ""

    def called(self, number: str) -> str:
        """The number to dial, in the carrier's form with its prefix."""
        return self.prefix + self.shown(number)

    def shown(self, number: str) -> str:
        """Our own number, in the carrier's form; a prefix is for what is dialed only."""
        match self.form:
            case Form.E164:
                return self._e164(number)
            case Form.NATIONAL:
                return self._national(number)
        return number

    def _e164(self, number: str) -> str:
        if number.startswith("+") or not number.isdigit() or len(number) <= SHORT_MAX:
            return number
        if number.startswith("00"):
            return "+" + number[2:]
        return f"+{self.country_code}{number.removeprefix('0')}"

    def _national(self, number: str) -> str:
        home = f"+{self.country_code}"
        if not number.startswith(home):
            return number if not number.startswith("+") else "00" + number[1:]
        inner = number.removeprefix(home)
        return inner if self._is_mobile(inner) else "0" + inner

    def _is_mobile(self, inner: str) -> bool:
        """Mobile numbers have no 0 before them in China (1[3-9] and nine digits more); North America
        knows none at all."""
        is_chinese = len(inner) == 11 and inner[0] == "1" and inner[1] in "3456789"
        return self.country_code == "1" or (self.country_code == "86" and is_chinese)
