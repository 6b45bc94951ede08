"""Single cells of a call list: text to value, or a reason why not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from dialer.domain.money import parse_amount
from dialer.domain.phone_numbers import normalise

NAME_MAX = 80
_DAYS = re.compile(r"\d{1,5}")
_ID_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)


class BadCell(ValueError):
    """What is wrong with one cell; `code` is a reason of the catalogue (`row.<code>`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@cache
def zones() -> frozenset[str]:
    """All IANA names."""
    return frozenset(available_timezones())


def id_number_is_valid(text: str) -> bool:
    """Form and check digit of a resident identity number (GB 11643-1999)."""
    if not _ID_NUMBER.fullmatch(text):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17]


def _needed(missing: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text:
            raise BadCell(missing)
        if len(text) > NAME_MAX:
            raise BadCell("text_long")
        return text

    return read


def _short(text: str) -> str:
    return text[:NAME_MAX]


def _balance(text: str) -> int:
    minor = parse_amount(text)
    if minor == 0:
        raise BadCell("amount_zero")
    return minor


def _amount(text: str) -> int:
    return parse_amount(text) if text else 0


def _days(text: str) -> int:
    plain = text.removesuffix("天").removesuffix(".0")
    if not plain:
        return 0
    if not _DAYS.fullmatch(plain):
        raise BadCell("days_form")
    return int(plain)


def _day(text: str) -> date | None:
    plain = text.split(" ")[0].replace("/", "-").replace(".", "-")
    if not plain:
        return None
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError:
        raise BadCell("date_form") from None


def _id_number(text: str) -> str:
    number = text.upper()
    if number and not id_number_is_valid(number):
        raise BadCell("id_number_form")
    return number


def _zone(text: str) -> str:
    if text and text not in zones():
        raise BadCell("timezone_form")
    return text


def _other_phone(text: str) -> str:
    return normalise(text) if text else ""


# field of a file -> (part of the case, reader); in the order in which faults are told.
# A reader gets stripped text and raises BadCell, BadAmount or BadNumber, each with a `code`.
READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "name": ("name", _needed("name_missing")),
    "contract_no": ("contract_no", _needed("contract_missing")),
    "phone": ("phone", normalise), "phone2": ("phone2", _other_phone),
    "phone3": ("phone3", _other_phone),
    "balance": ("balance_minor", _balance), "principal": ("principal_minor", _amount),
    "interest": ("interest_minor", _amount), "penalty": ("penalty_minor", _amount),
    "fee": ("fee_minor", _amount), "overdue_days": ("overdue_days", _days),
    "due_on": ("due_on", _day), "id_number": ("id_number", _id_number),
    "product": ("product", _short), "overdue_reason": ("overdue_reason", _short),
    "region": ("region", _short), "timezone": ("timezone", _zone),
    "guarantor_name": ("guarantor_name", _short), "guarantor_phone": ("guarantor_phone", _other_phone),
    "contact_name": ("contact_name", _short), "contact_phone": ("contact_phone", _other_phone),
    "contact_relation": ("contact_relation", _short),
}  # fmt: skip
