"""Which codecs an offer of ours names, and in which order: text in, text out. Pure (RFC 4566, RFC 3264)."""

from __future__ import annotations

import re

_STATIC = {"PCMU": "0", "PCMA": "8", "G722": "9"}  # RFC 3551: known without an rtpmap
_MAP = re.compile(r"^a=rtpmap:(\d+) ([A-Za-z0-9-]+)/", re.M)
_ATTRIBUTE = re.compile(r"^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b")
_AUDIO = re.compile(r"^(m=audio \d+(?:/\d+)? \S+)((?: \d+)+)$")


def in_order(sdp: str, codecs: tuple[str, ...]) -> str:
    """The session description with only these codecs on its sound, in this order; telephone-event and
    comfort noise stay behind them. Unchanged when none of them is there: an answer must keep one."""
    named = {name.upper(): number for number, name in _MAP.findall(sdp)}
    known = {**_STATIC, **named}
    lines = sdp.splitlines()
    there = next((m[2].split() for line in lines if (m := _AUDIO.match(line))), [])
    kept = [known[name] for name in codecs if known.get(name) in there]
    if not kept:
        return sdp
    kept += [known[name] for name in ("TELEPHONE-EVENT", "CN") if known.get(name) in there]
    gone = set(there) - set(kept)
    out: list[str] = []
    for line in lines:
        audio, attribute = _AUDIO.match(line), _ATTRIBUTE.match(line)
        if audio:
            line = f"{audio[1]} {' '.join(kept)}"
        if not (attribute and attribute[1] in gone):
            out.append(line)
    return "\r\n".join(out) + "\r\n"
