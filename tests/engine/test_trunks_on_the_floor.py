"""What trunks leave room for, and that everybody can read how they do."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.engine.trunks import capacity
from dialer.facts import TrunkMoved
from dialer.feed import Reader
from dialer.reports.live_board import snapshot
from dialer.settings import DialerSettings
from dialer.store.session import read
from dialer.store.tables import Attempt
from telephony.fake import Behaviour
from telephony.protocol import Dialed, TrunkStanding, Verdict
from telephony.trunk import Trunk
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine

RINGS = Behaviour(rings=60)
BUSY = Behaviour(verdict=Verdict.BUSY)
CN = DialerSettings().pack()


def told(state: str, channels: int = 60, **more) -> TrunkStanding:
    fields = {"name": "simulated", "in_use": 0, "dialed": 0, "calls_per_second": 20.0, **more}
    return TrunkStanding(state=state, channels=channels, **fields)


def test_only_trunks_that_work_count_and_one_on_trial_takes_one_call():
    configured = (Trunk(name="a", proxy="sip:127.0.0.1", channels=5, calls_per_second=2),)
    assert capacity(configured, ()) == (5, 2.0)
    rows = (told("up", 10), told("trial", 30), told("down", 30, in_use=4), told("unregistered", 9))
    assert capacity(configured, rows) == (10 + 1 + 4, 21.0)


def test_nothing_is_dialed_while_the_only_trunk_is_down(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 5, now())
    floor = open_floor(lambda _: RINGS, 3)
    view = floor.nodes.nodes["fake"]
    view.trunks = (told("down"),)
    for _ in range(15):
        floor.turn()
    assert not floor.nodes.originated
    view.trunks = (told("up"),)
    floor.run(lambda: len(floor.nodes.originated) >= 3)


def test_the_board_shows_the_trunk_and_each_change_is_a_fact(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: BUSY, 1)
    reader = Reader(sessions, after=0)
    view = floor.nodes.nodes["fake"]

    def shown() -> list:
        with read(sessions) as session:
            return snapshot(session, now(), CN)["trunks"]

    view.trunks = (told("up", in_use=7),)
    floor.run(lambda: bool(shown()))
    assert [(r["name"], r["state"], r["in_use"], r["fault_at"]) for r in shown()] == [
        ("simulated", "up", 7, None)
    ]
    view.trunks = (told("down", fault="silent", fault_age_ms=1500),)
    floor.run(lambda: shown()[0]["state"] == "down")
    row = shown()[0]
    assert (row["fault"], row["node"]) == ("silent", "fake")
    assert row["fault_at"] < row["as_of"]
    moves = [fact.state for _, _, fact in reader.poll() if isinstance(fact, TrunkMoved)]
    assert moves == ["up", "down"]


def test_an_attempt_remembers_the_trunk_that_carried_it(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: RINGS, 1)
    floor.run(lambda: bool(floor.nodes.originated))
    call = floor.nodes.originated[0].call_id
    for trunk in ("simulated", "spare"):  # the first one failed, and the node went on to another
        floor.nodes._say(Dialed(call_id=call, trunk=trunk))
    floor.turn()
    with read(sessions) as session:
        assert session.scalars(select(Attempt.trunk)).all() == ["spare"]
