"""Machines, faxes and announcements on a real line: who reaches an agent, and when. SIPp speaks for them."""

import time

import numpy as np
import pytest

from telephony.protocol import (
    AnswerKind,
    ClockStart,
    Connected,
    EndedBy,
    Hangup,
    Judged,
    RecordingSaved,
    Screen,
    Screened,
    ScreenPolicy,
    Verdict,
)
from tests.telephony.bench import Bench, need
from tests.telephony.labelled_sounds import alaw, joined, rest, spoken, tone

pytestmark = pytest.mark.sip

HANG_UP = Screen(policy=ScreenPolicy.HANG_UP, starts=ClockStart.GREETING_END)
GREETING = "您好，我是机主的智能语音助理，他现在不方便接听电话，请问您有什么事情需要转告吗？"


@pytest.fixture
def bench(tmp_path):
    need("sipp", "sox", "espeak-ng")
    bench = Bench(tmp_path)
    bench.start_phones()
    bench.start_node()
    bench.ready_seat()
    yield bench
    bench.close()


def line(bench: Bench, *parts: np.ndarray) -> str:
    """A file for SIPp; quiet for a minute after the last part."""
    return str(alaw(bench.folder / "line.alaw", joined(*parts, rest(60))))


def machine() -> np.ndarray:
    return joined(rest(0.4), spoken(GREETING, "cmn", 250), rest(0.3), tone(0.4, 1000))


def connected(bench: Bench) -> bool:
    return any(isinstance(e, Connected) for e in bench.seen)


def test_a_machine_that_is_hung_up_on_never_reaches_an_agent(bench):
    carrier = bench.sipp("talks", tone=line(bench, machine()))
    call = bench.call(screen=HANG_UP)
    judged = bench.wait_for(Judged, call)
    ended = bench.over(call)
    carrier.done()
    assert (judged.kind, judged.reason) == (AnswerKind.MACHINE, "long_speech")
    assert 200 <= judged.voice_from_ms <= 900
    assert (ended.screened, ended.ended_by, ended.verdict) == (
        Screened.MACHINE,
        EndedBy.NODE,
        Verdict.ANSWERED,
    )
    assert not connected(bench)
    evidence = bench.wait_for(RecordingSaved, call)
    assert evidence.seconds > 1.5


def test_a_person_is_connected_as_soon_as_the_greeting_is_judged(bench):
    carrier = bench.sipp("talks", tone=line(bench, rest(0.5), spoken("喂，你好", "cmn", 260)))
    call = bench.call(screen=HANG_UP)
    judged = bench.wait_for(Judged, call)
    assert judged.kind is AnswerKind.PERSON
    met = bench.wait_for(Connected, call)
    assert met.waited_ms < 900, "since the end of the greeting"
    assert judged.at_ms - judged.voice_from_ms < 1500
    bench.send(Hangup(call_id=call))
    assert bench.over(call).screened is Screened.NO
    carrier.done()


def test_without_words_the_agent_has_the_call_before_the_two_seconds_are_over(bench):
    carrier = bench.sipp("talks", tone=line(bench, rest(1)))
    call = bench.call(screen=HANG_UP)
    met = bench.wait_for(Connected, call)
    assert 1500 <= met.waited_ms <= 2000
    judged = bench.wait_for(Judged, call)
    assert (judged.kind, judged.reason) == (AnswerKind.UNDECIDED, "time_limit")
    bench.send(Hangup(call_id=call))
    bench.over(call)
    carrier.done()


def test_classify_tells_and_hangs_up_on_nobody(bench):
    carrier = bench.sipp("talks", tone=line(bench, machine()))
    call = bench.call()
    assert bench.wait_for(Connected, call).waited_ms < 500
    assert bench.wait_for(Judged, call).kind is AnswerKind.MACHINE
    bench.pump(0.5)
    bench.send(Hangup(call_id=call))
    assert bench.over(call).screened is Screened.NO
    carrier.done()


def test_off_is_off(bench):
    carrier = bench.sipp("talks", tone=line(bench, machine()))
    call = bench.call(screen=Screen(policy=ScreenPolicy.OFF))
    bench.wait_for(Connected, call)
    bench.pump(2.5)
    assert not any(isinstance(e, Judged) for e in bench.seen)
    bench.send(Hangup(call_id=call))
    bench.over(call)
    carrier.done()


def test_the_message_is_spoken_after_the_beep(bench):
    carrier = bench.sipp("talks", tone=line(bench, machine()))
    screen = Screen(
        policy=ScreenPolicy.LEAVE_MESSAGE, message="sorry-zh", starts=ClockStart.GREETING_END
    )
    call = bench.call(screen=screen)
    bench.wait_for(Judged, call)
    began = time.monotonic()
    ended = bench.over(call, 40)
    carrier.done()
    assert ended.screened is Screened.MESSAGE
    assert time.monotonic() - began > 8  # the rest of the greeting and the whole message
    assert not connected(bench)


def test_a_fax_is_hung_up_on(bench):
    carrier = bench.sipp("talks", tone=line(bench, rest(0.3), tone(4, 2100)))
    call = bench.call(screen=HANG_UP)
    assert bench.wait_for(Judged, call).kind is AnswerKind.FAX
    assert bench.over(call).screened is Screened.FAX
    assert not connected(bench)
    carrier.done()


def test_an_announcement_before_the_answer_tells_what_a_vague_code_does_not(bench):
    """Learned from a recording in the node's own folder; the carrier then says 480 without a cause."""
    text = "对不起，您拨打的电话已停机。"
    from tests.telephony.labelled_sounds import write_wav

    learned = bench.folder / "announcements" / "suspended"
    learned.mkdir(parents=True)
    speech = spoken(text, "cmn", 250)
    write_wav(learned / "out-of-service.wav", (speech * 12000 / abs(speech).max()).astype("<i2"))
    bench.end("node")
    bench.start_node()
    carrier = bench.sipp("announces_long", tone=line(bench, rest(0.2), speech, rest(0.5), speech))
    call = bench.call()
    judged = bench.wait_for(Judged, call)
    assert (judged.kind, judged.early, judged.means) == (
        AnswerKind.ANNOUNCEMENT,
        True,
        Verdict.SUSPENDED,
    )
    ended = bench.over(call)
    assert ended.verdict is Verdict.SUSPENDED
    carrier.done()
