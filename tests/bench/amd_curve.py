"""What another patience would cost: persons lost against machines passed and the time of the verdict.

python -m tests.bench.amd_curve [--size 1.0] [--part tune] [--picture docs/pictures/answer-kinds.svg]

Judges the persons and machines of one part of the labelled set again and again, with the longest greeting a
person may say from 1.2 to 3.6 s, and prints one row each; the picture needs matplotlib (extra `plot`).
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from telephony.answer_kind import Judge
from telephony.hearing.sound import Frame, Listener, frames_of
from telephony.hearing.speech import Patience, Speech
from telephony.protocol import AnswerKind
from tests.bench.amd import share
from tests.telephony.labelled import Sample, the_set
from tests.telephony.labelled_parts import PARTS

GROUPS = ("person", "person_long", "machine")
GREETINGS_MS = (1200, 1400, 1600, 1800, 2000, 2200, 2400, 2600, 2800, 3000, 3200, 3400, 3600)


@dataclass(frozen=True, slots=True)
class Row:
    """Shares in percent, times in ms since speech began."""

    greeting_max: int
    persons_lost: float
    short_lost: float
    long_lost: float
    machines_passed: float
    verdict_p95: float
    persons_p95: float


def framed(samples: Iterable[Sample]) -> list[tuple[Sample, list[Frame]]]:
    """Each call with its frames, looked at once."""
    found = []
    for sample in samples:
        listener = Listener()
        found.append((sample, frames_of([(listener, listener.take(sample.samples))])[0]))
    return found


def judged(frames: list[Frame], patience: Patience) -> Judge:
    """One call heard with this patience."""
    judge = Judge()
    judge.answered()
    judge.speech = Speech(patience)
    for frame in frames:
        judge.hear_frame(frame)
        if judge.heard is not None:
            break
    return judge


def row(calls: list[tuple[Sample, list[Frame]]], patience: Patience) -> Row:
    """All calls with one patience."""
    machine: dict[str, list[bool]] = {group: [] for group in GROUPS}
    late: dict[str, list[float]] = {group: [] for group in GROUPS}
    for sample, frames in calls:
        heard = judged(frames, patience).heard
        machine[sample.group].append(heard is not None and heard.kind is AnswerKind.MACHINE)
        if heard is not None:
            late[sample.group].append(heard.at_ms - sample.starts_ms)
    percent = lambda found: round(100 * sum(found) / max(len(found), 1), 2)  # noqa: E731
    persons = machine["person"] + machine["person_long"]
    of_persons = late["person"] + late["person_long"]
    return Row(
        patience.greeting_max, percent(persons), percent(machine["person"]),
        percent(machine["person_long"]), round(100 - percent(machine["machine"]), 2),
        share(sorted(of_persons + late["machine"]), 0.95), share(sorted(of_persons), 0.95),
    )  # fmt: skip


def draw(rows: list[Row], path: str) -> None:
    """Both shares and the time, over the longest greeting."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 6), layout="constrained")
    shares, times = figure.subplots(2, 1, sharex=True)
    seconds = [each.greeting_max / 1000 for each in rows]
    shares.plot(
        seconds, [each.persons_lost for each in rows], "o-", label="persons taken for machines"
    )
    shares.plot(
        seconds, [each.short_lost for each in rows], "o:", label="of them with a short greeting"
    )
    shares.plot(
        seconds, [each.machines_passed for each in rows], "s-", label="machines passed to agents"
    )
    for target, colour in ((0.5, "C0"), (8, "C2")):
        shares.axhline(target, color=colour, linewidth=0.7, linestyle="--")
    shares.set_yscale("symlog", linthresh=1)
    shares.set_yticks([0, 0.5, 1, 2, 4, 8, 16], ["0", "0.5", "1", "2", "4", "8", "16"])
    shares.set_ylabel("% of their kind")
    times.plot(
        seconds, [each.verdict_p95 / 1000 for each in rows], "o-", label="verdict, all calls, p95"
    )
    times.plot(
        seconds, [each.persons_p95 / 1000 for each in rows], "o:", label="verdict, persons, p95"
    )
    times.axhline(1.5, color="C0", linewidth=0.7, linestyle="--")
    times.set_ylabel("s after speech began")
    times.set_xlabel("longest greeting of a person, s (dashed: targets; grey: chosen)")
    for axes in (shares, times):
        axes.axvline(Patience().greeting_max / 1000, color="0.6", linewidth=4, alpha=0.4)
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Judge, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--part", choices=PARTS, default="tune")
    parser.add_argument("--picture", default="")
    asked = parser.parse_args()
    whole = the_set(asked.size, asked.seed, PARTS[asked.part])
    calls = framed(itertools.takewhile(lambda sample: sample.group in GROUPS, whole))
    rows = [row(calls, Patience(greeting_max=longest)) for longest in GREETINGS_MS]
    print(*Row.__dataclass_fields__, sep="\t")  # noqa: T201
    for each in rows:
        print(*astuple(each), sep="\t")  # noqa: T201
    if asked.picture:
        draw(rows, asked.picture)


if __name__ == "__main__":
    main()
