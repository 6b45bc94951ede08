"""The memory that a node shares with the process that listens: sound and marks of each call, no messages.

The node's media thread writes samples into a call's ring, the node's loop says how far; the listener
writes its verdict back. Nobody ever waits for anybody: a listener that is slow or dead means no verdict.
The memory has no name and goes with its last process.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from telephony.hearing.sound import Samples

RING_BYTES = 131072  # 8.2 seconds of 16-bit samples at 8 kHz
_PAGE = 4096

# `call` and `heard`, `early`: a number that changes with every call in this place; 0: none.
# The writer of a verdict writes its number last, so that a reader never sees half of one.
PLACE = np.dtype([
    # written by the node
    ("call", "u4"), ("answered", "u4"), ("began", "u8"), ("answered_at", "u8"), ("written", "u8"),
    # written by the listener
    ("early", "u4"), ("early_kind", "u1"), ("early_reason", "u1"), ("early_means", "u1"),
    ("heard", "u4"), ("kind", "u1"), ("reason", "u1"), ("means", "u1"),
    ("at_ms", "i4"), ("voice_from_ms", "i4"), ("voice_to_ms", "i4"), ("may_speak_at_ms", "i4"),
], align=True)  # fmt: skip


class Memory:
    """`places` rings with one row of PLACE each. Give `fd` to share one that exists."""

    def __init__(self, places: int, fd: int | None = None) -> None:
        header = -(-places * PLACE.itemsize // _PAGE) * _PAGE
        size = header + places * RING_BYTES
        self.fd = os.memfd_create("kept-ears") if fd is None else fd
        if fd is None:
            os.ftruncate(self.fd, size)
        self.map = mmap.mmap(self.fd, size)
        self.rows: npt.NDArray[Any] = np.frombuffer(self.map, dtype=PLACE, count=places)
        self._header = header

    def offset(self, place: int) -> int:
        """Where the ring of this place begins."""
        return self._header + place * RING_BYTES

    def samples(self, place: int, start: int, end: int) -> Samples:
        """A copy of what was heard from byte `start` to `end` since the ring's first round."""
        ring = np.frombuffer(
            self.map, dtype="<i2", count=RING_BYTES // 2, offset=self.offset(place)
        )
        where = np.arange(start // 2, end // 2) % (RING_BYTES // 2)
        return ring[where]
