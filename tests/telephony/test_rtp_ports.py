"""Each account of a node has ports of its own."""

from __future__ import annotations

import pytest

from telephony.rtp_ports import shares

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ports", "weights", "found"),
    [
        ((20000, 29999), (2, 1, 1), [(20000, 24999), (25000, 27499), (27500, 29999)]),
        ((20001, 20010), (1, 1), [(20002, 20005), (20006, 20009)]),
        ((10000, 10009), (1, 2, 2), [(10000, 10001), (10002, 10005), (10006, 10009)]),
    ],
)
def test_a_range_is_cut_by_weight_into_even_parts(ports, weights, found):
    assert shares(ports, weights) == found


def test_a_range_that_is_too_small_is_refused():
    with pytest.raises(ValueError, match="too few"):
        shares((10000, 10003), (1, 1, 1))
