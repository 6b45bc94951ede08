"""How calls end, as SIPp's carrier ends them and the node says it."""

import time

import pytest

from telephony.protocol import (
    AnswerKind,
    Connected,
    Dialed,
    Ended,
    EndedBy,
    Hangup,
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
    bench = Bench(tmp_path_factory.mktemp("sip"))
    bench.tone = write_tone(bench.folder / "1000.alaw", 1000)
    bench.start_phones("--sound", str(write_tone(bench.folder / "440.wav", 440)))
    bench.start_node()
    bench.ready_seat()
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("status", "header", "rang", "verdict"),
    [(486, "", True, Verdict.BUSY), (600, "", True, Verdict.BUSY), (603, "", True, Verdict.REJECTED),
     (404, "", False, Verdict.INVALID_NUMBER), (480, "", False, Verdict.UNREACHABLE),
     (480, "Reason: Q.850;cause=18", True, Verdict.NO_ANSWER), (503, "", False, Verdict.FAILED)],
)  # fmt: skip
def test_a_refusal_becomes_its_verdict(bench, status, header, rang, verdict):
    scenario = "refuses" if rang else "refuses_at_once"
    carrier = bench.sipp(scenario, 1, status=status, header=header or "X-Nothing: 1")
    call = bench.call()
    ended = bench.over(call)
    assert (ended.verdict, ended.sip_code, ended.ended_by) == (verdict, status, EndedBy.CARRIER)
    assert any(isinstance(e, Dialed) and e.call_id == call for e in bench.seen)
    assert any(isinstance(e, Ringing) and e.call_id == call for e in bench.seen) == rang
    carrier.done()


def test_an_announcement_in_early_media(bench):
    carrier = bench.sipp("announces", tone=bench.tone)
    call = bench.call()
    ended = bench.over(call)
    assert ended.verdict is Verdict.UNREACHABLE
    assert ended.q850 == 20
    assert bench.wait_for(Ringing, call).early_media
    carrier.done()


def test_ringing_ends_after_the_ring_time(bench):
    carrier = bench.sipp("rings")
    ended = bench.over(bench.call(ring_seconds=2))
    assert (ended.verdict, ended.ended_by) == (Verdict.NO_ANSWER, EndedBy.NODE)
    assert 1900 <= ended.ring_ms <= 3000
    carrier.done()


def test_the_engine_cancels(bench):
    carrier = bench.sipp("rings")
    call = bench.call(ring_seconds=20)
    bench.wait_for(Ringing, call)
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    assert (ended.verdict, ended.ended_by) == (Verdict.CANCELLED, EndedBy.ENGINE)
    carrier.done()


def test_a_trunk_that_says_nothing_is_given_up_in_seconds(bench):
    began = time.monotonic()
    ended = bench.over(bench.call())  # nobody listens there
    assert ended.verdict is Verdict.FAILED
    assert ended.sip_code == 408
    assert time.monotonic() - began < 4  # not the 32 s of RFC 3261; 1.8 s on an idle machine
    bench.until_trunk("down")
    assert bench.over(bench.call()).sip_reason == "no trunk is up"  # the next customer is spared
    bench.until_trunk("trial")


def test_a_redirection_does_not_choose_whom_we_call(bench):
    trap = Trap()
    carrier = bench.sipp("redirects", trap=trap.port)
    ended = bench.over(bench.call())
    assert ended.verdict is Verdict.FAILED
    carrier.done()
    assert trap.caught() == b""


def test_a_transfer_is_declined_and_the_call_goes_on(bench):
    trap = Trap()
    bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    carrier = bench.sipp("refers", trap=trap.port, tone=bench.tone)
    ended = bench.over(bench.call())
    carrier.done()  # it expects a 603, and hangs up itself half a second later
    assert (ended.verdict, ended.ended_by) == (Verdict.ANSWERED, EndedBy.CUSTOMER)
    assert trap.caught() == b""


@pytest.mark.parametrize(
    "fields",
    [{"number": "154\r\nX-Evil: 1"}, {"number": "154@192.0.2.1"}, {"number": ""},
     {"outbound_number": "9503\r\nX-Evil: 1"}, {"outbound_number": "boss"}, {"trunk": "other"},
     {"outbound_number": "95035110"}, {"outbound_number": "9503510"}],
)  # fmt: skip
def test_what_is_no_number_never_leaves(bench, fields):
    call = bench.call(**fields)
    ended = bench.over(call)
    assert ended.verdict is Verdict.NOT_SENT
    assert not any(isinstance(e, Dialed) and e.call_id == call for e in bench.seen)


def test_the_shown_number_and_the_attempt_travel_in_the_invite_and_audio_is_all_that_is_offered(
    bench,
):
    carrier = bench.sipp("refuses_at_once", status=486, header="X-Nothing: 1")
    call = bench.call(number="15400000042", outbound_number="95035107")
    bench.over(call)
    carrier.done()
    invite = carrier.messages()
    assert "INVITE sip:15400000042@127.0.0.1" in invite
    assert "From: <sip:95035107@127.0.0.1" in invite
    assert f"X-Kept-Attempt: {call}" in invite
    assert "m=audio" in invite
    assert "m=text" not in invite  # a text stream would cost a thread per call
    assert "m=video" not in invite


def test_the_same_order_twice_is_one_call(bench):
    carrier = bench.sipp("refuses", status=486, header="X-Nothing: 1")
    from telephony.protocol import Originate

    order = Originate(
        call_id="ab" * 16, number="15400000001", outbound_number="95035100", campaign="1"
    )
    bench.send(order)
    bench.send(order)
    bench.over(order.call_id)
    bench.pump(0.5)
    carrier.done()
    assert carrier.messages().count("INVITE sip:15400000001@") == 1
    assert sum(isinstance(e, Ended) and e.call_id == order.call_id for e in bench.seen) == 1


def test_a_customer_who_hangs_up_frees_the_seat(bench):
    bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    carrier = bench.sipp("hangs_up", tone=bench.tone, milliseconds=1200)
    call = bench.call()
    connected = bench.wait_for(Connected, call)
    assert connected.seat_id == "1"
    ended = bench.over(call)
    assert (ended.verdict, ended.ended_by) == (Verdict.ANSWERED, EndedBy.CUSTOMER)
    assert 900 <= ended.talk_ms <= 2500
    assert not ended.no_audio
    assert bench.wait_for(RecordingSaved, call).seconds > 0.8
    carrier.done()


def test_a_dial_tone_is_no_person(bench):
    from telephony.protocol import Judged

    bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    carrier = bench.sipp("talks", tone=write_tone(bench.folder / "450.alaw", 450))
    call = bench.call()
    assert bench.wait_for(Judged, call).kind is AnswerKind.TONE
    bench.send(Hangup(call_id=call))
    assert bench.over(call).ended_by is EndedBy.ENGINE
    carrier.done()


class Trap:
    """A port that must stay silent."""

    def __init__(self):
        import socket

        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.3)
        self.port = self._socket.getsockname()[1]

    def caught(self) -> bytes:
        """What came within a moment."""
        try:
            return self._socket.recv(65535)
        except TimeoutError:
            return b""
        finally:
            self._socket.close()
