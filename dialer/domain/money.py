"""Money in files: text to integer minor units. Never a float."""

from __future__ import annotations

import re
import unicodedata

_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?")
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
MINOR_MAX = 10**13  # 100 thousand million yuan: more is a mistake in the file


class BadAmount(ValueError):
    """Not an amount; `code` is a reason of the catalogue (`row.<code>`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_amount(text: str) -> int:
    """Minor units of "12,345.67", "¥1200", "１２.5元". Raises BadAmount."""
    if _PLAIN.fullmatch(text):  # nearly every cell of a large file
        return _bounded(text)
    plain = re.sub(r"[\s¥￥$元]", "", unicodedata.normalize("NFKC", text)).removeprefix("CNY")
    if not plain:
        raise BadAmount("amount_missing")
    if plain.startswith("-"):
        raise BadAmount("amount_negative")
    if not _AMOUNT.fullmatch(plain):
        raise BadAmount("amount_form")
    return _bounded(plain.replace(",", ""))


def _bounded(plain: str) -> int:
    whole, _, part = plain.partition(".")
    minor = int(whole + part.ljust(2, "0"))
    if minor > MINOR_MAX:
        raise BadAmount("amount_large")
    return minor
