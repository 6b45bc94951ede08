"""What pjsip reads of a browser's offer, and what a browser reads of pjsip's answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.browser_sdp import NotAnOffer, for_browser, for_pjsip

pytestmark = pytest.mark.unit

# Chromium 156, shortened; with the two kinds of candidates that it may add.
OFFER = "\r\n".join([
    "v=0", "o=- 7664264719642635328 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
    "a=extmap-allow-mixed", "a=msid-semantic: WMS x", "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126",
    "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
    "a=candidate:1 1 udp 2113937151 0b1c7a3e-host.local 40123 typ host generation 0",
    "a=candidate:2 1 udp 1677729535 192.0.2.7 40123 typ srflx raddr 0.0.0.0 rport 0",
    "a=ice-ufrag:zV9f", "a=ice-pwd:q1cM5O70xc8T/S9FU2Cv4Cze", "a=ice-options:trickle",
    "a=fingerprint:sha-256 7F:1D:CF:99", "a=setup:actpass", "a=mid:0",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=sendrecv", "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10",
    "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:126 telephone-event/8000",
    "a=ssrc:3299926196 cname:x", "",
])  # fmt: skip
ANSWER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=pjmedia\r\nt=0 0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=sendrecv\r\n"


def test_no_address_of_the_browser_reaches_pjsip_and_one_candidate_leads_nowhere():
    sdp, media_id = for_pjsip(OFFER)
    assert media_id == "0"
    candidates = [line for line in sdp.split("\r\n") if line.startswith("a=candidate")]
    assert candidates == ["a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host"]
    for gone in (".local", "192.0.2.7", "extmap", "ssrc", "rtcp-fb", "BUNDLE", "trickle"):
        assert gone not in sdp
    for kept in ("a=ice-ufrag:zV9f", "a=setup:actpass", "a=rtcp-mux", "a=rtpmap:8 PCMA/8000",
                 "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126", "a=fingerprint:sha-256 7F:1D:CF:99"):  # fmt: skip
        assert kept in sdp.split("\r\n")


def test_line_ends_of_either_kind_are_taken():
    assert for_pjsip(OFFER.replace("\r\n", "\n")) == for_pjsip(OFFER) == for_pjsip(OFFER.strip())


@pytest.mark.parametrize("change", [
    ("m=audio", "m=video"), ("UDP/TLS/RTP/SAVPF", "RTP/AVP"), ("a=ice-ufrag:zV9f\r\n", ""),
    ("a=mid:0", "a=mid:0\r\na=mid:1"), ("a=mid:0", "a=mid:<script>"), ("a=sendrecv", "a=sendrecv\x00"),
    ("a=sendrecv", "m=audio 9 UDP/TLS/RTP/SAVPF 0"), ("s=-", "s=" + "x" * 13_000), ("s=-", "s=ä"),
])  # fmt: skip
def test_anything_else_is_refused(change):
    with pytest.raises(NotAnOffer):
        for_pjsip(OFFER.replace(*change, 1))


@given(st.text(max_size=400))
def test_no_text_at_all_breaks_it(text):
    for attempt in (text, OFFER + text, text + OFFER):
        try:
            sdp, _ = for_pjsip(attempt)
        except NotAnOffer:
            continue
        assert sdp.count("a=candidate") == sdp.count("\r\nm=") == 1


def test_the_answer_is_bundled_named_and_ended():
    lines = for_browser(ANSWER, "audio7").split("\r\n")
    at = lines.index("m=audio 4000 UDP/TLS/RTP/SAVPF 0")
    assert lines[at - 1] == "a=group:BUNDLE audio7"
    assert lines[at + 1] == "a=mid:audio7"
    assert lines[-2:] == ["a=end-of-candidates", ""]
