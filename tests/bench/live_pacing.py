"""The live floor against the simulation: the same settings, once over real SIP, many times simulated.

    python -m tests.bench.live_pacing --agents 8 --minutes 30 --answer-rate 0.3 --talk 30 --wrap 8 --seed 1

Starts carrier, phones, node, engine, workbench and robots on 127.0.0.1, lets a predictive campaign run, then
plays the same shift `--shifts` times in the simulator. Prints one JSON object: the live figures, the middle 95 %
of the simulated ones, and whether the live ones lie inside.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from dialer.clock import OFFSET_VARIABLE, monotonic, utc_now
from dialer.domain.abandonment import Rate, budget_left, human_rate
from dialer.domain.pacing import Abandoned, Connected, Event, Mode, Pacer, Plan, Settings, View
from dialer.reports.tally import WORK, answered_calls
from dialer.sample.cases import write_csv
from dialer.simulation.days import play_days
from dialer.simulation.pacers import settings_for
from dialer.simulation.scenario import CallList, Scenario, Spread
from dialer.store.session import Sessions, open_store, read, write
from dialer.store.tables import Attempt, Campaign, SeatSpan
from telephony.config_file import PATH_VARIABLE
from tests.bench.machine import described
from workbench import demo_site
from workbench.demo_client import Visitor
from workbench.processes import Keeper, Program

CHANNELS, CALLS_PER_SECOND = 100, 20  # of the demonstration's trunk
TALKS_ON = 3600.0  # customers leave it to the agent to end the call


def main() -> None:
    """Run live, simulate, compare, print."""
    asked = _arguments()
    _shift_clock_if_needed()
    scenario = Scenario(
        agents=asked.agents, hours=asked.minutes / 60, lists=(CallList(answer_rate=((0.0, asked.answer_rate),)),),
        talk=Spread(asked.talk, 0.8), wrap=Spread(asked.wrap, 0.6), quick_hangup=0.0, stagger=0.0, breaks=(),
        lines=CHANNELS, calls_per_second=CALLS_PER_SECOND, ring_timeout=30.0, decide_every=0.1, decide_gap=0.04,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kept-live-") as folder:
        live = _live(Path(folder) / "site", scenario, asked)
    played = play_days(
        scenario, lambda: AsTheEngine(settings_for(scenario, asked.target)),
        [asked.seed * 1000 + n for n in range(asked.shifts)], asked.target,
    )  # fmt: skip
    bands = {
        "occupancy": middle([day.occupancy for day in played.days]),
        "abandonment": middle([day.abandonment_tsr for day in played.days]),
    }
    print(json.dumps({  # noqa: T201
        "asked": vars(asked), "live": live,
        "simulated": {**bands, "connects": middle([float(day.connects) for day in played.days])},
        "inside": {name: low <= live[name] <= high for name, (low, _, high) in bands.items()},
        "machine": described(),
    }, indent=1))  # fmt: skip


class AsTheEngine:
    """The pacer with the gate's budget before it, as `dialer.engine.pacing` has it: without room for one more
    abandoned call there is one line for each waiting agent."""

    def __init__(self, settings: Settings) -> None:
        self._ahead = Pacer(settings)
        self._one_each = Pacer(replace(settings, mode=Mode.PROGRESSIVE))
        self._hard, self._met, self._abandoned = settings.hard, 0, 0

    def observe(self, event: Event) -> None:
        self._met += isinstance(event, Connected)
        self._abandoned += isinstance(event, Abandoned)
        self._ahead.observe(event)
        self._one_each.observe(event)

    def decide(self, view: View) -> Plan:
        rate = Rate(self._abandoned, self._abandoned + self._met, "")
        pacer = self._ahead if budget_left(rate, self._hard) >= 1 else self._one_each
        return pacer.decide(view)


def _shift_clock_if_needed() -> None:
    """Outside calling hours: the same command again with a shifted clock, for all processes."""
    offset = demo_site.clock_offset(utc_now())
    if offset and OFFSET_VARIABLE not in os.environ:
        os.environ[OFFSET_VARIABLE] = str(int(offset.total_seconds()))
        os.execv(sys.executable, [sys.executable, "-m", "tests.bench.live_pacing", *sys.argv[1:]])


def middle(values: Sequence[float]) -> tuple[float, float, float]:
    """2.5 %, median and 97.5 % of simulated shifts."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return tuple(round(ordered[round(last * share)], 4) for share in (0.025, 0.5, 0.975))


def _live(folder: Path, scenario: Scenario, asked: argparse.Namespace) -> dict[str, float]:
    site = demo_site.prepare(folder, None)
    with site.config.open("a", encoding="utf-8") as config:
        config.write(f"\n[dialer.pacing]\ntarget = {asked.target}\n")
    customers = folder / "customers.toml"
    customers.write_text(customers_of(scenario), encoding="utf-8")
    logins = demo_site.fill(site, asked.agents)
    robots = [login for login in logins if login.username.startswith("robot")]
    keeper = Keeper(site.folder, {PATH_VARIABLE: str(site.config)})
    try:
        keeper.start(demo_site.programs(site, asked.agents, asked.seed, customers))
        manager = Visitor(site.url)
        keeper.keep(manager.is_answering)
        manager.sign_in(logins[0].username, logins[0].password)
        campaign = _campaign(site, manager, keeper, asked)
        keeper.start([_robots(site, robots, asked)])
        keeper.keep(_all_ready(open_store(site.database), asked.agents))
        manager.start_campaign(campaign)
        start, until = utc_now(), monotonic() + asked.minutes * 60
        keeper.keep(lambda: monotonic() >= until)
        end = utc_now()
        return _figures(open_store(site.database), campaign, start, end)
    finally:
        keeper.stop()


def customers_of(scenario: Scenario) -> str:
    """The simulated carrier's customers for the scenario's first list."""
    (one,) = scenario.lists
    answers = one.answer_rate[0][1]
    rest = 1.0 - answers
    rows = (
        ("person", answers, 200, scenario.ring_person, 'sound = "person"\n'),
        ("busy", rest * one.busy, 486, scenario.ring_busy, ""),
        ("switched_off", rest * one.failed, 480, scenario.ring_failed, "rings = false\n"),
        ("no_answer", rest * (1 - one.busy - one.failed), 0, scenario.ring_person, ""),
    )
    return "\n".join(
        f'[[customers]]\nkind = "{kind}"\nshare = {share:.6f}\nanswers = {code}\n{more}'
        f"decides = {{ mean = {spread.mean}, cv = {spread.cv} }}\ntalks = [{TALKS_ON}, {TALKS_ON}]\n"
        for kind, share, code, spread, more in rows
    )


def _campaign(
    site: demo_site.Site, manager: Visitor, keeper: Keeper, asked: argparse.Namespace
) -> int:
    """A predictive campaign with more entries than the shift can dial."""
    expected = asked.agents * asked.minutes * 60 / (asked.talk + asked.wrap) / asked.answer_rate
    path = site.folder / "list.csv"
    write_csv(path, round(expected * 3) + 500, asked.seed)
    campaign = manager.create_campaign("live", "示例银行", ring_seconds=30)
    upload = manager.upload(campaign, path)
    keeper.keep(lambda: manager.upload_is_done(upload))
    with write(open_store(site.database)) as session:
        session.get_one(Campaign, campaign).mode = "predictive"
    return campaign


def _robots(
    site: demo_site.Site, robots: list[demo_site.Login], asked: argparse.Namespace
) -> Program:
    passwords = site.folder / "robots.txt"
    passwords.write_text("".join(f"{r.username} {r.password}\n" for r in robots), encoding="utf-8")
    return Program("robots", "workbench.demo_agents", (
        "--url", site.url, "--logins", str(passwords), "--seed", str(asked.seed),
        "--talk", f"{asked.talk}:0.8", "--wrap", f"{asked.wrap}:0.6",
    ))  # fmt: skip


def _all_ready(sessions: Sessions, agents: int):
    def are() -> bool:
        with read(sessions) as session:
            idle = session.scalars(
                select(SeatSpan.seat_id).where(
                    SeatSpan.state == "idle", SeatSpan.ended_at.is_(None)
                )
            ).all()
        return len(idle) == agents

    return are


def _figures(sessions: Sessions, campaign: int, start: datetime, end: datetime) -> dict[str, float]:
    with read(sessions) as session:
        seconds = dict.fromkeys((*WORK, "idle"), 0.0)
        for span in session.scalars(select(SeatSpan).where(SeatSpan.state.in_(seconds))):
            length = min(span.ended_at or end, end) - max(span.started_at, start)
            seconds[span.state] += max(length, timedelta()).total_seconds()
        rate = human_rate(answered_calls(session, [campaign], None))
        attempts = session.query(Attempt).filter_by(campaign_id=campaign).count()
        connects = session.query(Attempt).filter(Attempt.connected_at.is_not(None)).count()
    busy = sum(seconds[state] for state in WORK)
    return {
        "occupancy": round(busy / sum(seconds.values()), 4), "abandonment": round(rate.value, 4),
        "abandoned": rate.abandoned, "persons": rate.persons, "attempts": attempts,
        "connects": connects, "talk_s": round(seconds["talking"] / max(connects, 1), 2),
        "wrap_s": round(seconds["wrap_up"] / max(connects, 1), 2),
    }  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--answer-rate", type=float, default=0.3)
    parser.add_argument("--talk", type=float, default=30.0)
    parser.add_argument("--wrap", type=float, default=8.0)
    parser.add_argument("--target", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shifts", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    main()
