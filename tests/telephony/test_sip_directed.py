"""A call that is placed for one seat reaches that agent's leg and no other; SIPp answers."""

from __future__ import annotations

import pytest

from telephony.protocol import (
    SEAT_GONE,
    Abandoned,
    Answered,
    Connected,
    Ended,
    Hangup,
    Ringing,
    SeatClose,
    SeatNotReady,
    SeatOpen,
    Snapshot,
    TakeSnapshot,
    Verdict,
)
from tests.telephony.bench import Bench, need, write_tone

pytestmark = pytest.mark.sip


@pytest.fixture
def bench(tmp_path):
    """Two agents' legs are up; seat 1 has been ready longest, so it would take any customer."""
    need("sipp", "sox")
    bench = Bench(tmp_path)
    bench.start_phones()
    bench.start_node()
    bench.ready_seat("1", 6000)
    bench.ready_seat("2", 6001)
    yield bench
    bench.close()


def talks(bench: Bench, calls: int = 1):
    return bench.sipp("talks", calls, tone=write_tone(bench.folder / "1000.alaw", 1000))


def seats_now(bench: Bench) -> dict[str, tuple[bool, str]]:
    bench.seen = [e for e in bench.seen if not isinstance(e, Snapshot)]
    bench.send(TakeSnapshot())
    return {s.seat_id: (s.ready, s.reserved_for) for s in bench.wait_for(Snapshot).seats}


def test_a_directed_call_reaches_its_own_agent_and_the_idle_one_keeps_waiting(bench):
    carrier = talks(bench, 2)
    directed = bench.call(seat_id="2")
    assert bench.wait_for(Connected, directed).seat_id == "2"
    assert seats_now(bench) == {"1": (True, ""), "2": (False, "")}
    other = bench.call(number="15400000002")
    assert bench.wait_for(Connected, other).seat_id == "1"
    for call in (directed, other):
        bench.send(Hangup(call_id=call))
        assert bench.over(call).verdict is Verdict.ANSWERED
    carrier.done()


def test_while_it_rings_nobody_else_gets_the_seat_and_an_end_frees_it(bench):
    bench.send(SeatNotReady(seat_id="1"))
    carrier = bench.sipp("rings", 1)
    directed = bench.call(seat_id="2", ring_seconds=30)
    bench.wait_for(Ringing, directed)
    assert seats_now(bench)["2"] == (False, directed)
    second = bench.call(number="15400000002", seat_id="2")
    ended = bench.over(second)
    assert (ended.verdict, ended.sip_reason) == (Verdict.NOT_SENT, SEAT_GONE)
    bench.send(Hangup(call_id=directed))
    assert bench.over(directed).verdict is Verdict.CANCELLED
    carrier.done()
    assert seats_now(bench)["2"] == (False, "")  # the engine must say that it is ready again


def test_a_seat_that_is_not_there_or_talks_is_refused_before_an_invite_leaves(bench):
    carrier = talks(bench)
    call = bench.call()
    bench.wait_for(Connected, call)
    for seat_id in ("1", "77"):
        refused = bench.over(bench.call(number="15400000002", seat_id=seat_id))
        assert (refused.verdict, refused.sip_reason) == (Verdict.NOT_SENT, SEAT_GONE)
    bench.send(Hangup(call_id=call))
    bench.over(call)
    carrier.done()
    assert carrier.messages().count("INVITE sip:15400000002") == 0


def test_when_the_agent_s_leg_is_lost_the_customer_meets_another_one(bench):
    carrier = bench.sipp(
        "answers_late", tone=write_tone(bench.folder / "1000.alaw", 1000), ring_ms=1500
    )
    directed = bench.call(seat_id="2", ring_seconds=20)
    bench.wait_for(Ringing, directed)
    bench.send(SeatClose(seat_id="2"))
    assert bench.wait_for(Connected, directed).seat_id == "1"
    bench.send(Hangup(call_id=directed))
    bench.over(directed)
    carrier.done()


def test_without_any_agent_the_two_seconds_hold(bench):
    bench.send(SeatNotReady(seat_id="1"))
    carrier = bench.sipp(
        "answers_late", tone=write_tone(bench.folder / "1000.alaw", 1000), ring_ms=1500
    )
    directed = bench.call(seat_id="2", ring_seconds=20)
    bench.wait_for(Ringing, directed)
    bench.send(SeatClose(seat_id="2"))
    bench.wait_for(Answered, directed)
    assert 1800 <= bench.wait_for(Abandoned, directed).waited_ms <= 2000
    assert bench.over(directed).verdict is Verdict.ANSWERED
    assert not any(isinstance(e, Connected) for e in bench.seen)
    assert sum(isinstance(e, Ended) for e in bench.seen) == 1
    bench.send(SeatOpen(seat_id="2", address=f"sip:6001@127.0.0.1:{bench.phones_port}"))
    carrier.done()
