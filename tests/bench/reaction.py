"""How long after an answer or a hang-up the pacer has decided anew and its calls have left.

    python -m tests.bench.reaction --agents 50 --seconds 60 [--database postgresql+psycopg://...]

A real engine on a real store against the fake node in the same process, with agents' outcomes written from
another thread as the workbench would. From the node's word to the end of the decision, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from dialer.actions.outcomes import record_outcome
from dialer.clock import monotonic, utc_now
from dialer.engine import loop
from dialer.reports.tally import percentile
from dialer.settings import DialerSettings
from dialer.store.session import Sessions, open_store, read, upgrade, write
from dialer.store.tables import Campaign, Seat
from telephony.fake import Behaviour, FakeNodes
from telephony.protocol import Answered, Ended, Event, Verdict
from telephony.settings import TelephonySettings, Trunk
from tests.bench.machine import described
from tests.factories import MORNING, make_campaign, make_ready_agent

OFFSET = MORNING - utc_now()
RINGS, TALKS = (2.0, 10.0), (6.0, 18.0)
ANSWERS = 0.4


def now():
    """10:00 in Shanghai at the start: the gate is open."""
    return utc_now() + OFFSET


class TimedNodes(FakeNodes):
    """Notes when it said of an answer or an end."""

    said_at: list[float] = []  # noqa: RUF012 - one bench, one node

    def _say(self, event: Event) -> None:
        if isinstance(event, Answered | Ended):
            self.said_at.append(monotonic())
        super()._say(event)


class Agents(threading.Thread):
    """Write an outcome for every seat that owes one."""

    def __init__(self, sessions: Sessions, actors: dict) -> None:
        super().__init__(daemon=True)
        self.sessions, self.actors, self.stop = sessions, actors, threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.1):
            with read(self.sessions) as session:
                owing = session.execute(
                    select(Seat.id, Seat.attempt_id).where(Seat.state == "wrap_up")
                ).all()
            for seat_id, attempt_id in owing:
                record_outcome(
                    self.sessions, self.actors[seat_id], key=f"k-{attempt_id}", attempt_id=attempt_id,
                    code="RPC_REFUSE", identity_confirmed=True, now=now(),
                )  # fmt: skip


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{folder}/kept.db"
        upgrade(url)
        with (
            mock.patch("dialer.engine.loop.utc_now", now),
            mock.patch("telephony.fake.utc_now", now),
        ):
            times, dialed = _run(open_store(url), Path(folder), asked)
    print(json.dumps({  # noqa: T201
        "events": len(times), "dialed": dialed, "events_per_second": round(len(times) / asked.seconds, 1),
        "ms_p50": percentile(sorted(times), 0.5), "ms_p99": percentile(sorted(times), 0.99),
        "ms_max": round(max(times), 1), "agents": asked.agents,
        "database": "postgresql" if asked.database else "sqlite", "machine": described(),
    }, indent=1))  # fmt: skip


def _run(sessions: Sessions, folder: Path, asked: argparse.Namespace) -> tuple[list[float], int]:
    campaign = make_campaign(sessions, folder, asked.entries, now())
    with write(sessions) as session:
        session.get_one(Campaign, campaign).mode = "predictive"
    actors = {}
    for _ in range(asked.agents):
        actor, seat_id = make_ready_agent(sessions, now())
        actors[seat_id] = actor
    chance = random.Random(1)
    nodes = TimedNodes(lambda _: Behaviour(
        Verdict.ANSWERED if chance.random() < ANSWERS else Verdict.BUSY,
        chance.uniform(*RINGS), chance.uniform(*TALKS),
    ))  # fmt: skip
    trunk = Trunk(name="t", proxy="sip:127.0.0.1:5080", channels=500, calls_per_second=100)
    engine = loop.Engine(DialerSettings(), TelephonySettings(trunks=(trunk,)), sessions, "bench")
    engine.start(nodes)  # type: ignore[arg-type]
    agents, times = Agents(sessions, actors), list[float]()
    agents.start()
    until = monotonic() + asked.seconds
    while monotonic() < until:
        engine.turn()
        done = monotonic()
        times += [(done - at) * 1000 for at in nodes.said_at]
        nodes.said_at.clear()
    agents.stop.set()
    agents.join()
    return times, len(nodes.originated)


if __name__ == "__main__":
    main()
