"""The first second of a call: how long after the customer's 200 OK each side hears the other.

    python -m tests.bench.first_second --rate 10 --calls 100 --runs 3

A node over real SIP with nailed-up agents; customers and agents' phones are `tests.bench.far_end`, two processes
that share no code with the node. Both ends of each time are on the wire:

- Beginning: the customers' process gives the 200 OK to the kernel. Its first packet of voice leaves right behind
  it (a carrier's does not come earlier), then one every 20 ms. The agents speak all the time.
- Agent's voice at the customer: the kernel's time stamp of the first RTP packet with voice at the socket that
  the 200 OK named. The node sends nothing before it knows that address.
- Customer's voice at the agent: the stamp of the first packet with voice, after the 200 OK, at the RTP socket of
  that agent's phone, which until then gets the bridge's silence. `Connected` says which agent it is.

- Age: the packets are numbered, so the first and the last one heard also tell how long they were under way.

So what is measured is the node: SIP, choice of agent, bridge, jitter buffer, packets of 20 ms. The agent's room,
network and sound card are not in it. Deaf: one side never heard the other. Milliseconds; prints JSON.
"""

from __future__ import annotations

import argparse
import bisect
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from dialer.reports.tally import percentile
from telephony.protocol import Verdict
from tests.bench.far_end import age_ms
from tests.bench.floor import FIRST_PHONE, Floor
from tests.bench.machine import described

TALK_SECONDS = 1.0
FIGURES = (
    "agents_voice_at_customer", "customers_voice_at_agent", "age_of_agents_first",
    "age_of_agents_last", "age_of_customers_first",
)  # fmt: skip
MARKS = (50, 95, 99, 100)


def run(rate: float, calls: int) -> dict[str, Any]:
    """One run on a node of its own."""
    seats = int(rate * (TALK_SECONDS + 1)) + 4
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder), seats, channels=2 * seats)
        try:
            floor.calls(calls, rate, TALK_SECONDS)
            found = delays(floor)
        finally:
            floor.close()
    return {
        "calls": calls, "failed": sum(e.verdict is not Verdict.ANSWERED for e in floor.ends),
        "deaf": calls - min(len(values) for values in found.values()),
        **{f"{side}_ms": _marks(values) for side, values in found.items()},
    }  # fmt: skip


def delays(floor: Floor) -> dict[str, list[float]]:
    """Milliseconds, of the calls in which something was heard, for each side."""
    phones = {line["key"]: line for line in floor.phones.told()}
    found: dict[str, list[float]] = {name: [] for name in FIGURES}
    for line in floor.customers.told():
        seat = floor.seat_of.get(line["key"])
        if seat is None:
            continue
        phone, answered = phones[str(FIRST_PHONE + int(seat))], line["answered"]
        if line["onsets"]:
            found["agents_voice_at_customer"].append((line["onsets"][0][0] - answered) / 1e6)
            found["age_of_agents_first"].append(age_ms(line["onsets"][0], phone["answered"]))
            found["age_of_agents_last"].append(age_ms(line["voice"], phone["answered"]))
        heard = [at for at, _ in phone["onsets"]]
        next_one = bisect.bisect(heard, answered)
        if next_one < len(heard) and heard[next_one] - answered < TALK_SECONDS * 1e9:
            found["customers_voice_at_agent"].append((heard[next_one] - answered) / 1e6)
            found["age_of_customers_first"].append(age_ms(phone["onsets"][next_one], answered))
    return found


def _marks(values: list[float]) -> dict[str, float]:
    return {f"p{mark}": round(percentile(sorted(values), mark / 100), 1) for mark in MARKS}


def main() -> None:
    """Print the runs, and the median of every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    machine = described()
    runs = [run(arguments.rate, arguments.calls) for _ in range(arguments.runs)]
    medians = {
        f"{name}_ms": {
            f"p{mark}": statistics.median(r[f"{name}_ms"][f"p{mark}"] for r in runs)
            for mark in MARKS
        }
        for name in FIGURES
    }
    told = {"machine": machine, "runs": runs, "medians": medians}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
