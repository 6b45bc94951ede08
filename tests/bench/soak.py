"""Many calls through one node: deaf calls, memory, threads, descriptors.

    python -m tests.bench.soak --calls 3000 --rate 20

Nailed-up agents, customers who talk for a second, both sides recorded, one node for all of it. A call is deaf
when it was connected and one side never heard the other's voice on the wire (`tests.bench.far_end`), or when the
node itself said so. Memory is the node's resident set after every twentieth of the calls; `kb_per_call` is its
slope over the second half (least squares). Threads and descriptors are those of the idle node after a first small
round, and again when all is over. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from telephony.protocol import Verdict
from tests.bench.floor import FIRST_PHONE, Floor, descriptors, memory_mb, threads
from tests.bench.machine import described

TALK_SECONDS = 1.0
SETTLE_SECONDS = 6.0  # recordings are joined, dialogs have left


def run(calls: int, rate: float) -> dict[str, Any]:
    """One run on a node of its own."""
    seats = int(rate * (TALK_SECONDS + 1)) + 8
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder), seats, channels=2 * seats, seconds_up=90)
        try:
            return _measure(floor, calls, rate)
        finally:
            floor.close()


def _measure(floor: Floor, calls: int, rate: float) -> dict[str, Any]:
    deaf, memory = _Deaf(floor), []
    step = max(calls // 20, 1)

    def tick(ended: int) -> None:
        if (ended - first) // step > len(memory):
            memory.append((ended - first, memory_mb(floor.pid)))
            deaf.look()

    first = floor.seats
    floor.calls(first, rate, TALK_SECONDS)  # every seat once: pools and ears are made
    before = _rest(floor)
    deaf.look()
    floor.calls(calls, rate, TALK_SECONDS, tick)
    after = _rest(floor)
    deaf.look()
    ends = floor.ends[first:]
    half = np.array(memory[len(memory) // 2 :])
    slope = np.polyfit(half[:, 0], half[:, 1] * 1024, 1)[0] if len(half) > 1 else 0.0
    return {
        "calls": len(ends), "connected": sum(e.talk_ms > 0 for e in ends),
        "not_answered": sum(e.verdict is not Verdict.ANSWERED for e in ends),
        "deaf_on_the_wire": deaf.count, "deaf_says_the_node": sum(e.no_audio for e in ends),
        "memory_mb": {str(at): round(value, 1) for at, value in memory},
        "kb_per_call": round(float(slope), 3), "at_rest_before": before, "at_rest_after": after,
    }  # fmt: skip


def _rest(floor: Floor) -> dict[str, float]:
    floor.bench.pump(SETTLE_SECONDS)
    return {
        "memory_mb": round(memory_mb(floor.pid), 1), "threads": threads(floor.pid),
        "descriptors": descriptors(floor.pid),
    }  # fmt: skip


class _Deaf:
    """Counts connected calls in which somebody heard nothing, of those that are over."""

    def __init__(self, floor: Floor) -> None:
        self.count, self._floor, self._looked = 0, floor, 0
        self._customers: dict[str, dict[str, Any]] = {}  # told of, and not ended yet

    def look(self) -> None:
        """At what ended since the last look. The far ends forget calls that are over once told."""
        ended = {e.call_id: e for e in self._floor.ends[self._looked :]}
        self._looked += len(ended)
        self._customers |= {line["key"]: line for line in self._floor.customers.told()}
        phones = {line["key"]: line["onsets"] for line in self._floor.phones.told()}
        for call_id, end in ended.items():
            line = self._customers.pop(call_id, None)
            seat = self._floor.seat_of.pop(call_id, None)
            if seat is None:
                continue
            if line is None:  # its 200 OK never left
                self.count += 1
                continue
            begin, until = line["answered"], line["answered"] + end.answered_ms * 1_000_000
            onsets = phones[str(FIRST_PHONE + int(seat))]
            agent_heard = any(begin < at <= until + 200_000_000 for at, _ in onsets)
            self.count += not (agent_heard and line["onsets"])


def main() -> None:
    """Print one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=20)
    arguments = parser.parse_args()
    machine = described()
    told = {"machine": machine, **run(arguments.calls, arguments.rate)}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
