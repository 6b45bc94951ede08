"""How often the judge of what answered is right on the labelled set, how fast, and what it costs.

python -m tests.bench.amd [--size 1.0] [--seed 11] [--part fresh|tune|train] [--wrong 20]

Prints the confusion matrix of one part (tests/telephony/labelled_parts.py; FRESH: words and voices that nothing was
made with), the shares of the target, latencies since sound began, and the CPU of listening to one call.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from telephony.answer_kind import Judge, hear_all
from tests.bench.machine import described
from tests.telephony.labelled import Sample, the_book, the_set
from tests.telephony.labelled_parts import PARTS

STEP = 320  # samples: the node's worker looks every 40 ms
TOGETHER = 64
KINDS = ("person", "machine", "fax", "silence", "announcement", "tone", "undecided")


def judged(samples: Iterable[Sample], book) -> Iterator[tuple[Sample, Judge]]:  # type: ignore[no-untyped-def]
    """The calls as the node's worker hears them: many together, until each has its verdict."""
    waiting = iter(samples)
    while group := list(itertools.islice(waiting, TOGETHER)):
        pairs = [(sample, Judge(book)) for sample in group]
        for sample, judge in pairs:
            if not sample.early:
                judge.answered()
        for start in range(0, max(len(sample.samples) for sample in group), STEP):
            open_ = [(j, s.samples[start : start + STEP]) for s, j in pairs if j.heard is None]
            hear_all([(judge, piece) for judge, piece in open_ if len(piece)])
        yield from pairs


def share(ordered: list[float], part: float) -> float:
    """Nearest rank."""
    return round(ordered[min(int(part * len(ordered)), len(ordered) - 1)]) if ordered else 0.0


def measure(
    size: float, seed: int = 11, part: str = "fresh"
) -> tuple[dict[str, object], list[str]]:
    """The report, and what was judged wrongly."""
    book = the_book()
    matrix: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[bool]] = defaultdict(Counter)
    late: dict[str, list[float]] = defaultdict(list)
    meanings: Counter[bool] = Counter()
    wrong: list[str] = []
    for sample, judge in judged(the_set(size, seed, PARTS[part]), book):
        heard = judge.heard
        kind = str(heard.kind) if heard else "undecided"
        matrix[sample.group][kind] += 1
        if heard:
            reasons[heard.reason][kind == sample.truth] += 1
            late[sample.group].append(heard.at_ms - sample.starts_ms)
            if sample.means and kind == sample.truth:
                meanings[heard.means == sample.means] += 1
        if kind != sample.truth:
            wrong.append(f"{sample.group}: {kind} {heard.reason if heard else ''} {sample.name}")
    return {**_targets(matrix, late), "matrix": {g: dict(c) for g, c in matrix.items()},
            "latency_ms": {g: {"p50": share(sorted(v), 0.5), "p95": share(sorted(v), 0.95)} for g, v in late.items()},
            "right_share_by_reason": {r: [c[True], c[True] + c[False]] for r, c in reasons.items()},
            "meaning_right": [meanings[True], sum(meanings.values())]}, wrong  # fmt: skip


def _targets(matrix: dict[str, Counter[str]], late: dict[str, list[float]]) -> dict[str, object]:
    persons = Counter[str]()
    for group in ("person", "person_long"):
        persons.update(matrix[group])
    machines = matrix["machine"] + matrix["beep at once"]
    taken = persons["machine"] + persons["fax"] + persons["announcement"] + persons["tone"]
    passed = sum(machines[kind] for kind in ("person", "undecided", "silence"))
    of_persons = sorted(late["person"] + late["person_long"])
    of_speech = sorted(of_persons + late["machine"])
    judged_shorts = matrix["person"]
    return {
        "persons_taken_for_machines": f"{taken} of {persons.total()} ({taken / max(persons.total(), 1):.2%})",
        "machines_passed_to_agents": f"{passed} of {machines.total()} ({passed / max(machines.total(), 1):.2%})",
        "of_them_with_a_short_greeting": f"{judged_shorts['machine']} of {judged_shorts.total()}",
        "verdict_ms_since_speech": {"p50": share(of_speech, 0.5), "p95": share(of_speech, 0.95)},
        "of_persons": {"p50": share(of_persons, 0.5), "p95": share(of_persons, 0.95)},
    }


def cpu(seconds: float = 20.0, calls: int = 50) -> dict[str, float]:
    """CPU of one call for one second of listening, in percent of a core: many at once, and alone."""
    book = the_book()
    line = np.concatenate([s.samples for s in the_set(0.02)])[: int(seconds * 8000)]
    found = {}
    for name, count in (("together", calls), ("alone", 1)):
        judges = [Judge(book) for _ in range(count)]
        began = time.process_time()
        for start in range(0, len(line), STEP):
            hear_all([(judge, line[start : start + STEP]) for judge in judges])
        spent = time.process_time() - began
        found[f"{name}_percent_of_a_core_per_call"] = round(
            100 * spent / (len(line) / 8000) / count, 3
        )
    return found


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--part", choices=PARTS, default="fresh")
    parser.add_argument("--wrong", type=int, default=0, help="print so many wrong verdicts")
    asked = parser.parse_args()
    report, wrong = measure(asked.size, asked.seed, asked.part)
    whole = {**report, "cpu": cpu(), "machine": described()}
    print(json.dumps(whole, indent=1, ensure_ascii=False))  # noqa: T201
    for line in wrong[: asked.wrong]:
        print(line)  # noqa: T201


if __name__ == "__main__":
    main()
