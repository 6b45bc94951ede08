"""Outbound numbers while dialing: calls per second, trunk and ownership, licence, shares of lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.number_pools import add_pool, assign_pool
from dialer.engine import loop
from dialer.packs import load_pack
from dialer.reports.waterfall import waterfall
from dialer.settings import DialerSettings
from dialer.store.session import read, write
from dialer.store.tables import Attempt, NumberPool, Pulse
from telephony.fake import Behaviour, FakeNodes
from telephony.protocol import Verdict
from telephony.settings import TelephonySettings, Trunk
from tests.engine.conftest import now
from tests.factories import make_campaign
from tests.store.test_number_pools import TERMS

pytestmark = pytest.mark.engine
CN = load_pack("cn")
BUSY = Behaviour(Verdict.BUSY)
TWO = TelephonySettings(trunks=(
    Trunk(name="one", proxy="sip:127.0.0.1:5080", calls_per_second=200, numbers=("95039xxx",)),
    Trunk(name="two", proxy="sip:127.0.0.1:5081", calls_per_second=200, numbers=("95035xxx",)),
))  # fmt: skip


def pool_for(sessions, campaign: int, **terms) -> int:
    pool = add_pool(sessions, SETUP, replace(TERMS, **terms), now())["id"]
    assign_pool(sessions, SETUP, campaign, pool, now())
    return pool


def test_a_pool_s_calls_per_second_bind_the_engine(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 12, now())
    pool_for(sessions, campaign, second_max=3)
    floor = open_floor(lambda _: BUSY, 6)
    floor.run(lambda: len(floor.nodes.originated) == 12)
    with read(sessions) as session:
        times = sorted(session.scalars(select(Attempt.created_at)))
    for first, fourth in zip(times, times[3:], strict=False):
        assert fourth - first >= timedelta(seconds=1)
    assert {o.outbound_number[:5] for o in floor.nodes.originated} == {"95035"}


def test_a_pool_leaves_by_its_trunk_and_never_by_one_that_does_not_own_it(
    open_floor, sessions, tmp_path
):
    campaign = make_campaign(sessions, tmp_path, 2, now())
    pool = pool_for(sessions, campaign, trunk="two")
    floor = open_floor(lambda _: BUSY, 1)
    floor.engine = loop.Engine(DialerSettings(), TWO, sessions, owner="test")
    floor.nodes = FakeNodes(lambda _: BUSY, epoch=2)
    floor.engine.start(floor.nodes)  # type: ignore[arg-type]
    floor.run(lambda: len(floor.nodes.originated) == 2)
    assert {o.trunk for o in floor.nodes.originated} == {"two"}
    second = make_campaign(sessions, tmp_path, 2, now(), seed=2)
    assign_pool(sessions, SETUP, second, pool, now())
    with write(sessions) as session:
        session.get_one(NumberPool, pool).trunk = "one"
    for _ in range(30):
        floor.turn()
    assert len(floor.nodes.originated) == 2
    assert "CLI_NOT_OWNED" in floor.engine.floor.short_of_numbers.values()


def test_a_licence_that_ends_stops_the_next_call_and_the_board_says_so(
    open_floor, sessions, tmp_path
):
    campaign = make_campaign(sessions, tmp_path, 4, now())
    pool = pool_for(sessions, campaign)
    floor = open_floor(lambda _: BUSY, 1)
    floor.run(lambda: len(floor.nodes.originated) == 1)
    with write(sessions) as session:
        session.get_one(NumberPool, pool).licence_until = now().date() - timedelta(days=1)
    floor.run(lambda: not floor.engine.floor.calls)
    dialed = len(floor.nodes.originated)

    def told() -> bool:
        with read(sessions) as session:
            return session.get_one(Pulse, campaign).body["numbers"] == "CLI_LICENCE"

    floor.run(told)
    assert len(floor.nodes.originated) == dialed
    with read(sessions) as session:
        steps = Counter(
            {s["step"]: s["count"] for s in waterfall(session, campaign, CN, now())["steps"]}
        )
    assert steps["blocked.CLI_LICENCE"] == 4 - dialed
