"""What far ends do in the middle: forks, answers that cross a CANCEL, hold, silence. SIPp shows the wire."""

from __future__ import annotations

import re

import pytest

from telephony.protocol import (
    Answered,
    Connected,
    Ended,
    EndedBy,
    Hangup,
    Inbound,
    RecordingSaved,
    Ringing,
    SeatReady,
    Verdict,
)
from tests.telephony.bench import Bench, need, write_tone

pytestmark = pytest.mark.sip


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    need("sipp", "sox")
    bench = Bench(tmp_path_factory.mktemp("far"), keys="rtp_silence_seconds = 2")
    bench.tone = write_tone(bench.folder / "1000.alaw", 1000)
    bench.start_phones("--sound", str(write_tone(bench.folder / "440.wav", 440)))
    bench.start_node()
    bench.ready_seat()
    yield bench
    bench.close()


def said(bench: Bench, kind: type, call: str) -> int:
    return sum(isinstance(e, kind) and e.call_id == call for e in bench.seen)


def connected(bench: Bench, scenario: str, tone=None) -> tuple[object, str]:
    bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    carrier = bench.sipp(scenario, tone=tone or bench.tone)
    call = bench.call()
    bench.wait_for(Connected, call)
    return carrier, call


def test_two_branches_ring_and_the_second_answers(bench):
    carrier, call = connected(bench, "forks")
    bench.pump(0.6)
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    carrier.done()  # our ACK went to the branch that answered
    assert (ended.verdict, ended.no_audio) == (Verdict.ANSWERED, False)
    assert [said(bench, kind, call) for kind in (Ringing, Answered, Connected, Ended)] == [1] * 4


def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_ended(bench):
    bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    carrier = bench.sipp("answers_after_cancel")
    call = bench.call(ring_seconds=20)
    bench.wait_for(Ringing, call)
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    carrier.done()  # it saw CANCEL, ACK and BYE
    assert ended.ended_by is EndedBy.ENGINE
    assert said(bench, Connected, call) == 0, "nobody is joined to a call that we gave up"
    assert said(bench, Ended, call) == 1


def test_the_far_end_holds_and_comes_back_and_the_call_goes_on(bench):
    carrier, call = connected(bench, "holds")
    bench.pump(2.2)
    assert said(bench, Ended, call) == 0
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    carrier.done()  # recvonly to its hold, sendrecv when it came back
    assert (ended.verdict, ended.ended_by, ended.no_audio) == (
        Verdict.ANSWERED, EndedBy.ENGINE, False
    )  # fmt: skip
    assert said(bench, Connected, call) == 1
    bench.wait_for(RecordingSaved, call)


def test_a_far_end_that_vanishes_is_given_up(bench):
    second = write_tone(bench.folder / "short.alaw", 1000, seconds=1)
    carrier, call = connected(bench, "vanishes", second)
    ended = bench.over(call)
    carrier.done()  # a BYE all the same
    assert (ended.ended_by, ended.no_audio) == (EndedBy.NODE, True)
    assert 2000 <= ended.answered_ms < 10_000


def test_every_invite_asks_for_a_session_timer(bench):
    carrier = bench.sipp("refuses_at_once", status=486, header="X-Nothing: 1")
    bench.over(bench.call())
    carrier.done()
    invite = carrier.messages()
    expires = re.search(r"Session-Expires: (\d+)", invite)
    assert expires
    assert 90 <= int(expires.group(1)) <= 120
    assert "Min-SE: 90" in invite
    assert re.search(r"Supported:.*\btimer\b", invite)


# --- callers of a pool number ------------------------------------------------------------------------


def test_who_calls_a_pool_number_hears_the_message_and_the_engine_is_told(bench):
    caller = bench.caller("calls_in", called="+8695035105", caller="+8615400000007")
    told = bench.wait_for(Inbound)
    assert (told.trunk, told.called, told.caller) == ("sipp", "95035105", "15400000007")
    caller.done()  # it was answered, and hung up on after the message
    assert not any(getattr(e, "call_id", "") == told.call_id for e in bench.seen if e is not told)


def test_a_number_that_is_not_ours_is_refused(bench):
    caller = bench.caller("is_refused", code="95036000")
    caller.done()
    assert sum(isinstance(e, Inbound) for e in bench.seen) == 1
