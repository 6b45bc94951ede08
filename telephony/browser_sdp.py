"""What a browser and pjsip must not see of each other's session descriptions. Pure.

A browser's offer is written anew from a list of what pjsip may read: its candidates are left out (names
ending in .local would be looked up while SIP waits, addresses would be probed on a client's word) and one
that leads nowhere is put in, because without any pjsip answers without ICE. The browser's own checks then
arrive as peer-reflexive ones. pjsip's answer lacks the group and the media id that browsers ask for.
"""

from __future__ import annotations

import re

OFFER_MAX = 12_000  # characters; Chromium's is 2,000
_KEPT = re.compile(
    r"a=(?:ice-ufrag|ice-pwd|fingerprint|setup|rtcp-mux|rtpmap|fmtp|sendrecv|ptime|maxptime)\b.*"
)
_MEDIA = re.compile(r"m=audio \d{1,5} UDP/TLS/RTP/SAVPF( \d{1,3}){1,40}")
_MEDIA_ID = re.compile(r"a=mid:([A-Za-z0-9_-]{1,32})")
_PRINTABLE = re.compile(r"[ -~]{1,400}")
_NOWHERE = "a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host"
_NEEDED = ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:")


class NotAnOffer(ValueError):
    """The page sent something else than an offer of one audio stream over DTLS-SRTP with ICE."""


def for_pjsip(offer: str) -> tuple[str, str]:
    """(session description for pjsip, media id that the answer must repeat). Raises NotAnOffer."""
    lines = offer.split("\r\n") if "\r\n" in offer else offer.split("\n")
    if len(offer) > OFFER_MAX or not all(not line or _PRINTABLE.fullmatch(line) for line in lines):
        raise NotAnOffer("too long, or not of printable ASCII")
    media = [line for line in lines if line.startswith("m=")]
    if len(media) != 1 or not _MEDIA.fullmatch(media[0]):
        raise NotAnOffer("one audio stream over UDP/TLS/RTP/SAVPF is needed")
    missing = [need for need in _NEEDED if not any(line.startswith(need) for line in lines)]
    ids = [found[1] for line in lines if (found := _MEDIA_ID.fullmatch(line))]
    if missing or len(ids) != 1:
        raise NotAnOffer(f"missing: {', '.join(missing) or 'a=mid'}")
    kinds = media[0].split(" ", 2)[2]
    head = ["v=0", "o=browser 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    kept = [line for line in lines if _KEPT.fullmatch(line)]
    return _text([*head, f"m=audio 9 {kinds}", *kept, _NOWHERE]), ids[0]


def for_browser(answer: str, media_id: str) -> str:
    """pjsip's answer as a browser takes it: bundled, named, and with the end of candidates said."""
    lines = [line for line in answer.replace("\r\n", "\n").split("\n") if line]
    at = next(i for i, line in enumerate(lines) if line.startswith("m="))
    named = [lines[at], f"a=mid:{media_id}", *lines[at + 1 :], "a=end-of-candidates"]
    return _text([*lines[:at], f"a=group:BUNDLE {media_id}", *named])


def _text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
