"""Rows of a payment file: transaction, contract, amount (negative: a reversal), value date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dialer.domain.money import BadAmount, parse_amount

_HEADERS = {
    "txn_no": ("交易号", "流水号", "交易流水号", "txn_no", "transaction"),
    "contract_no": ("合同号", "借据号", "合同编号", "contract_no", "contract"),
    "amount": ("还款金额", "金额", "入账金额", "amount"),
    "value_on": ("入账日期", "还款日期", "日期", "value_date", "value_on"),
}
_FIELD_OF = {title: field for field, titles in _HEADERS.items() for title in titles}


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as the creditor reports it; minor units."""

    txn_no: str
    contract_no: str
    amount_minor: int
    value_on: date


class BadPayment(ValueError):
    """Why a row or header is refused: column and a code."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(f"{column}: {code}")
        self.column = column
        self.code = code


def read_payment_header(titles: Sequence[str]) -> dict[str, int]:
    """field -> position. Raises BadPayment("…", "columns_missing" | "columns_doubled")."""
    places: dict[str, int] = {}
    for position, title in enumerate(titles):
        field = _FIELD_OF.get(title.strip().lower())
        if field in places:
            raise BadPayment(title.strip(), "columns_doubled")
        if field is not None:
            places[field] = position
    missing = [_HEADERS[field][0] for field in _HEADERS if field not in places]
    if missing:
        raise BadPayment("、".join(missing), "columns_missing")
    return places


def read_payment(
    cells: Sequence[str], places: Mapping[str, int], titles: Sequence[str]
) -> PaymentRow:
    """The row. Raises BadPayment at its first fault."""

    def cell(field: str) -> str:
        place = places[field]
        return cells[place].strip() if place < len(cells) else ""

    def bad(field: str, code: str) -> BadPayment:
        return BadPayment(titles[places[field]].strip(), code)

    for field, code in (("txn_no", "txn_missing"), ("contract_no", "contract_missing")):
        if not cell(field):
            raise bad(field, code)
    text = cell("amount")
    sign = -1 if text.startswith("-") else 1
    try:
        amount = sign * parse_amount(text.removeprefix("-"))
    except BadAmount as error:
        raise bad("amount", error.code) from None
    if not amount:
        raise bad("amount", "amount_zero")
    try:
        year, month, day = (
            int(p) for p in cell("value_on").split(" ")[0].replace("/", "-").split("-")
        )
        value_on = date(year, month, day)
    except ValueError:
        raise bad("value_on", "date_form") from None
    return PaymentRow(cell("txn_no"), cell("contract_no"), amount, value_on)
