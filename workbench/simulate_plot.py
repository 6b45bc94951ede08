"""Pictures of simulated shifts: the day of one answer, or occupancy against abandonment of several."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from dialer.simulation.questions import Answer

INK, FAINT, BRAND, ALARM = "#10212b", "#6b7280", "#0f766e", "#b91c1c"
COLOURS = ("#0f766e", "#2563eb", "#b45309", "#9333ea", "#b91c1c", "#6b7280", "#15803d", "#0891b2")
MARKS = ("o", "s", "D", "^", "v", "P", "X", "*")
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
)
WORDS = {
    "occupancy": ("坐席占用率 occupancy, %", "occupancy, %"),
    "abandonment": ("当日累计呼损率 abandoned, day so far, %", "abandoned, day so far, %"),
    "rate": ("呼损率 abandoned / persons, %", "abandoned / persons, %"),
    "hours": ("开班后小时 hours since the start", "hours since the start"),
    "target": ("目标 target", "target"),
    "agents": ("坐席 agents", "agents"),
    "answer": ("接听率 answer rate", "answer rate"),
    "talk": ("通话 talk", "talk"),
    "mean": ("全天 whole day", "whole day"),
    "days": ("天 days", "days"),
    "interval": ("误差线：95% 置信区间\nbars: 95 % interval", "bars: 95 % interval"),
}


def draw(answers: list[Answer], file: Path) -> None:
    """Write the PNG."""
    import matplotlib

    logging.getLogger("matplotlib").setLevel(logging.WARNING)  # it tells at INFO which fonts it has
    matplotlib.use("Agg")
    from matplotlib import font_manager
    from matplotlib import pyplot as plt

    present = {font.name for font in font_manager.fontManager.ttflist}
    chinese = next((name for name in CHINESE if name in present), None)
    words = {key: pair[0 if chinese else 1] for key, pair in WORDS.items()}
    style: Any = {
        "font.family": [chinese or "DejaVu Sans", "DejaVu Sans"], "axes.edgecolor": "#cbd5e1",
        "axes.labelcolor": INK, "text.color": INK, "xtick.color": FAINT, "ytick.color": FAINT,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
        "grid.color": "#e5e7eb", "axes.unicode_minus": False, "figure.dpi": 150, "font.size": 10,
    }  # fmt: skip
    with plt.rc_context(style):
        figure = plt.figure(figsize=(9.6, 5.6), layout="constrained")
        if len(answers) == 1:
            _day(figure, answers[0], words)
        else:
            _beside(figure, answers, words)
        figure.suptitle(_title(answers[0], words), fontsize=11, x=0.01, ha="left")
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file)
        plt.close(figure)


def _title(answer: Answer, words: dict[str, str]) -> str:
    asked = answer.question
    days = "" if asked.days == 1 else f" · {asked.days} {words['days']}"
    return (
        f"{asked.agents} {words['agents']} · {words['answer']} {100 * asked.answer_rate:g} % · "
        f"{words['talk']} {asked.talk:g} s · {asked.hours:g} h{days}"
    )


def _day(figure: Any, answer: Answer, words: dict[str, str]) -> None:
    """Occupancy above, the rate of the day so far below, against the target."""
    line = answer.timeline()
    hours = [minutes / 60 for minutes in line["minutes"] if minutes is not None]
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    busy = [None if share is None else 100 * share for share in line["occupancy"]]
    # A bin with nobody at work has no occupancy: the line has a gap there.
    above.step(
        hours, [float("nan") if v is None else v for v in busy], where="post", color=BRAND, lw=1.6
    )
    mean = 100 * answer.played.occupancy.mean
    above.axhline(mean, color=BRAND, lw=1, ls=":")
    above.set_ylim(0, 102)
    above.set_title(words["occupancy"], loc="left", fontsize=10)
    above.set_title(
        f"{words['mean']} {mean:.1f} %", loc="right", fontsize=10, color=BRAND, fontweight="bold"
    )
    rates = [float("nan") if share is None else 100 * share for share in line["abandonment"]]
    target = 100 * answer.question.target
    below.plot(hours, rates, color=ALARM, lw=1.6)
    below.axhline(target, color=FAINT, lw=1, ls="--")
    below.annotate(f"{words['target']} {target:g} %", (hours[-1], target), xytext=(0, 4), ha="right",
                   textcoords="offset points", color=FAINT)  # fmt: skip
    settled = [rate for rate in rates[6:] if rate == rate]
    below.set_ylim(0, max(1.6 * target, 1.15 * max(settled, default=0)))
    total = f"{words['mean']} {100 * answer.played.rate:.2f} %"
    below.set_title(total, loc="right", fontsize=10, color=ALARM, fontweight="bold")
    below.set_title(words["abandonment"], loc="left", fontsize=10)
    below.set_xlabel(words["hours"])
    below.set_xlim(0, hours[-1] or 1)


def _beside(figure: Any, answers: list[Answer], words: dict[str, str]) -> None:
    """Each answer a point: further up is busier, left of the line keeps to its target."""
    from matplotlib.lines import Line2D

    axes = figure.subplots()
    keys: list[Any] = []
    targets = sorted({100 * answer.question.target for answer in answers})
    for index, answer in enumerate(answers):
        rate, busy = answer.played.rates, answer.played.occupancy
        x, y = 100 * rate.mean, 100 * busy.mean
        colour = COLOURS[index % len(COLOURS)]
        axes.errorbar(
            x, y, xerr=_half(rate.half), yerr=_half(busy.half), fmt=MARKS[index % len(MARKS)], ms=9,
            color=colour, ecolor=colour, elinewidth=1, capsize=3, alpha=0.95,
        )  # fmt: skip
        keys.append(
            Line2D([], [], ls="", marker=MARKS[index % len(MARKS)], ms=8, color=colour,
                   label=f"{_name(answer)}\n{y:.1f} % @ {x:.2f} %")
        )  # fmt: skip
    for target in targets:
        axes.axvline(target, color=FAINT, lw=1, ls="--")
        axes.annotate(f"{words['target']} {target:g} %", (target, 1), xycoords=("data", "axes fraction"),
                      xytext=(4, -12), textcoords="offset points", color=FAINT)  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(max(low - 1, 0), min(high + 1, 101))
    axes.set_xlim(-0.08 * max(targets), max(axes.get_xlim()[1], 1.25 * max(targets)))
    axes.set_xlabel(words["rate"])
    axes.set_ylabel(words["occupancy"])
    title = words["interval"] if answers[0].question.days > 1 else None
    figure.legend(handles=keys, loc="outside right upper", frameon=False, labelspacing=0.9, title=title,
                  title_fontsize=8, alignment="left")  # fmt: skip


def _half(half: float | None) -> float | None:
    return None if half is None else 100 * half


def _name(answer: Answer) -> str:
    return f"{answer.label} ({answer.chosen:.2f})" if answer.chosen else answer.label
