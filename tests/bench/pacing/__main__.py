"""Our pacer on simulated days, beside the pacers it is measured against and the provable optimum.

    python -m tests.bench.pacing --list
    python -m tests.bench.pacing --quick
    python -m tests.bench.pacing --cells p10t120-50,drift-20 --days 8 --seed-base 20261124
    python -m tests.bench.pacing --what speed,markov --json found.json

Days are drawn from the seed base (default: the date, so each day of work meets fresh days).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from dialer.clock import monotonic, utc_now
from dialer.simulation.pacers import IN_A_ROW, KINDS
from tests.bench.machine import described
from tests.bench.pacing import rows, yardstick
from tests.bench.pacing.cells import MARKOV, QUICK, Cell, cells
from tests.bench.pacing.speed import decision_times

WHAT = ("cells", "markov", "speed")


def main() -> None:
    """Measure what was asked for and print it."""
    asked = _arguments()
    chosen = _chosen(asked)
    found: dict[str, object] = {"machine": described(), "seed_base": asked.seed_base}
    seeds = [asked.seed_base * 1000 + day for day in range(asked.days)]
    say(f"seed base {asked.seed_base}, {asked.days} days of {asked.hours or 8} h, {described()}")
    if "speed" in asked.what:
        found["speed"] = [decision_times(), decision_times(50, 80)]
        say("\n## Decision time\n")
        for one in decision_times_lines(found["speed"]):
            say(one)
    if "markov" in asked.what:
        found["markov"] = _markov(asked, seeds)
    if "cells" in asked.what:
        found["cells"] = [one for cell in chosen for one in _cell(cell, seeds, asked.pacers)]
    if asked.json:
        text = json.dumps(found, indent=1)
        if asked.json == "-":
            print(text)  # noqa: T201
        else:
            Path(asked.json).write_text(text, encoding="utf-8")


def say(line: str) -> None:
    """Tables go to the standard output, unless that carries the JSON."""
    print(line, flush=True, file=sys.stderr if "-" in sys.argv else sys.stdout)


def decision_times_lines(found: object) -> list[str]:
    """A sentence for each floor."""
    assert isinstance(found, list)
    return [
        "{agents} agents, {calls_in_air} calls in the air: median {median_ms} ms, 99 % {p99_ms} ms, worst "
        "{worst_ms} ms of {decisions} decisions (processor time); {event_us} us an event".format(
            **one
        )
        for one in found
    ]


def _markov(asked: argparse.Namespace, seeds: list[int]) -> list[dict[str, object]]:
    say(f"\n## Memoryless model, {asked.markov_days} days of 12 h\n\n{yardstick.HEAD}")
    found = []
    for agents, rate in MARKOV[:4] if asked.quick else MARKOV:
        one = yardstick.measured(agents, rate, seeds[: asked.markov_days], asked.hours or 12.0)
        say(one.line())
        found.append(one.as_dict())
    return found


def _cell(cell: Cell, seeds: list[int], pacers: tuple[str, ...]) -> list[dict[str, object]]:
    began = monotonic()
    say(f"\n## {cell.name} ({cell.scenario.agents} agents)\n\n{rows.HEAD}")
    found = []
    for one in rows.measure(cell, seeds, pacers, None):
        say(one.line())
        found.append(one)
    say("")
    for sentence, kept in rows.verdicts(cell, found):
        say(f"- {'yes' if kept else 'NO '} {sentence}")
    say(f"- {monotonic() - began:.0f} s to play")
    return [one.as_dict() for one in found]


def _chosen(asked: argparse.Namespace) -> list[Cell]:
    known = cells()
    names = asked.cells.split(",") if asked.cells else (QUICK if asked.quick else list(known))
    unknown = sorted(set(names) - set(known))
    if unknown:
        sys.exit(f"no cell {', '.join(unknown)}; there are: {', '.join(known)}")
    if asked.hours is None:
        return [known[name] for name in names]
    return [
        replace(known[name], scenario=replace(known[name].scenario, hours=asked.hours))
        for name in names
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--what", default="speed,markov,cells", help=", ".join(WHAT))
    parser.add_argument("--cells", default="", help="names, with commas; --list shows them")
    parser.add_argument("--list", action="store_true", help="names of the cells")
    parser.add_argument("--days", type=int, default=None, help="days for each pacer (5; 2 quick)")
    parser.add_argument("--markov-days", type=int, default=2)
    parser.add_argument("--hours", type=float, default=None, help="length of a day")
    parser.add_argument("--seed-base", type=int, default=int(f"{utc_now():%Y%m%d}"))
    parser.add_argument("--pacers", default=",".join(KINDS), help=", ".join((*KINDS, IN_A_ROW)))
    parser.add_argument("--quick", action="store_true", help="few cells, two days of four hours")
    parser.add_argument(
        "--json", default="", metavar="FILE", help="all figures; - for standard output"
    )
    asked = parser.parse_args()
    if asked.list:
        sys.exit("\n".join(cells()))
    asked.what = tuple(asked.what.split(","))
    asked.pacers = tuple(asked.pacers.split(","))
    if asked.quick:
        asked.hours = asked.hours or 4.0
    asked.days = asked.days or (2 if asked.quick else 5)
    return asked


if __name__ == "__main__":
    main()
