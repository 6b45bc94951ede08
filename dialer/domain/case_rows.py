"""One row of an uploaded list: which column is what, and is the row good. Pure.

A row becomes a `CaseRow`, or it is rejected with the column and a reason code of the catalogue. Files have
a million rows: `RowReader` looks the columns up once, and rows are plain tuples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from dialer.domain.case_cells import READERS

REQUIRED = ("name", "contract_no", "phone", "balance")
_HEADERS = {
    "name": ("姓名", "债务人", "客户姓名", "name"),
    "contract_no": ("合同号", "借据号", "合同编号", "contract_no", "contract"),
    "phone": ("手机号", "手机", "电话", "电话1", "手机号码", "联系电话", "phone", "phone1"),
    "phone2": ("电话2", "手机号2", "备用电话", "phone2"),
    "phone3": ("电话3", "手机号3", "phone3"),
    "balance": ("欠款金额", "应还总额", "欠款总额", "balance", "amount"),
    "principal": ("本金", "principal"),
    "interest": ("利息", "interest"),
    "penalty": ("罚息", "违约金", "penalty"),
    "fee": ("费用", "手续费", "fee"),
    "overdue_days": ("逾期天数", "overdue_days", "dpd"),
    "due_on": ("到期日", "应还日期", "due_date", "due_on"),
    "id_number": ("身份证号", "身份证", "证件号码", "id_number"),
    "product": ("产品", "产品名称", "product"),
    "overdue_reason": ("逾期原因", "overdue_reason"),
    "region": ("地区", "省份", "region"),
    "timezone": ("时区", "timezone"),
    "contact_name": ("联系人", "联系人姓名", "contact_name"),
    "contact_phone": ("联系人电话", "联系人手机", "contact_phone"),
    "contact_relation": ("联系人关系", "关系", "contact_relation"),
    "guarantor_name": ("担保人", "担保人姓名", "guarantor_name"),
    "guarantor_phone": ("担保人电话", "guarantor_phone"),
}
_FIELD_OF = {title: field for field, titles in _HEADERS.items() for title in titles}
_MORE_PHONES = {
    "phone2", "phone3", "guarantor_name", "guarantor_phone", "contact_name", "contact_phone",
    "contact_relation",
}  # fmt: skip


class RowPhone(NamedTuple):
    """A number with whose it is."""

    number: str
    role: str = "debtor"  # debtor | guarantor | contact
    relation: str = "self"
    owner: str = ""


class CaseRow(NamedTuple):
    """A good row. Money in minor units of CNY."""

    name: str
    contract_no: str
    phones: tuple[str, ...]
    balance_minor: int
    principal_minor: int = 0
    interest_minor: int = 0
    penalty_minor: int = 0
    fee_minor: int = 0
    overdue_days: int = 0
    due_on: date | None = None
    id_number: str = ""
    product: str = ""
    overdue_reason: str = ""
    region: str = ""
    timezone: str = ""  # IANA name; empty: the file does not say
    others: tuple[RowPhone, ...] = ()  # of other people, none of whom has a number of the debtor's
    person_key: str = ""  # who this is; see `person_key`


class BadRow(ValueError):
    """Why a row is rejected: the column as the file calls it, and a code `row.<code>`."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(f"{column}: {code}")
        self.column = column
        self.code = code


class BadHeader(ValueError):
    """The file cannot be read at all; `code` is `refusal.<code>`."""

    def __init__(self, code: str, columns: Sequence[str]) -> None:
        super().__init__(code)
        self.code = code
        self.columns = tuple(columns)


def template_header() -> tuple[str, ...]:
    """The first title of every field, for an empty file to fill in."""
    return tuple(titles[0] for titles in _HEADERS.values())


def fields() -> tuple[str, ...]:
    """All fields a column can be mapped to, required ones first."""
    return (*REQUIRED, *(field for field in _HEADERS if field not in REQUIRED))


def recognised(titles: Iterable[str]) -> dict[str, str]:
    """field -> the first of these titles that usually names it; for somebody who is to choose the rest."""
    found: dict[str, str] = {}
    for title in map(str.strip, titles):
        field = _usual(title)
        if field is not None:
            found.setdefault(field, title)
    return found


def _usual(title: str) -> str | None:
    return _FIELD_OF.get(title.strip().lower().replace(" ", "_"))


def read_header(titles: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, int]:
    """field -> position, by `mapping` (field -> title, empty: not in the file) where it names one, else by
    the usual titles. Raises BadHeader for missing required or doubled columns."""
    mapped = {title.strip(): field for field, title in (mapping or {}).items() if title}
    places: dict[str, int] = {}
    doubled: list[str] = []
    for position, title in enumerate(titles):
        field = mapped.get(title.strip()) or _usual(title)
        if field in (mapping or {}) and title.strip() not in mapped:
            continue  # another column was chosen for this field
        if field is None:
            continue
        if field in places:
            doubled.append(title.strip())
        places[field] = position
    if doubled:
        raise BadHeader("columns_doubled", doubled)
    missing = [_HEADERS[field][0] for field in REQUIRED if field not in places]
    if missing:
        raise BadHeader("columns_missing", missing)
    return places


class RowReader:
    """Reads the rows of one file. `places` is field -> position, `titles` the file's own header."""

    def __init__(self, places: Mapping[str, int], titles: Sequence[str]) -> None:
        self._plan = [
            (places[field], part, read, titles[places[field]].strip())
            for field, (part, read) in READERS.items() if field in places
        ]  # fmt: skip
        self._has_more_phones = bool(_MORE_PHONES & places.keys())

    def read(self, cells: Sequence[str]) -> CaseRow:
        """The row as a case. Raises BadRow at its first fault."""
        values: dict[str, Any] = {}
        width = len(cells)
        for place, part, read, title in self._plan:
            try:
                values[part] = read(cells[place].strip() if place < width else "")
            except ValueError as error:
                raise BadRow(title, error.code) from None  # type: ignore[attr-defined] # READERS
        values["phones"] = (values.pop("phone"),)
        if self._has_more_phones:
            values = _with_more_phones(values)
        values["person_key"] = person_key(
            values.get("id_number", ""), values["name"], values["phones"][0]
        )
        return CaseRow(**values)


def person_key(id_number: str, name: str, number: str) -> str:
    """Who this is: the identity number if the file has one, else name and first number. A hash."""
    return sha256((id_number or f"{name}|{number}").encode()).hexdigest()


def _with_more_phones(values: dict[str, Any]) -> dict[str, Any]:
    """The debtor's own numbers, each once; those of a guarantor and a contact with whose they are."""
    more = {field: values.pop(field, "") for field in _MORE_PHONES}
    own = dict.fromkeys((*values["phones"], more["phone2"], more["phone3"]))
    own.pop("", None)
    relation = {"guarantor": "guarantor", "contact": more["contact_relation"] or "other"}
    return {
        **values, "phones": tuple(own),
        "others": tuple(
            RowPhone(more[f"{role}_phone"], role, relation[role], more[f"{role}_name"])
            for role in relation if more[f"{role}_phone"] not in ("", *own)
        ),
    }  # fmt: skip
