"""Rows of an uploaded file: a good one becomes a case, a bad one says which column and why."""

from datetime import date

import pytest

from dialer.domain.case_cells import id_number_is_valid
from dialer.domain.case_rows import (
    BadHeader,
    BadRow,
    RowReader,
    read_header,
    template_header,
)

pytestmark = pytest.mark.unit

TITLES = ["姓名", "合同号", "手机号", "欠款金额", "逾期天数", "到期日", "身份证号", "备注"]
GOOD = ["张三", "HT-1", "154 0000 0001", "1,234.50", "30天", "2026/1/31", "", "x"]


def row(**changes):
    cells = list(GOOD)
    for title, value in changes.items():
        cells[TITLES.index(title)] = value
    return RowReader(read_header(TITLES), TITLES).read(cells)


def test_a_good_row():
    case = row()
    assert (case.name, case.contract_no, case.phones) == ("张三", "HT-1", ("15400000001",))
    assert (case.balance_minor, case.overdue_days) == (123450, 30)
    assert case.due_on == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("title", "value", "code"),
    [("姓名", " ", "name_missing"), ("合同号", "", "contract_missing"), ("姓名", "长" * 81, "text_long"),
     ("手机号", "", "phone_missing"), ("手机号", "123", "phone_form"), ("手机号", "154x", "phone_characters"),
     ("欠款金额", "", "amount_missing"), ("欠款金额", "abc", "amount_form"), ("欠款金额", "0", "amount_zero"),
     ("逾期天数", "many", "days_form"), ("到期日", "31.31.2026", "date_form"),
     ("身份证号", "110101199001011234", "id_number_form")],
)  # fmt: skip
def test_a_bad_row_names_its_column_and_reason(title, value, code):
    with pytest.raises(BadRow) as caught:
        row(**{title: value})
    assert (caught.value.column, caught.value.code) == (title, code)


def test_headers():
    assert read_header(["name", "CONTRACT_NO", "Phone", " amount "])["balance"] == 3
    with pytest.raises(BadHeader) as caught:
        read_header(["姓名", "债务人", "合同号", "手机号", "欠款金额"])
    assert (caught.value.code, caught.value.columns) == ("columns_doubled", ("债务人",))
    with pytest.raises(BadHeader) as caught:
        read_header(["姓名", "手机号"])
    assert (caught.value.code, caught.value.columns) == ("columns_missing", ("合同号", "欠款金额"))


def test_our_own_template_is_understood():
    assert len(read_header(template_header())) == len(template_header())


def test_of_eleven_check_digits_one_fits():
    nobody = "11010118000101001"  # born in 1800
    valid = [digit for digit in "0123456789X" if id_number_is_valid(nobody + digit)]
    assert len(valid) == 1
    assert not id_number_is_valid(nobody)
