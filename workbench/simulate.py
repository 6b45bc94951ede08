"""`kept simulate`: whole shifts on a floor described by figures, in seconds. 模拟整班。"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dialer.simulation.questions import Answer, Question

PACERS = ("predictive", "progressive", "ratio", "vicidial", "vicidial_best")
ROWS = (
    ("占用率 occupancy %", "occupancy", 100, 1), ("呼损率 abandoned %", "abandonment_tsr", 100, 2),
    ("Ofcom %", "abandonment_ofcom", 100, 2), ("最差一日 worst day %", "worst_day", 100, 2),
    ("最差一小时 worst hour %", "worst_hour", 100, 1),
    ("每通空闲秒 idle s/call", "idle_seconds_per_call", 1, 1), ("拨打 calls", "calls", 1, 0),
    ("接通 connects", "connects", 1, 0), ("每坐席小时接通 per agent hour", "connects_per_agent_hour", 1, 1),
)  # fmt: skip
Tell = Callable[[str, float], bool]


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """The figures of the floor; what is not given is taken from the campaign, else the default."""
    figures = (
        ("--agents", int, "Agents signed in. 坐席数 [10]"),
        ("--hours", float, "Length of the shift. 时长 [8]"),
        ("--answer-rate", float, "Share of attempts a person picks up. 接听率 [0.3]"),
        ("--talk", float, "Mean talk, seconds. 平均通话秒数 [120]"),
        ("--wrap", float, "Mean wrap-up, seconds. 平均话后秒数 [20]"),
        ("--ring", float, "Mean ring until a person answers, seconds. 平均振铃秒数 [10]"),
        ("--ring-timeout", float, "Seconds until a call is given up. 振铃超时 [30]"),
        ("--machine-share", float, "Share of machines among calls picked up. 机器占比 [0]"),
        ("--busy", float, "Share busy of the calls nobody picks up. 忙线占比 [0.2]"),
        ("--failed", float, "Share failed of the calls nobody picks up. 失败占比 [0.2]"),
        ("--talk-cv", float, "Variation of talk: deviation / mean. 通话离散 [0.8]"),
        ("--target", float, "Abandonment to aim for. 目标呼损率 [0.03]"),
        ("--lines", int, "Most calls at once. 线路数 [1000]"),
        ("--calls-per-second", float, "Most dials a second. 每秒呼叫数 [50]"),
        ("--days", int, "Days to play, each from its own seed. 天数 [1]"),
        ("--seed", int, "The same seed is the same day. 随机种子 [1]"),
    )  # fmt: skip
    for name, kind, text in reversed(figures):
        command = click.option(name, type=kind, help=text)(command)
    return command


@click.command()
@_options
@click.option("--amd/--no-amd", default=None, help="Machine detection hangs up. 机器识别 [off]")
@click.option("--breaks/--no-breaks", default=None, help="Agents take breaks. 坐席小休 [on]")
@click.option("--pacer", type=click.Choice(PACERS), help="Who decides. 拨号策略 [predictive]")
@click.option("--campaign", help="Measured figures of this campaign. 采用某任务的实测值")
@click.option("--compare", is_flag=True, help="All pacers on the same days. 比较全部策略")
@click.option("--what-if", "changes", multiple=True, metavar="NAME=[+-]VALUE",
              help="Another run with one figure changed: agents=+5, target=2%. 假设分析")  # fmt: skip
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw a PNG. 绘图")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--progress-file", type=click.Path(path_type=Path), hidden=True)
def simulate(
    compare: bool, changes: tuple[str, ...], plot: Path | None, as_json: bool,
    progress_file: Path | None, **figures: Any,
) -> None:  # fmt: skip
    """Play whole shifts: what a pacer would do on this floor. 模拟整班：占用率与呼损。

    Nothing is dialed. The pacer is the one that dials for real.
    """
    from dialer.simulation.questions import BadQuestion, Question, ask, variants

    campaign = figures.pop("campaign")
    known = _measured(campaign) if campaign else {}
    known |= {name: value for name, value in figures.items() if value is not None}
    try:
        asked = variants(Question(**known), changes, compare)
    except BadQuestion as bad:
        raise click.ClickException(f"{bad.field.replace('_', '-')}: {bad.why}") from None
    if plot is not None:
        _can_draw()
    with _Progress(len(asked), progress_file, quiet=as_json) as progress:
        answers = [ask(question, label, progress.part(label)) for label, question in asked]
    if plot is not None:
        from workbench.simulate_plot import draw

        draw(answers, plot)
    click.echo(_as_json(answers, known if campaign else None) if as_json else _as_table(answers))
    if plot is not None:
        click.echo(f"{plot}", err=as_json)


def _measured(name: str) -> dict[str, Any]:
    """Figures of the campaign from the store, or a clear no."""
    from dialer.clock import utc_now
    from dialer.reports.measured_floor import (
        ATTEMPTS_MIN,
        CONVERSATIONS_MIN,
        campaign_named,
        measured_floor,
    )
    from dialer.settings import load
    from dialer.store.session import open_store, read

    with read(open_store(load().database)) as session:
        campaign_id = campaign_named(session, name)
        floor = measured_floor(session, campaign_id, utc_now()) if campaign_id else None
    if floor is None:
        raise click.ClickException(f"没有名为「{name}」的任务 / no campaign is named {name!r}")
    if not floor.enough:
        raise click.ClickException(
            f"实测太少：近30天 {floor.attempts} 次拨打、{floor.conversations} 次通话，至少需要 "
            f"{ATTEMPTS_MIN} 和 {CONVERSATIONS_MIN}；请直接输入数字。/ too few calls measured: "
            f"{floor.attempts} attempts and {floor.conversations} conversations in thirty days, "
            f"{ATTEMPTS_MIN} and {CONVERSATIONS_MIN} are needed; give the figures as options instead."
        )
    return dict(floor.figures())


def _can_draw() -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise click.ClickException(
            "绘图需要 matplotlib / --plot needs matplotlib: pip install 'kept[plot]'"
        ) from None


def _as_json(answers: list[Answer], measured: dict[str, Any] | None) -> str:
    """The first answer's figures at the top; beside them all answers when there are several."""
    found: dict[str, Any] = answers[0].as_dict() | {"question": _question(answers[0].question)}
    if measured is not None:
        found["measured"] = measured
    found["timeline"] = answers[0].timeline()
    if len(answers) > 1:
        found["answers"] = [answer.as_dict() for answer in answers]
    return json.dumps(found, ensure_ascii=False, indent=2)


def _question(question: Question) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(question)


def _as_table(answers: list[Answer]) -> str:
    """A row for each figure, a column for each answer; intervals where there are several days."""
    question = answers[0].question
    lines = [
        f"{question.agents} 坐席 agents · {question.hours:g} h × {question.days} · 接听率 answer rate "
        f"{100 * question.answer_rate:g} % · 通话 talk {question.talk:g} s · 目标 target "
        f"{100 * question.target:g} %",
        "",
    ]
    found = [answer.as_dict() for answer in answers]
    names = [_label(answer) for answer in answers]
    table = [["", *names]]
    for title, key, scale, places in ROWS:
        table.append([title, *(_cell(one, key, scale, places) for one in found)])
    widths = [max(_width(row[n]) for row in table) for n in range(len(table[0]))]
    for row in table:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = [
            " " * (width - _width(text)) + text
            for text, width in zip(row[1:], widths[1:], strict=True)
        ]
        lines.append("  ".join([first, *rest]))
    return "\n".join(lines)


def _label(answer: Answer) -> str:
    return f"{answer.label} ({answer.chosen:.2f})" if answer.chosen else answer.label


def _cell(found: dict[str, Any], key: str, scale: int, places: int) -> str:
    text = f"{scale * found[key]:,.{places}f}"
    half = found.get(f"{key}_ci95")
    return text if half is None else f"{text} ± {scale * half:.{places}f}"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


class _Progress:
    """A line on a terminal, or a small file that somebody else watches."""

    def __init__(self, parts: int, file: Path | None, quiet: bool) -> None:
        self._parts = parts
        self._done = -1
        self._file = file
        self._shown = not quiet and sys.stderr.isatty()
        self._told = 0.0
        self._parent = os.getppid()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def part(self, label: str) -> Callable[[float], bool]:
        """Progress of the next run."""
        self._done += 1
        return lambda share: self._tell(label, (self._done + share) / self._parts)

    def _tell(self, label: str, share: float) -> bool:
        from dialer.clock import monotonic

        now = monotonic()
        if now - self._told < 0.2:
            return True
        self._told = now
        if self._shown:
            bar = "█" * int(30 * share)
            click.echo(f"\r{bar:<30} {100 * share:3.0f} % {label}\033[K", nl=False, err=True)
        if self._file is not None:
            aside = self._file.with_suffix(".new")
            aside.write_text(
                json.dumps({"share": round(share, 4), "label": label}), encoding="utf-8"
            )
            os.replace(aside, self._file)  # a reader never sees half of it
            return (
                os.getppid() == self._parent
            )  # nobody waits for the answer of a workbench that died
        return True
