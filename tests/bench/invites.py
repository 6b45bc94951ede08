"""How many INVITEs a second leave one node without a failure; SIPp is the carrier and says busy.

    python -m tests.bench.invites --rate 100 --seconds 10 --runs 3

Counts every call that did not end as the carrier ended it, and measures from the order to the node's word that
the INVITE left (ms), and the node's CPU. One JSON object: each run, and the median run by p99.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from dialer.reports.tally import percentile
from telephony.protocol import Dialed, Ended, Verdict
from tests.bench.machine import described
from tests.telephony.bench import Bench


def run(rate: int, seconds: int) -> dict[str, object]:
    """One run on a node of its own."""
    total = rate * seconds
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), per_second=300.0, channels=1000)
        bench.start_node()
        carrier = bench.sipp(
            "refuses", total, seconds=seconds + 60, status=486, header="X-Nothing: 1"
        )
        cpu, sent = _cpu(bench.pid("node")), {}
        began = time.monotonic()
        for index in range(total):
            while (wait := began + index / rate - time.monotonic()) > 0:
                bench.pump(wait)
                _note(bench, sent)
            call = bench.call(number=f"154{index:08d}")
            sent[call] = time.monotonic()
        bench.until(lambda: sum(isinstance(e, Ended) for e in bench.seen) >= total, 60)
        took = time.monotonic() - began
        used = _cpu(bench.pid("node")) - cpu
        _note(bench, sent)
        ends = [e for e in bench.seen if isinstance(e, Ended)]
        failed = sum(e.verdict is not Verdict.BUSY for e in ends)
        carrier.stop()
        bench.close()
    delays = sorted(-gap * 1000 for gap in sent.values() if gap < 0)
    return {
        "calls": total, "failed": failed, "per_second": round(total / took, 1),
        "order_to_invite_ms": {p: round(percentile(delays, p / 100), 1) for p in (50, 99)},
        "node_cpu_ms_per_call": round(used * 1000 / total, 2),
    }  # fmt: skip


def _note(bench: Bench, sent: dict[str, float]) -> None:
    """Turn the moment of the order into minus the time until `Dialed` was heard of."""
    now = time.monotonic()
    for event in bench.seen[getattr(bench, "_noted", 0) :]:
        if isinstance(event, Dialed) and sent.get(event.call_id, 0) > 0:
            sent[event.call_id] = sent[event.call_id] - now
    bench._noted = len(bench.seen)  # type: ignore[attr-defined]


def _cpu(pid: int) -> float:
    """Seconds of processor a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the runs and the median one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    runs = [run(arguments.rate, arguments.seconds) for _ in range(arguments.runs)]
    middle = sorted(runs, key=lambda r: r["order_to_invite_ms"][99])[len(runs) // 2]  # type: ignore[index]
    told = {"machine": described(), "runs": runs, "median": middle}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
