"""Which outbound numbers are ours: ranges as people write them, and whether a number lies in one.

Three forms: one number `95035100`, a range `95035000-95035099`, and a prefix with open digits
`95035xxx`. A node may show nothing else, whatever it is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"(?P<first>[0-9]{3,15})(?:-(?P<last>[0-9]{3,15}))?|(?P<open>[0-9]{2,14}x{1,5})")
SIZE_MAX = 10_000  # numbers in one range


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers of one length from `first` to `last`, both included."""

    first: str
    last: str

    def covers(self, number: str) -> bool:
        """Whether this number is one of them."""
        return len(number) == len(self.first) and self.first <= number <= self.last

    def numbers(self) -> tuple[str, ...]:
        """All of them, in order."""
        width = len(self.first)
        return tuple(str(n).zfill(width) for n in range(int(self.first), int(self.last) + 1))


def read_range(text: str) -> NumberRange:
    """Raises ValueError for anything that is none of the three forms, or larger than SIZE_MAX."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number, range (95035000-95035099) or prefix (95035xxx)")
    if match["open"]:
        first, last = match["open"].replace("x", "0"), match["open"].replace("x", "9")
    else:
        first, last = match["first"], match["last"] or match["first"]
    if len(first) != len(last) or not 0 <= int(last) - int(first) < SIZE_MAX:
        raise ValueError(
            f"{text!r} must run upwards, in one length, over at most {SIZE_MAX} numbers"
        )
    return NumberRange(first, last)
