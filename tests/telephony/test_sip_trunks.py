"""Two trunks on the wire: failover, Retry-After, forms of numbers, codecs, OPTIONS. SIPp is the carriers."""

from __future__ import annotations

import re
import time

import pytest

from telephony.protocol import Answered, Dialed, Ended, EndedBy, Hangup, Ringing, Verdict
from tests.telephony.bench import Bench, Sipp, free_port, need, write_tone

pytestmark = pytest.mark.sip

SECOND = free_port()


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    need("sipp", "sox")
    bench = Bench(
        tmp_path_factory.mktemp("trunks"),
        trunks=f"""
[[telephony.trunks]]
name = "spare"
proxy = "sip:127.0.0.1:{SECOND}"
priority = 2
options_seconds = 0
numbers = ["95035xxx"]
number_format = "e164"
number_prefix = "0"
caller_id = "pai-private"
domain = "kept.invalid"
codecs = ["G722", "PCMU"]
""",
    )
    bench.start_node()
    yield bench
    bench.close()


def spare(bench: Bench, scenario: str, calls: int = 1, **words) -> Sipp:
    return Sipp(bench.folder, scenario, SECOND, calls, 40, (), words)


def dialed(bench: Bench, call: str) -> list[str]:
    return [e.trunk for e in bench.seen if isinstance(e, Dialed) and e.call_id == call]


def busy(bench: Bench) -> Sipp:
    return spare(bench, "refuses", status=486, header="X-Nothing: 1")


def test_a_503_sends_the_call_to_the_spare_in_the_spare_s_own_form(bench):
    first = bench.sipp("refuses_at_once", status=503, header="X-Nothing: 1")
    second = busy(bench)
    began = time.monotonic()
    call = bench.call(number="13800000042", outbound_number="95035107")
    ended = bench.over(call)
    assert time.monotonic() - began < 2
    assert (ended.verdict, ended.sip_code) == (Verdict.BUSY, 486)
    assert dialed(bench, call) == ["sipp", "spare"]
    first.done()
    second.done()
    invite = second.messages()
    assert "INVITE sip:0+8613800000042@127.0.0.1" in invite
    assert "From: <sip:+8695035107@kept.invalid>" in invite
    assert "P-Asserted-Identity: <sip:+8695035107@kept.invalid>" in invite
    assert "Privacy: id" in invite
    assert re.search(r"m=audio \d+ RTP/AVP 9 0 101\r?\n", invite), "the trunk's codecs in its order"
    assert f"X-Kept-Attempt: {call}" in invite
    assert sum(isinstance(e, Ended) and e.call_id == call for e in bench.seen) == 1


def test_an_answer_on_the_second_trunk_is_a_call_like_any_other(bench):
    first = bench.sipp("refuses_at_once", status=503, header="X-Nothing: 1")
    second = spare(bench, "echoes_pcmu")
    call = bench.call(connect_limit_ms=10_000)
    bench.wait_for(Answered, call)
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    assert (ended.verdict, ended.ended_by) == (Verdict.ANSWERED, EndedBy.ENGINE)
    first.done()
    second.done()


def test_a_dead_trunk_costs_one_customer_two_seconds_and_the_next_none(bench):
    second = busy(bench)
    call = bench.call()  # nobody listens at the first
    told = bench.wait_for(Ringing, call, 6)
    assert told
    assert dialed(bench, call) == ["sipp", "spare"]
    assert bench.over(call).verdict is Verdict.BUSY
    second.done()
    bench.until_trunk("down")
    third = busy(bench)
    call = bench.call(number="15400000002")
    bench.over(call)
    assert dialed(bench, call) == ["spare"]
    third.done()
    bench.until_trunk("trial")


def test_a_trial_that_succeeds_brings_the_first_trunk_back(bench):
    first = bench.sipp("refuses", 2, status=486, header="X-Nothing: 1")
    for _ in range(2):
        call = bench.call()
        bench.over(call)
        assert dialed(bench, call) == ["sipp"]
    bench.until_trunk("up")
    first.done()


@pytest.mark.parametrize("scenario", ["rings_then_fails", "early_then_fails"])
def test_what_may_have_rung_is_never_sent_again(bench, scenario):
    words = {"tone": write_tone(bench.folder / "450.alaw", 450)} if "early" in scenario else {}
    first = bench.sipp(scenario, **words)
    call = bench.call()
    ended = bench.over(call)
    assert (ended.verdict, ended.sip_code) == (Verdict.FAILED, 503)
    first.done()
    bench.pump(0.3)
    assert dialed(bench, call) == ["sipp"]


def test_a_trunk_that_says_100_and_no_more_is_not_left_for_another(bench):
    first = bench.sipp("tries_only")
    call = bench.call(ring_seconds=20)
    bench.wait_for(Dialed, call)
    bench.pump(2.5)  # longer than a silent trunk is waited for
    assert dialed(bench, call) == ["sipp"]
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    assert (ended.verdict, ended.ended_by) == (Verdict.CANCELLED, EndedBy.ENGINE)
    first.done()


def test_retry_after_keeps_calls_away_for_as_long(bench):
    first = bench.sipp("refuses_at_once", status=503, header="Retry-After: 2")
    second = spare(bench, "refuses", 2, status=486, header="X-Nothing: 1")
    for number in ("15400000001", "15400000002"):
        bench.over(bench.call(number=number))
    first.done()  # one INVITE only
    second.done()
    assert (bench.trunk().fault, bench.trunk().code) == ("refused", 503)
    bench.until_trunk("trial")


def test_when_no_trunk_takes_it_the_last_word_of_a_trunk_is_told(bench):
    first = bench.sipp("refuses_at_once", status=503, header="X-Nothing: 1")
    second = spare(bench, "refuses_at_once", status=500, header="X-Nothing: 1")
    call = bench.call()
    ended = bench.over(call)
    assert (ended.verdict, ended.sip_code) == (Verdict.FAILED, 500)
    assert dialed(bench, call) == ["sipp", "spare"]
    first.done()
    second.done()
    assert [bench.trunk(name).in_use for name in ("sipp", "spare")] == [0, 0]


def test_a_named_trunk_is_the_only_one(bench):
    second = busy(bench)
    call = bench.call(trunk="spare")
    bench.over(call)
    assert dialed(bench, call) == ["spare"]
    second.done()
