"""Ears: ports of the conference bridge that write what a leg says into shared memory, natively.

pjmedia's memory capture port runs in the media thread and never meets Python. pjsua2 does not wrap it, so
it is reached through ctypes; `pjsua2_build` keeps it in the module. Ports are made once and lent to calls.
"""

from __future__ import annotations

import ctypes
from collections import deque
from dataclasses import dataclass

import _pjsua2

from telephony.hearing.memory import RING_BYTES, Memory
from telephony.sip_leg import Leg

_FRAME_SAMPLES = 160


@dataclass(slots=True)
class Ear:
    """One port, its place in the memory, and how far it has come."""

    place: int
    port: ctypes.c_void_p
    bridge_id: int
    call: int = 0  # number of the present call in this place
    written: int = 0  # bytes since the port was made
    _at: int = 0


class Ears:
    """All ears of a node. Raises RuntimeError where the built pjsua2 has no capture port."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._free: deque[Ear] = deque()
        self._made = self._calls = 0
        self._library = _library()
        self._pool = self._library.pjsua_pool_create(b"ears", 4096, 4096)
        self._base = ctypes.addressof(ctypes.c_char.from_buffer(memory.map))

    def lend(self, leg: Leg) -> Ear | None:
        """Begin to hear a leg whose sound flows; None when every ear is in use."""
        if leg.media is None:
            return None
        if self._made < len(self._memory.rows) and len(self._free) < 2:
            self._free.append(self._make())
        if not self._free:
            return None
        ear = self._free.popleft()  # the one that rested longest: its last call has left the bridge
        self._calls = self._calls % 0xFFFFFFF0 + 1
        ear.call = self._calls
        self.look(ear)
        row = self._memory.rows[ear.place]
        row["began"] = ear.written
        row["answered"], row["may_speak_at_ms"], row["voice_from_ms"] = 0, -1, -1
        self._library.pjsua_conf_connect(leg.media.getPortId(), ear.bridge_id)
        row["call"] = ear.call
        return ear

    def look(self, ear: Ear) -> None:
        """Tell the listener how far the sound has come; more often than a ring is long."""
        at = int(self._library.pjmedia_mem_capture_get_size(ear.port))
        ear.written += (at - ear._at) % RING_BYTES
        ear._at = at
        self._memory.rows[ear.place]["written"] = ear.written

    def give_back(self, ear: Ear, leg: Leg | None) -> None:
        """No longer needed; a leg that is over has left the bridge already."""
        self._memory.rows[ear.place]["call"] = 0
        if leg is not None and leg.media is not None and not leg.over:
            self._library.pjsua_conf_disconnect(leg.media.getPortId(), ear.bridge_id)
        self._free.append(ear)

    def _make(self) -> Ear:
        place, self._made = self._made, self._made + 1
        port, bridge_id = ctypes.c_void_p(), ctypes.c_int(-1)
        ring = ctypes.c_void_p(self._base + self._memory.offset(place))
        failed = self._library.pjmedia_mem_capture_create(
            self._pool, ring, RING_BYTES, 8000, 1, _FRAME_SAMPLES, 16, 0, ctypes.byref(port)
        ) or self._library.pjsua_conf_add_port(self._pool, port, ctypes.byref(bridge_id))
        if failed:
            raise RuntimeError(f"capture port: pjlib says {failed}")
        return Ear(place, port, bridge_id.value)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(_pjsua2.__file__)
    try:
        library.pjmedia_mem_capture_create.argtypes = [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_uint] * 5, ctypes.c_void_p,
        ]  # fmt: skip
    except AttributeError:
        raise RuntimeError("pjsua2 was built without the capture port: run make setup") from None
    library.pjsua_pool_create.restype = ctypes.c_void_p
    library.pjsua_pool_create.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_size_t]
    library.pjsua_conf_add_port.argtypes = [ctypes.c_void_p] * 3
    library.pjmedia_mem_capture_get_size.argtypes = [ctypes.c_void_p]
    library.pjmedia_mem_capture_get_size.restype = ctypes.c_size_t
    return library
