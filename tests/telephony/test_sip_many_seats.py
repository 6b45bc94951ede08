"""A large floor: many nailed-up legs do not keep a customer's call from leaving."""

from __future__ import annotations

import pytest

from telephony.protocol import Connected, Hangup, Verdict
from tests.bench.floor import Floor

pytestmark = pytest.mark.sip


def test_behind_a_hundred_nailed_up_agents_a_customer_is_called(tmp_path):
    floor = Floor(tmp_path, seats=101, channels=10)
    try:
        call = floor.bench.call()
        floor.bench.wait_for(Connected, call)
        floor.bench.send(Hangup(call_id=call))
        assert floor.bench.over(call).verdict is Verdict.ANSWERED
    finally:
        floor.close()
