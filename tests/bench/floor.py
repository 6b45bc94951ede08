"""What the benches of a node's sound share: a node, a far end of customers, one of agents' phones.

Customers are called at a rate, talk for a while, and the seat is ready for the next one; the bench is the engine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telephony.protocol import Connected, Ended, Hangup, SeatLegUp, SeatOpen, SeatReady
from tests.bench.far_end import FarEnd
from tests.telephony.bench import Bench, free_port

FIRST_PHONE = 6000
TICK_SECONDS = 0.02


@dataclass
class Floor:
    """A node with nailed-up agents. `close` ends all of it."""

    folder: Path
    seats: int
    channels: int
    ring_ms: int = 200
    seconds_up: float = 60
    order: dict[str, Any] = field(default_factory=dict)  # more fields of every Originate
    ends: list[Ended] = field(default_factory=list)
    seat_of: dict[str, str] = field(default_factory=dict)  # call -> seat

    def __post_init__(self) -> None:
        self.bench = Bench(self.folder, per_second=300.0, channels=self.channels)
        self.customers = FarEnd(self.bench.carrier_port, self.ring_ms)
        self.phones_port = free_port()
        self.phones = FarEnd(self.phones_port)
        self.bench.start_node()
        self.pid = self.bench.pid("node")
        self._hang_up_at: dict[str, float] = {}
        for seat in range(self.seats):
            address = f"sip:{FIRST_PHONE + seat}@127.0.0.1:{self.phones_port}"
            self.bench.send(SeatOpen(seat_id=str(seat), address=address))
            self.bench.pump(
                TICK_SECONDS
            )  # a burst of all of them would not fit into socket buffers
        self.bench.until(
            lambda: sum(isinstance(e, SeatLegUp) for e in self.bench.seen) >= self.seats,
            self.seconds_up,
        )
        for seat in range(self.seats):
            self.bench.send(SeatReady(seat_id=str(seat), campaigns=("1",)))
        self.bench.pump(0.3)
        self._taken = len(self.bench.seen)

    def calls(
        self, total: int, rate: float, talk_seconds: float, tick: Callable[[int], None] = id
    ) -> None:
        """So many calls, evenly; `tick` hears now and then how many have ended. Fails after a while
        in which nothing ends: a bench does not hang."""
        began, sent = time.monotonic(), 0
        last_end, ended = began, len(self.ends)
        until = ended + total
        while len(self.ends) < until:
            now = time.monotonic()
            while sent < total and now >= began + sent / rate:
                self.bench.call(number=f"154{sent:08d}", **self.order)
                sent += 1
            self._hang_up(now)
            self.bench.pump(TICK_SECONDS)
            self._take(talk_seconds)
            if len(self.ends) != ended:
                last_end, ended = now, len(self.ends)
                tick(ended)
            assert now - last_end < 30, f"no call ended for 30 s, {ended} had"

    def _take(self, talk_seconds: float) -> None:
        """The events since last time; forgotten afterwards, so that this process does not grow."""
        for event in self.bench.seen[self._taken :]:
            if isinstance(event, Connected):
                self.seat_of[event.call_id] = event.seat_id
                self._hang_up_at[event.call_id] = time.monotonic() + talk_seconds
            elif isinstance(event, Ended):
                self.ends.append(event)
                self._hang_up_at.pop(event.call_id, None)
                if seat := self.seat_of.get(event.call_id):
                    self.bench.send(SeatReady(seat_id=seat, campaigns=("1",)))
        self.bench.seen.clear()
        self._taken = 0

    def _hang_up(self, now: float) -> None:
        for call_id, at in list(self._hang_up_at.items()):
            if now >= at:
                del self._hang_up_at[call_id]
                self.bench.send(Hangup(call_id=call_id))

    def close(self) -> None:
        """End node and far ends."""
        self.bench.close()
        self.customers.close()
        self.phones.close()


def cpu_seconds(pid: int) -> float:
    """Of processor a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def threads(pid: int) -> int:
    """Of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def descriptors(pid: int) -> int:
    """Open files and sockets of a process."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
