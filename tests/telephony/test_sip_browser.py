"""The node's answer to a browser's offer, without a browser: what it says, and to whom it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.browser_sdp import for_pjsip
from telephony.loopback_call import Answer, LoopbackCaller
from telephony.protocol import AudioAnswer, AudioOffer, LegKind, SeatLegUp, SeatOpen
from tests.telephony.bench import Bench
from tests.telephony.test_browser_sdp import OFFER

pytestmark = pytest.mark.sip

WHOLE_OFFER = OFFER.replace("7F:1D:CF:99", ":".join(["7F"] * 32))


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("browser"))
    head, trunks = bench.config.read_text().split("[[telephony.trunks]]")
    bench.config.write_text(f'{head}browser_address = "127.0.0.9"\n[[telephony.trunks]]{trunks}')
    bench.start_node()
    yield bench
    bench.close()


def offer(bench: Bench, seat_id: str, sdp: str) -> AudioAnswer:
    bench.seen = [event for event in bench.seen if not isinstance(event, AudioAnswer)]
    bench.send(AudioOffer(seat_id=seat_id, offer_id=7, sdp=sdp))
    return bench.wait_for(AudioAnswer, seat_id, 5)


def test_the_answer_has_ice_dtls_one_port_and_the_configured_address(bench):
    bench.send(SeatOpen(seat_id="1", kind=LegKind.BROWSER))
    answer = offer(bench, "1", WHOLE_OFFER)
    assert (answer.offer_id, answer.refused) == (7, "")
    lines = answer.sdp.split("\r\n")
    candidates = [line for line in lines if line.startswith("a=candidate")]
    assert len(candidates) == 1
    assert " 127.0.0.9 " in candidates[0]
    assert "a=rtcp-mux" in lines
    assert "a=group:BUNDLE 0" in lines
    assert any(line.startswith("a=fingerprint:SHA-256") for line in lines)
    assert any(line.startswith("a=setup:") for line in lines)
    assert not any(isinstance(event, SeatLegUp) for event in bench.seen)  # nobody was heard yet


def test_what_cannot_be_answered_is_refused_with_its_reason(bench):
    assert offer(bench, "9", OFFER).refused == "no_seat"
    bench.send(SeatOpen(seat_id="2", kind=LegKind.BROWSER))
    assert offer(bench, "2", "v=0\r\nm=video 9 RTP/AVP 0\r\n").refused == "offer"
    bench.send(SeatOpen(seat_id="3", dial_in_code="482913"))
    assert offer(bench, "3", OFFER).refused == "node"  # this seat's agent chose a phone


def test_nobody_else_is_let_in_by_that_name(bench):
    """A stranger with a perfect offer, at the port that faces the carrier."""
    answers: list[Answer] = []
    caller = LoopbackCaller(bench.node_port, answers.append)
    caller.invite("ab" * 16, for_pjsip(WHOLE_OFFER)[0])

    def is_answered() -> bool:
        caller.look()
        return bool(answers)

    bench.until(is_answered, 5)
    caller.close()
    assert (answers[0].status, answers[0].sdp) == (403, "")
    assert not any(isinstance(event, SeatLegUp) for event in bench.seen)
