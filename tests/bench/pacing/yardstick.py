"""Ours beside the provable optimum of the memoryless model."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from dialer.domain.pacing import Prior
from dialer.simulation.days import Mean, play_days
from dialer.simulation.markov import Model, floor_of, optimum, progressive, rates_of
from dialer.simulation.pacers import maker, settings_for

HEAD = ("| agents | answer rate % | progressive | ours @ rate | optimum at 3 % | share of the gain |\n"
        "|---|---|---|---|---|---|")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Yard:
    """One model. `share`: how much of what is between progressive and the optimum ours reaches."""

    agents: int
    answer_rate: float
    progressive: float
    ours: Mean
    rate: float
    optimum: float

    @property
    def share(self) -> float:
        """1.0 is the optimum; above it is chance, or a rate above 3 %."""
        return (self.ours.mean - self.progressive) / (self.optimum - self.progressive)

    def line(self) -> str:
        """A row of the Markdown table."""
        half = "" if self.ours.half is None else f" ± {100 * self.ours.half:.1f}"
        return (
            f"| {self.agents} | {100 * self.answer_rate:.0f} | {100 * self.progressive:.1f} | "
            f"{100 * self.ours.mean:.1f}{half} @ {100 * self.rate:.2f} | {100 * self.optimum:.1f} | "
            f"{100 * self.share:.0f} % |"
        )

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return {**asdict(self), "share": self.share}


def measured(agents: int, answer_rate: float, seeds: list[int], hours: float) -> Yard:
    """The model solved, and ours simulated in it."""
    model = Model(agents, answer_rate)
    scenario = floor_of(model, hours)
    settings = settings_for(scenario, prior=Prior())
    played = play_days(scenario, maker("predictive", settings), seeds, settings.target)
    slow = 1e-5 if agents > 10 else 1e-6
    plain = rates_of(model, progressive(model)).handled * model.service_seconds / agents
    return Yard(agents, answer_rate, plain, played.occupancy, played.rate,
                optimum(model, tolerance=slow).occupancy)  # fmt: skip
