"""What one node pays for talks: recorded bridged pairs, CPU per pair, lost RTP.

    python -m tests.bench.pairs --pairs 100,250 --runs 3

So many customers talk with as many nailed-up agents, all of them at once, PCMA on both sides and both sides
recorded. When all are connected the node's processor time (all its threads) is taken over `--seconds`. Lost is
what the far ends miss between the first and the last RTP packet of the whole run, and what the node says that it
missed itself (`SoundIs`). The far ends (`tests.bench.far_end`) are two processes of their own: their CPU is not
counted, but on a machine with few cores they compete with the node. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from telephony.protocol import Connected, Ended
from telephony.words_in_call import SoundIs
from tests.bench.floor import Floor, cpu_seconds, memory_mb, threads
from tests.bench.machine import described
from tests.telephony.bench import Bench

DIALS_A_SECOND = 20


def run(pairs: int, seconds: float) -> dict[str, Any]:
    """One run on a node of its own."""
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder), pairs, channels=pairs, ring_ms=20)
        try:
            return _measure(floor, pairs, seconds)
        finally:
            floor.close()


def _measure(floor: Floor, pairs: int, seconds: float) -> dict[str, Any]:
    bench = floor.bench
    for number in range(pairs):
        bench.call(number=f"154{number:08d}", **floor.order)
        bench.pump(1 / DIALS_A_SECOND)
    bench.until(lambda: _met(bench) + _over(bench) >= pairs, 60)
    bench.pump(2)
    used, began = cpu_seconds(floor.pid), time.monotonic()
    bench.pump(seconds)
    used, took = cpu_seconds(floor.pid) - used, time.monotonic() - began
    memory, count = memory_mb(floor.pid), threads(floor.pid)
    last = {e.call_id: e for e in bench.seen if isinstance(e, SoundIs)}
    far = [*floor.customers.told(), *floor.phones.told()]
    return {
        "pairs": pairs, "connected": _met(bench), "node_cpu_percent": round(used / took * 100, 1),
        "percent_per_pair": round(used / took * 100 / _met(bench), 3),
        "rtp_at_far_ends": sum(line["packets"] for line in far),
        "lost_at_far_ends": sum(line["lost"] for line in far),
        "rtp_at_node": sum(e.customer.packets + e.agent.packets for e in last.values()),
        "lost_at_node": sum(e.customer.lost + e.agent.lost for e in last.values()),
        "memory_mb": round(memory, 1), "threads": count,
    }  # fmt: skip


def _met(bench: Bench) -> int:
    return sum(isinstance(e, Connected) for e in bench.seen)


def _over(bench: Bench) -> int:
    """Calls that no pair came of."""
    return sum(isinstance(e, Ended) for e in bench.seen)


def main() -> None:
    """Print the runs, and for each size the median one by CPU."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", default="100,250")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    machine, medians, all_runs = described(), [], []
    for pairs in map(int, arguments.pairs.split(",")):
        runs = [run(pairs, arguments.seconds) for _ in range(arguments.runs)]
        all_runs += runs
        medians.append(sorted(runs, key=lambda r: r["node_cpu_percent"])[len(runs) // 2])
    told = {"machine": machine, "runs": all_runs, "medians": medians}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
