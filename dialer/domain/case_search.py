"""What somebody who searches for a case may have typed, and how names are shown in a list of results."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dialer.domain.phone_numbers import BadNumber, normalise

TEXT_MIN, TEXT_MAX = 2, 60
_NAME = re.compile(r"[A-Za-z㐀-鿿·'’ ]+")
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_MASKED_ID = re.compile(r"[0-9*]{6,18}[0-9Xx]?")
_BLANKS = re.compile(r"[\s·'’]")


class SearchTooShort(ValueError):
    """One character would find half of the store."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every way in which a text may name a case; an empty one is not tried. `name_key` is a beginning of
    a name, of its pinyin or of its initials, the others are exact."""

    name_key: str = ""
    phone: str = ""
    id_number: str = ""
    id_masked: str = ""
    contract_no: str = ""

    def ways(self) -> tuple[str, ...]:
        """Which are tried; for the audit, which never holds what was typed."""
        names = ("name_key", "phone", "id_number", "id_masked", "contract_no")
        return tuple(name for name in names if getattr(self, name))


def wanted(text: str) -> Wanted:
    """Read one line of the search box. Raises SearchTooShort."""
    text = unicodedata.normalize("NFKC", text).strip()[:TEXT_MAX]
    if len(text) < TEXT_MIN:
        raise SearchTooShort
    if "*" in text:
        return Wanted(id_masked=text.upper() if _MASKED_ID.fullmatch(text) else "")
    is_name = bool(_NAME.fullmatch(text))
    return Wanted(
        name_key=name_key(text) if is_name else "", phone=_phone(text),
        id_number=text.upper() if _ID_NUMBER.fullmatch(text) else "",
        contract_no="" if is_name and not text.isascii() else text,
    )  # fmt: skip


def name_key(text: str) -> str:
    """A name or pinyin as it is stored and looked up: without blanks and dots, in small letters."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def masked_name(name: str) -> str:
    """张伟 -> 张*, 王小明 -> 王*明, Ann Lee -> A** ***: enough to choose by, not enough to note down."""
    if name.isascii():
        return name[:1] + re.sub(r"\S", "*", name[1:])
    if len(name) <= 2:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_contract(contract_no: str) -> str:
    """The last four characters of a contract number."""
    return "…" + contract_no[-4:] if len(contract_no) > 4 else contract_no


def _phone(text: str) -> str:
    try:
        return normalise(text)
    except BadNumber:
        return ""
