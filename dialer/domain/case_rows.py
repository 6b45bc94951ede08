"""One row of an uploaded list: which column is what, and is the row good. Pure.

A row becomes a `CaseRow`, or it is rejected with the column and a reason code of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from dialer.domain.money import BadAmount, parse_amount
from dialer.domain.phone_numbers import BadNumber, normalise

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
NAME_MAX = 80


@dataclass(frozen=True, slots=True)
class RowPhone:
    """A number with whose it is."""

    number: str
    role: str = "debtor"  # debtor | guarantor | contact
    relation: str = "self"
    owner: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
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
    others: tuple[RowPhone, ...] = ()

    def all_phones(self) -> tuple[RowPhone, ...]:
        """The debtor's own numbers in the file's order, then other people's."""
        own = tuple(RowPhone(number) for number in self.phones)
        return own + tuple(other for other in self.others if other.number not in self.phones)


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


@cache
def zones() -> frozenset[str]:
    """All IANA names."""
    return frozenset(available_timezones())


def template_header() -> tuple[str, ...]:
    """The first title of every field, for an empty file to fill in."""
    return tuple(titles[0] for titles in _HEADERS.values())


def fields() -> tuple[str, ...]:
    """All fields a column can be mapped to, required ones first."""
    return (*REQUIRED, *(field for field in _HEADERS if field not in REQUIRED))


def read_header(titles: Sequence[str], mapping: Mapping[str, str] | None = None) -> dict[str, int]:
    """field -> position, by `mapping` (field -> title) where it names one, else by the usual titles.
    Raises BadHeader for missing required or doubled columns."""
    mapped = {title.strip(): field for field, title in (mapping or {}).items()}
    places: dict[str, int] = {}
    doubled: list[str] = []
    for position, title in enumerate(titles):
        field = mapped.get(title.strip()) or _FIELD_OF.get(title.strip().lower().replace(" ", "_"))
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


def read_row(cells: Sequence[str], places: Mapping[str, int], titles: Sequence[str]) -> CaseRow:
    """The row as a case. Raises BadRow at its first fault."""
    row = _Cells(cells, places, titles)
    return CaseRow(
        name=row.text("name", "name_missing", NAME_MAX),
        contract_no=row.text("contract_no", "contract_missing", NAME_MAX),
        phones=row.phones(),
        balance_minor=row.amount("balance", required=True),
        principal_minor=row.amount("principal"),
        interest_minor=row.amount("interest"),
        penalty_minor=row.amount("penalty"),
        fee_minor=row.amount("fee"),
        overdue_days=row.days("overdue_days"),
        due_on=row.day("due_on"),
        id_number=row.id_number(),
        product=row.get("product")[:NAME_MAX],
        overdue_reason=row.get("overdue_reason")[:NAME_MAX],
        region=row.get("region")[:NAME_MAX],
        timezone=row.zone(),
        others=row.others(),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    cells: Sequence[str]
    places: Mapping[str, int]
    titles: Sequence[str]

    def get(self, field: str) -> str:
        place = self.places.get(field)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def bad(self, field: str, code: str) -> BadRow:
        return BadRow(self.titles[self.places[field]].strip(), code)

    def text(self, field: str, missing: str, longest: int) -> str:
        value = self.get(field)
        if not value:
            raise self.bad(field, missing)
        if len(value) > longest:
            raise self.bad(field, "text_long")
        return value

    def phones(self) -> tuple[str, ...]:
        found: list[str] = []
        for field in ("phone", "phone2", "phone3"):
            if field == "phone" or self.get(field):
                try:
                    found.append(normalise(self.get(field)))
                except BadNumber as error:
                    raise self.bad(field, error.code) from None
        return tuple(dict.fromkeys(found))

    def zone(self) -> str:
        text = self.get("timezone")
        if text and text not in zones():
            raise self.bad("timezone", "timezone_form")
        return text

    def others(self) -> tuple[RowPhone, ...]:
        """Numbers of a guarantor and a contact, if the file names them."""
        found = []
        for role in ("guarantor", "contact"):
            if self.get(f"{role}_phone"):
                try:
                    number = normalise(self.get(f"{role}_phone"))
                except BadNumber as error:
                    raise self.bad(f"{role}_phone", error.code) from None
                relation = self.get("contact_relation") if role == "contact" else "guarantor"
                owner = self.get(f"{role}_name")[:NAME_MAX]
                found.append(RowPhone(number, role, relation[:NAME_MAX] or "other", owner))
        return tuple(found)

    def amount(self, field: str, *, required: bool = False) -> int:
        text = self.get(field)
        if not text and not required:
            return 0
        try:
            minor = parse_amount(text)
        except BadAmount as error:
            raise self.bad(field, error.code) from None
        if required and minor == 0:
            raise self.bad(field, "amount_zero")
        return minor

    def days(self, field: str) -> int:
        text = self.get(field).removesuffix("天").removesuffix(".0")
        if not text:
            return 0
        if not re.fullmatch(r"\d{1,5}", text):
            raise self.bad(field, "days_form")
        return int(text)

    def day(self, field: str) -> date | None:
        text = self.get(field).split(" ")[0].replace("/", "-").replace(".", "-")
        if not text:
            return None
        try:
            year, month, day = (int(part) for part in text.split("-"))
            return date(year, month, day)
        except ValueError:
            raise self.bad(field, "date_form") from None

    def id_number(self) -> str:
        text = self.get("id_number").upper()
        if text and not id_number_is_valid(text):
            raise self.bad("id_number", "id_number_form")
        return text


def id_number_is_valid(text: str) -> bool:
    """Form and check digit of a resident identity number (GB 11643-1999)."""
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17]
