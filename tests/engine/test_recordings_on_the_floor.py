"""Recordings and the engine: what a node finished is sealed; a full disk stops only whom it must."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.campaigns import pause_campaign, start_campaign
from dialer.domain.compliance import RulePack
from dialer.packs import load_pack
from dialer.reports.warnings import warnings
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Campaign, Entry, Recording
from telephony.disk_room import DiskRoom
from telephony.fake import Behaviour
from telephony.protocol import Alive, RecordingSaved
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine
TALKS = Behaviour()
CN: RulePack = load_pack("cn")


def beat(floor, *, disk_low: bool) -> None:
    floor.nodes._say(Alive(
        calls=0, seats_up=0, seats_ready=0, loop_lag_ms=0.0, version=99, disk_low=disk_low
    ))  # fmt: skip
    floor.turn()


def codes(sessions) -> list[str]:
    with read(sessions) as session:
        return [row["code"] for row in warnings(session, CN, now())]


def test_a_finished_recording_is_noted_once(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: TALKS, 1)
    floor.run(lambda: len(floor.nodes.originated) == 1)
    call = floor.nodes.originated[0].call_id
    for path in ("ab/one.wav", "ab/two.wav"):  # said again: by then the first may be sealed
        floor.nodes._say(RecordingSaved(call_id=call, path=path, seconds=2.0, sha256="f" * 64))
    floor.turn()
    with read(sessions) as session:
        row = session.get_one(Recording, call)
        assert (row.state, row.path, row.seconds) == ("raw", "ab/one.wav", 2.0)
        assert session.get_one(Attempt, call).recording == "ab/one.wav"


@pytest.mark.parametrize("required", [False, True])
def test_a_full_disk_stops_only_campaigns_that_must_be_recorded(
    open_floor, sessions, tmp_path, required
):
    campaign = make_campaign(sessions, tmp_path, 3, now())
    with write(sessions) as session:
        narrowing = {"recording_required": True} if required else {}
        session.get_one(Campaign, campaign).narrowing = narrowing
    pause_campaign(sessions, SETUP, campaign, now())
    floor = open_floor(lambda _: TALKS, 1)
    floor.turn()
    beat(floor, disk_low=True)
    beat(floor, disk_low=True)
    assert "disk_low" in codes(sessions)
    start_campaign(sessions, SETUP, campaign, now())
    for _ in range(60):
        floor.turn()
    assert bool(floor.nodes.originated) == (not required)
    if required:
        with read(sessions) as session:
            assert "RECORDER_DOWN" in set(session.scalars(select(Entry.block_reason)))
    beat(floor, disk_low=False)
    assert "disk_low" not in codes(sessions)


def test_a_nodes_room_is_looked_at_now_and_then_and_does_not_flicker(tmp_path, monkeypatch):
    free, looked = [0], []

    def usage(folder):
        looked.append(folder)
        return namedtuple("usage", "free")(free[0] * 2**20)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    room = DiskRoom(tmp_path, 500)
    seen = []
    for second, megabytes in enumerate((600, 499, 510, 590, 600, 499)):
        free[0] = megabytes
        seen.append(room.look(second * 2.0))
        room.look(second * 2.0 + 1)  # not asked again within two seconds
    assert seen == [False, True, True, True, False, True]
    assert len(looked) == 6
