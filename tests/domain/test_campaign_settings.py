"""The settings sheet: a view that loses nothing of what a campaign stores."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.campaign_settings import (
    PLAIN,
    RETRIED,
    Kind,
    Setting,
    Stored,
    fault,
    settings,
    sheet_of,
    stored_of,
)
from dialer.packs import PACKS, load_pack, narrowing_of

pytestmark = pytest.mark.unit

CN = load_pack("cn")
PLAIN_VALUES = {s.key: s.default for s in settings(CN) if s.key in PLAIN}


@pytest.mark.parametrize("name", PACKS)
def test_a_form_that_people_read_to_its_end(name: str):
    lines = settings(load_pack(name))
    assert len(lines) <= 40
    assert len({line.key for line in lines}) == len(lines)
    assert set(PLAIN) <= {line.key for line in lines}


@pytest.mark.parametrize("name", PACKS)
def test_every_default_is_a_value_of_its_setting(name: str):
    assert [s.key for s in settings(load_pack(name)) if fault(s, s.default)] == []


def value_of(setting: Setting) -> st.SearchStrategy[Any]:
    match setting.kind:
        case Kind.FLAG:
            return st.booleans()
        case Kind.CHOICE:
            return st.sampled_from(setting.choices)
        case Kind.HOURS:
            return st.sampled_from(["closed", "09:00-20:00", "08:15-12:45"])
        case Kind.WHOLE:
            return st.integers(int(setting.low or 0), int(setting.high or 0))
    return st.floats(setting.low or 0, setting.high or 0)


SHEETS = st.fixed_dictionaries(
    {s.key: value_of(s) for s in settings(CN) if s.key in PLAIN},
    optional={s.key: value_of(s) for s in settings(CN) if s.key not in PLAIN},
)


@given(SHEETS)
def test_what_is_set_comes_back_and_the_rules_can_read_it(sheet: dict[str, Any]):
    assert [s.key for s in settings(CN) if fault(s, sheet.get(s.key))] == []
    stored = stored_of(sheet, CN)
    narrowing_of(dict(stored.narrowing))
    again = sheet_of(stored)
    for key, value in sheet.items():
        # a flag that is off and one that nobody set are the same narrowing
        assert (again.get(key) or False) == (value or False), key


def test_what_the_sheet_does_not_show_is_kept():
    stored = Stored(
        PLAIN_VALUES, {"caps": {"CAP_SMS_DAY": 1}}, {"minutes": {"FAX": 99}}, {"then": "again"}
    )
    assert "FAX" not in RETRIED
    assert stored_of(sheet_of(stored), CN) == stored


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ring_seconds", 14), ("ring_seconds", 46), ("ring_seconds", 30.5), ("ring_seconds", True),
        ("mode", "faster"), ("closed_on_holidays", 1), ("hours.weekday", "20:00-09:00"),
        ("hours.weekday", "9-20"), ("hard_abandon", 0.5), ("cap.CAP_DAY_EFFECTIVE", 4),
    ],
)  # fmt: skip
def test_no_value(key: str, value: Any):
    assert fault(next(s for s in settings(CN) if s.key == key), value)
