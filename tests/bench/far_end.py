"""A far end of the benches: a small SIP answerer with raw RTP sockets, in a process of its own.

It shares no code with the node. It answers every INVITE (as the customers' carrier, or as agents' phones),
sends a tone of 1 kHz in PCMA every 20 ms from its 200 OK on, and looks at what comes in:

- When a packet arrived is said by the kernel (SO_TIMESTAMPNS), not by this program, so a late Python does not
  make the node look slow. The 200 OK is stamped just before it is given to the kernel.
- A packet has voice when 8 of its 160 samples are louder than -25 dBFS; the bridge's silence has none.
- The first two of the eight samples of each wave are the packet's number. A bridge that mixes nothing gives them
  back as they were, so that a packet tells when its last millisecond was sent (`age_ms`).
- Lost is what is missing between the first and the last sequence number that came.
"""

from __future__ import annotations

import heapq
import math
import multiprocessing
import re
import select
import socket
import struct
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

PACKET_NS = 20_000_000
REPEAT_PACKETS = 25  # half a second, RFC 3261 T1: a 200 OK that nobody acknowledged is sent again
QUIET_NS = 100_000_000  # so long without voice, and the next voice is somebody new
_SO_TIMESTAMPNS = 35  # Linux; the constant is not in every build of `socket`
_ANCILLARY = socket.CMSG_SPACE(16)
_COPIED = re.compile(r"^(?:Via|Record-Route|From|Call-ID|CSeq):.*$", re.I | re.M)


def _a_law(sample: int) -> int:
    """G.711 A-law of a 16-bit sample."""
    sign = 0x80 if sample >= 0 else 0
    level = min(abs(sample), 32_635)
    exponent = max(level.bit_length() - 8, 0)
    mantissa = (level >> (exponent + 3 if exponent else 4)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


WAVE = bytes(_a_law(int(10_000 * math.sin(math.pi * n / 4))) for n in range(8))
_LOUD = bytes(int(((code ^ 0x55) & 0x7F) >= 0x46) for code in range(256))  # a table for translate


def has_voice(payload: bytes) -> bool:
    """Whether anybody is heard in a packet of PCMA."""
    return payload.translate(_LOUD).count(1) >= 8


def age_ms(voice: tuple[int, int], spoken_from: int) -> float:
    """How old a packet of voice was when it came: `spoken_from` is the `answered` of who spoke it."""
    at, number = voice
    return (at - spoken_from - number * PACKET_NS) / 1e6


@dataclass(slots=True)
class Line:
    """One call at this far end. Times are nanoseconds of the wall clock."""

    key: str  # the attempt, or the agent's extension
    call_id: str
    sound: socket.socket
    answer: bytes  # the last response, for a repeated INVITE
    to: tuple[str, int]  # where its sound goes
    answered: int = 0
    onsets: list[tuple[int, int]] = field(default_factory=list)  # when voice began, its number
    voice: tuple[int, int] = (0, 0)  # the last packet with voice
    packets: int = 0
    first: int = -1
    last: int = -1  # sequence number without the turn at 65536
    sent: int = 0
    over: bool = False
    peer: tuple[str, int] = ("", 0)  # who called
    is_sure: bool = False  # our 200 OK was acknowledged

    def told(self) -> dict[str, Any]:
        """For the bench."""
        expected = self.last - self.first + 1 if self.packets else 0
        return {
            "key": self.key, "answered": self.answered, "onsets": self.onsets, "voice": self.voice,
            "packets": self.packets, "lost": max(expected - self.packets, 0), "sent": self.sent,
        }  # fmt: skip


class FarEnd:
    """One process; the bench speaks with it through a pipe."""

    def __init__(self, port: int, ring_ms: int = 0, speak_ms: int = 0) -> None:
        """`speak_ms`: so long it speaks after its 200 OK and then sends nothing; 0: to the end."""
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(port, ring_ms, speak_ms, theirs, self._ours), daemon=True
        )
        self._process.start()
        assert self._ours.recv() == "ready"

    def told(self) -> list[dict[str, Any]]:
        """All calls so far; those that are over are forgotten there."""
        self._ours.send("tell")
        lines: list[dict[str, Any]] = self._ours.recv()
        return lines

    def close(self) -> None:
        """End it."""
        self._ours.send("end")
        self._process.join(5)


class _Loop:
    """SIP on one socket, sound on one socket a call."""

    def __init__(self, port: int, ring_ms: int, speak_ms: int) -> None:
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", port))
        self.sip.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.port, self.ring_ns = port, ring_ms * 1_000_000
        self.packets = speak_ms * 1_000_000 // PACKET_NS  # that each call gets; 0: no end
        self.lines: dict[str, Line] = {}
        self.by_socket: dict[int, Line] = {}
        self.due: list[tuple[int, int, str]] = []  # when, what number, whose
        self.poll = select.epoll()
        self.poll.register(self.sip.fileno(), select.EPOLLIN)

    def wait_ms(self) -> float:
        """Until the next packet has to leave, in seconds for epoll."""
        return max((self.due[0][0] - time.time_ns()) / 1e9, 0) if self.due else 0.2

    def turn(self, ready: list[tuple[int, int]]) -> None:
        """What came in, then what has to leave."""
        for number, _ in ready:
            if number == self.sip.fileno():
                self._signal()
            elif number in self.by_socket:
                self._hear(self.by_socket[number])
        now = time.time_ns()
        while self.due and self.due[0][0] <= now:
            when, count, call_id = heapq.heappop(self.due)
            line = self.lines.get(call_id)
            if line is None or line.over:
                continue
            if not line.answered:
                self._pick_up(line)
                when = line.answered
            if count % REPEAT_PACKETS == REPEAT_PACKETS - 1 and not line.is_sure:
                self.sip.sendto(line.answer, line.peer)
            self._speak(line, count)
            if count + 1 != self.packets:
                heapq.heappush(self.due, (when + PACKET_NS, count + 1, call_id))

    def forget(self) -> list[dict[str, Any]]:
        """Tell of all calls and drop those that are over."""
        told = [line.told() for line in self.lines.values()]
        self.lines = {i: line for i, line in self.lines.items() if not line.over}
        return told

    # --- SIP --------------------------------------------------------------------------------------

    def _signal(self) -> None:
        data, peer = self.sip.recvfrom(65_535)
        text = data.decode("utf-8", "replace")
        method = text.split(" ", 1)[0]
        found = re.search(r"^Call-ID:\s*(\S+)", text, re.I | re.M)
        if found is None or method == "SIP/2.0":
            return
        call_id = found[1]
        if method == "ACK":
            if call_id in self.lines:
                self.lines[call_id].is_sure = True
            return
        if method == "INVITE":
            self._invited(text, call_id, peer)
        else:
            self.sip.sendto(self._response(text, "200 OK", call_id), peer)
            if method == "BYE" and call_id in self.lines and not self.lines[call_id].over:
                self._end(self.lines[call_id])

    def _invited(self, text: str, call_id: str, peer: tuple[str, int]) -> None:
        line = self.lines.get(call_id)
        if line is None:
            sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sound.bind(("127.0.0.1", 0))
            sound.setblocking(False)
            sound.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            attempt = re.search(r"^X-Kept-Attempt:\s*(\S+)", text, re.I | re.M)
            user = re.match(r"INVITE sip:([^@]+)@", text)
            key = attempt[1] if attempt else user[1] if user else ""
            line = Line(key, call_id, sound, b"", _sound_of(text))
            self.lines[call_id] = self.by_socket[sound.fileno()] = line
            self.poll.register(sound.fileno(), select.EPOLLIN)
            self.sip.sendto(self._response(text, "180 Ringing", call_id), peer)
            heapq.heappush(self.due, (time.time_ns() + self.ring_ns, 0, call_id))
            line.peer = peer
        port = line.sound.getsockname()[1]
        line.answer = self._response(text, "200 OK", call_id, _sdp(port))
        if line.answered:  # sent again, or a re-INVITE
            self.sip.sendto(line.answer, peer)

    def _pick_up(self, line: Line) -> None:
        line.answered = time.time_ns()
        self.sip.sendto(line.answer, line.peer)

    def _response(self, request: str, status: str, call_id: str, body: str = "") -> bytes:
        to = re.search(r"^To:[^\r\n]*", request, re.I | re.M)
        tag = "" if to is None or ";tag=" in to[0] else f";tag={abs(hash(call_id)):x}"
        lines = [f"SIP/2.0 {status}", *(m[0].rstrip() for m in _COPIED.finditer(request))]
        lines += [f"{to[0] if to else ''}{tag}", f"Contact: <sip:far@127.0.0.1:{self.port}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode()

    def _end(self, line: Line) -> None:
        line.over = True
        self.poll.unregister(line.sound.fileno())
        self.by_socket.pop(line.sound.fileno())
        line.sound.close()

    # --- sound ------------------------------------------------------------------------------------

    def _speak(self, line: Line, count: int) -> None:
        head = struct.pack(">BBHII", 0x80, 8, count & 0xFFFF, count * 160 & 0xFFFFFFFF, 77)
        mark = bytes((count & 0xFF, count >> 8 & 0xFF))
        line.sound.sendto(head + (mark + WAVE[2:]) * 20, line.to)
        line.sent += 1

    def _hear(self, line: Line) -> None:
        while True:
            try:
                data, ancillary, _, _ = line.sound.recvmsg(2048, _ANCILLARY)
            except (BlockingIOError, ConnectionRefusedError):
                return
            number = data[2] << 8 | data[3]
            if line.packets:  # the nearest number to the last one
                number = line.last + ((number - line.last + 32_768) & 0xFFFF) - 32_768
            else:
                line.first = line.last = number
            line.packets += 1
            line.last = max(line.last, number)
            if has_voice(data[12:]):
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
                at = seconds * 1_000_000_000 + nanoseconds
                voice = (at, data[-8] | data[-7] << 8)
                if at - line.voice[0] > QUIET_NS:
                    line.onsets.append(voice)
                line.voice = voice


def _sound_of(text: str) -> tuple[str, int]:
    """Where an offer wants the sound."""
    address, port = (
        re.search(r"^c=IN IP4 (\S+)", text, re.M),
        re.search(r"^m=audio (\d+)", text, re.M),
    )
    assert address, "an INVITE without an offer"
    assert port, "an offer without audio"
    return address[1], int(port[1])


def _sdp(port: int) -> str:
    return "\r\n".join((
        "v=0", "o=far 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
        f"m=audio {port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=ptime:20", "",
    ))  # fmt: skip


def _serve(port: int, ring_ms: int, speak_ms: int, pipe: Connection, other: Connection) -> None:
    """Until the bench says "end", or is gone."""
    other.close()
    loop = _Loop(port, ring_ms, speak_ms)
    loop.poll.register(pipe.fileno(), select.EPOLLIN)
    pipe.send("ready")
    while True:
        ready = loop.poll.poll(loop.wait_ms())
        if any(number == pipe.fileno() for number, _ in ready):
            try:
                word = pipe.recv()
            except EOFError:
                return
            if word == "end":
                return
            pipe.send(loop.forget())
        loop.turn(ready)
