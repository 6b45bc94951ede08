"""Phone numbers as dial strings: normal form, why not, and how they are shown masked."""

from __future__ import annotations

import re
import unicodedata

_PUNCTUATION = re.compile(r"[\s\-‐–—().·']")  # ': our own files write +86… as text
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(10|2\d|[3-9]\d{2})[2-8]\d{6,7}")


class BadNumber(ValueError):
    """Not a number we may dial; `code` is a reason of the catalogue (`row.<code>`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise(text: str) -> str:
    """The dial string of a mainland mobile or landline number. Raises BadNumber.

    Takes +86, 0086, spaces, dashes and full-width digits. Everything else is refused: an allow-list
    by shape keeps premium and foreign ranges out whatever the trunk would accept (toll fraud)."""
    if _MOBILE.fullmatch(text):  # nearly every cell of a large file
        return text
    digits = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))
    if not digits:
        raise BadNumber("phone_missing")
    for prefix in ("+86", "0086"):
        digits = digits.removeprefix(prefix)
    if not re.fullmatch(r"[0-9]+", digits):
        raise BadNumber("phone_characters")
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return digits
    raise BadNumber("phone_form")


def masked(number: str) -> str:
    """What screens show: 138****5678."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
