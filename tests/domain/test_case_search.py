"""What a line of the search box may mean, and how names are masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.case_search import (
    SearchTooShort,
    Wanted,
    masked_contract,
    masked_name,
    name_key,
    wanted,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("张伟", Wanted(name_key="张伟")),
        ("Zhang Wei", Wanted(name_key="zhangwei", contract_no="Zhang Wei")),
        ("zw", Wanted(name_key="zw", contract_no="zw")),
        ("阿依古丽·买买提", Wanted(name_key="阿依古丽买买提")),
        ("154 0000 0001", Wanted(phone="15400000001", contract_no="154 0000 0001")),
        ("１５４００００００１", Wanted(contract_no="1540000001")),
        ("+8615400000001", Wanted(phone="15400000001", contract_no="+8615400000001")),
        ("KD001000001", Wanted(contract_no="KD001000001")),
        ("110101********001x", Wanted(id_masked="110101********001X")),
        ("110101190001010011", Wanted(id_number="110101190001010011", contract_no="110101190001010011")),
        ("张*", Wanted()),
    ],
)  # fmt: skip
def test_what_was_meant(text, what):
    assert wanted(text) == what


@pytest.mark.parametrize("text", ["", " ", "张", "  w "])
def test_one_character_is_not_enough(text):
    with pytest.raises(SearchTooShort):
        wanted(text)


@given(st.text(min_size=2, max_size=80))
def test_any_text_is_read_and_the_audit_names_ways_only(text):
    try:
        what = wanted(text)
    except SearchTooShort:
        return
    assert set(what.ways()) <= {"name_key", "phone", "id_number", "id_masked", "contract_no"}
    assert not set(what.name_key) & set("*?[ ")  # SQLite's GLOB must not read it as a pattern


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张伟", "张*"),
        ("王小明", "王*明"),
        ("欧阳建国", "欧**国"),
        ("Ann Lee", "A** ***"),
        ("王", "王"),
    ],
)
def test_a_masked_name_keeps_its_length_and_little_else(name, shown):
    assert masked_name(name) == shown


def test_masked_contracts_and_keys():
    assert masked_contract("KD001000001") == "…0001"
    assert masked_contract("K1") == "K1"
    assert name_key(" Ann Lee ") == "annlee"
