"""How a number is written on the wire of one carrier. Pure.

Inside Kept a number is a dial string as its owner dials it at home: digits, with the trunk prefix 0 of a
land line where the country has one (01066668888), or +country for a foreign one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# Mobile numbers; access numbers 95xxx, 96xxx and their longer forms; 400 and 800.
_CHINESE_WITHOUT_ZERO = re.compile(r"1[3-9][0-9]{9}|9[56][0-9]{3,7}|[48]00[0-9]{7}")
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

    def at_home(self, number: str) -> str:
        """A number as a carrier wrote it, as it is dialed at home."""
        return self._national(number)

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
        return inner if self._has_no_zero(inner) else "0" + inner

    def _has_no_zero(self, inner: str) -> bool:
        """In China a 0 stands before land lines only; North America knows none at all."""
        if self.country_code != "86":
            return self.country_code == "1"
        return _CHINESE_WITHOUT_ZERO.fullmatch(inner) is not None
