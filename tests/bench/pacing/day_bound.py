"""How much of the memoryless optimum a day that begins with an empty count can reach at all.

    python -m tests.bench.pacing.day_bound --models 5x30,10x30,10x10 --hours 12

Before the 33rd handled call nobody may be let down, and what is left of the budget at the end is lost.
Given the most occupancy at each rate (`simulation.markov`), the best choice of the rate for each person is
a dynamic programme over the budget, here by one who knows when the day ends. Persons are taken to come
at the same pace whatever is chosen, so the figure is a close estimate of the bound, not a proof.
"""

from __future__ import annotations

import argparse

import numpy as np

from dialer.simulation.markov import Model, optimum, progressive, rates_of

TARGET = 0.03
CURVE = (0.002, 0.005, 0.01, 0.02, 0.03, 0.045, 0.06)
CHOICES = np.array([0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.05, 0.06])
HANDLED, ABANDONED = 3, -97  # hundredths of a person: what each person adds to 0.03 (A + H) - A
FIRST = 97  # from here on one more fits


def most_on_a_day(curve: np.ndarray, persons: int) -> float:
    """Mean occupancy over so many persons; `curve`: most occupancy at each of CHOICES."""
    empty = -ABANDONED + 10
    size = empty + HANDLED * persons + 1
    value = np.zeros(size)
    forbidden = np.arange(size)[:, None] - empty < FIRST
    for _ in range(persons):
        up = np.append(value[HANDLED:], [value[-1]] * HANDLED)[:, None]
        down = np.append([value[0]] * -ABANDONED, value[:ABANDONED])[:, None]
        gain = curve + up * (1 - CHOICES) + down * CHOICES
        gain[:, 1:][forbidden[:, 0]] = -np.inf
        value = gain.max(axis=1)
    return float(value[empty]) / persons


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--models", default="3x30,3x10,5x30,5x10,10x30,10x10", help="agents x percent"
    )
    parser.add_argument("--hours", type=float, default=12.0)
    asked = parser.parse_args()
    print("| agents | answers % | progressive | optimum | best day | share of the gain |")  # noqa: T201
    for one in asked.models.split(","):
        agents, percent = map(int, one.split("x"))
        model = Model(agents, percent / 100)
        plain = rates_of(model, progressive(model)).handled * model.service_seconds / agents
        found = [plain, *(optimum(model, rate, 1e-5).occupancy for rate in CURVE)]
        curve = np.interp(CHOICES, (0.0, *CURVE), found)
        best = float(np.interp(TARGET, CHOICES, curve))
        persons = int(agents * asked.hours * 3600 / model.service_seconds * best)
        day = most_on_a_day(curve, persons)
        share = (day - plain) / (best - plain)
        cells = (
            agents,
            percent,
            *(f"{100 * x:.1f}" for x in (plain, best, day)),
            f"{100 * share:.0f}",
        )
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
