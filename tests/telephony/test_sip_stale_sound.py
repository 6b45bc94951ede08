"""Who is put on the line hears what is said now, not what was said while nobody listened."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.protocol import Connected, Hangup, SeatReady
from tests.bench.far_end import FarEnd
from tests.telephony.bench import Bench

pytestmark = pytest.mark.sip


def test_a_customer_does_not_hear_what_the_agent_said_before_the_call(tmp_path):
    bench = Bench(tmp_path)
    customers = FarEnd(bench.carrier_port)
    phones = FarEnd(bench.phones_port, speak_ms=3000)
    try:
        bench.start_node()
        bench.ready_seat()
        first = talk(bench, customers)
        bench.until(lambda: phones.told()[0]["sent"] == 150, 5)  # to a colleague, between the calls
        bench.pump(0.5)
        bench.send(SeatReady(seat_id="1", campaigns=("1",)))
        second = talk(bench, customers)
        [phone] = phones.told()
    finally:
        bench.close()
        customers.close()
        phones.close()
    assert first["onsets"], "the first customer hears the agent"
    assert len(phone["onsets"]) == 2, "the agent hears both"
    assert second["onsets"] == [], "words from before the call"


def talk(bench: Bench, customers: FarEnd) -> dict[str, Any]:
    """One customer on the line for half a second of sound."""
    call = bench.call()
    bench.wait_for(Connected, call)
    bench.until(lambda: line_of(customers, call)["packets"] >= 25, 5)
    line = line_of(customers, call)
    bench.send(Hangup(call_id=call))
    bench.over(call)
    return line


def line_of(customers: FarEnd, call: str) -> dict[str, Any]:
    return next(line for line in customers.told() if line["key"] == call)
