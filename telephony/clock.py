"""The node's clocks: UTC for stamps, monotonic for deadlines. Nothing else here reads a clock."""

import os
import time
from datetime import UTC, datetime, timedelta

# A demonstration may be shown at night: all processes then share one offset (`kept demo` sets it;
# `TelephonySettings` refuses it unless every trunk is on loopback).
OFFSET_VARIABLE = "KEPT_DEMO_CLOCK_OFFSET_SECONDS"
_offset = timedelta(seconds=float(os.environ.get(OFFSET_VARIABLE, "0")))


def utc_now() -> datetime:
    """Zone-aware UTC, shifted by the demonstration's offset if there is one."""
    return datetime.now(UTC) + _offset


def monotonic() -> float:
    """Seconds that never jump; for every deadline and duration."""
    return time.monotonic()


def epoch_ms() -> int:
    """A number that grows from one start of a process to the next; milliseconds of the real clock."""
    return time.time_ns() // 1_000_000
