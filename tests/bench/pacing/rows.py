"""One line of the tables for each pacer, and the verdicts on ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from dialer.simulation.days import Mean, Played, paired
from dialer.simulation.pacers import IN_A_ROW, KINDS, play, settings_for
from dialer.simulation.shift import Progress
from tests.bench.pacing.cells import IDLE_AGAINST_BEST, Cell

OURS = ("predictive", IN_A_ROW)
HEAD = ("| pacer | occupancy % | TSR % mean / worst day | Ofcom % | idle s/call | worst hour % "
        "| days over | time over % | ours minus this |\n|---|---|---|---|---|---|---|---|---|")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A pacer on a cell."""

    cell: str
    pacer: str
    chosen: float
    days: int
    occupancy: Mean
    rates: Mean
    rate_pooled: float
    worst_day: float
    ofcom: Mean
    ofcom_worst_day: float
    idle_per_call: float
    worst_hour: float
    days_over: int
    over_limit_time: float
    early_cancelled: int
    blocks_of_five: tuple[float, ...]
    advantage: Mean | None  # ours minus this, same days

    def line(self) -> str:
        """A row of the Markdown table."""
        name = self.pacer + (f" ({self.chosen:.2f})" if self.chosen else "")
        ahead = "–" if self.advantage is None else shown(self.advantage, "+.1f")
        return (
            f"| {name} | {shown(self.occupancy)} | {100 * self.rates.mean:.2f} / "
            f"{100 * self.worst_day:.2f} | {100 * self.ofcom.mean:.2f} | {self.idle_per_call:.1f} | "
            f"{100 * self.worst_hour:.1f} | {self.days_over} of {self.days} | "
            f"{100 * self.over_limit_time:.0f} | {ahead} |"
        )

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)


def shown(value: Mean, form: str = ".1f") -> str:
    """Percent with its 95 % interval."""
    half = "" if value.half is None else f" ± {100 * value.half:.1f}"
    return f"{100 * value.mean:{form}}{half}"


def row(cell: Cell, pacer: str, chosen: float, played: Played, ours: Played | None) -> Row:
    """Read the figures."""
    return Row(
        cell.name, pacer, chosen, len(played.days), played.occupancy, played.rates, played.rate,
        played.worst_day, played.ofcom, max(day.abandonment_ofcom for day in played.days),
        played.idle_per_call, played.worst_hour, played.days_over, played.over_limit_time,
        sum(day.early_cancelled for day in played.days), tuple(played.blocks(5)),
        None if ours is None else paired(ours, played),
    )  # fmt: skip


def measure(
    cell: Cell, seeds: list[int], pacers: tuple[str, ...], tell: Progress | None
) -> Iterator[Row]:
    """Ours first, then the others on the same days."""
    seeds = seeds[: cell.days] if cell.days else seeds
    settings = settings_for(cell.scenario, formula=cell.formula)
    ours: Played | None = None
    for kind in (*KINDS, IN_A_ROW):
        if kind not in pacers or (kind not in OURS and not cell.compare):
            continue
        tuned = play(kind, cell.scenario, settings, seeds, tell)
        yield row(cell, kind, tuned.chosen, tuned.played, ours)
        if kind == "predictive":
            ours = tuned.played


def verdicts(cell: Cell, rows: list[Row]) -> Iterator[tuple[str, bool]]:
    """What is demanded of ours here, and whether this run showed it."""
    by_name = {one.pacer: one for one in rows}
    ours = by_name.get("predictive")
    if ours is None:
        return
    agents = cell.scenario.agents
    if cell.goal is not None:
        yield f"occupancy at least {100 * cell.goal:.1f} %", ours.occupancy.mean >= cell.goal
    if cell.formula == "ofcom":
        yield "Ofcom rate at most 3.0 % over all days", ours.ofcom.mean <= 0.03
        yield "no day above 3.2 % (Ofcom)", ours.ofcom_worst_day <= 0.032
    elif agents >= 10:
        yield "3.00 % or less on 95 % of the days", ours.days_over <= 0.05 * ours.days
        yield "no day above 3.2 %", ours.worst_day <= 0.032
        yield "above 3 % at most a tenth of the time", ours.over_limit_time <= 0.1
        yield "worst hour at most 6 %", ours.worst_hour <= 0.06
    else:
        yield "no day above 3.5 %", ours.worst_day <= 0.035
        yield (
            "3.0 % or less over every five days",
            all(rate <= 0.03 for rate in ours.blocks_of_five),
        )
    yield "no call given up before 15 s", ours.early_cancelled == 0
    yield from _against(agents, ours, by_name)


def _against(agents: int, ours: Row, by_name: dict[str, Row]) -> Iterator[tuple[str, bool]]:
    idle = 1 - ours.occupancy.mean
    best, default = by_name.get("vicidial_best"), by_name.get("vicidial")
    share = IDLE_AGAINST_BEST.get(agents)
    if best is not None and share is not None:
        found = idle / (1 - best.occupancy.mean)
        yield f"idle share {found:.2f} of ViciDial at its best, at most {share}", found <= share
    if default is not None and agents >= 20:
        found = idle / (1 - default.occupancy.mean)
        yield f"idle share {found:.2f} of ViciDial as shipped, at most 0.5", found <= 0.5
    progressive = by_name.get("progressive")
    if progressive is not None:
        yield "not below progressive", ours.occupancy.mean >= progressive.occupancy.mean - 0.002
