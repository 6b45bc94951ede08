"""A debtor calls a pool number: the entry is called back, once, and no cap counts the call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.reports.inbound import inbound_calls
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Entry, InboundCall, Phone
from telephony.fake import Behaviour
from telephony.protocol import Inbound, Verdict
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine

BUSY = Behaviour(verdict=Verdict.BUSY)


def test_a_known_caller_is_called_back_and_a_stranger_is_noted(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    with write(sessions) as session:
        entry = session.scalars(select(Entry)).one()
        entry.next_at = now() + timedelta(hours=5)
        number = session.scalars(
            select(Phone.number).where(Phone.debtor_id == entry.debtor_id)
        ).first()
    floor = open_floor(lambda _: BUSY, 1)
    for _ in range(10):
        floor.turn()
    assert not floor.nodes.originated
    for call_id, caller in (("inbound-1", number), ("inbound-2", "15400009999"), ("inbound-3", "")):
        floor.nodes._say(
            Inbound(call_id=call_id, trunk="simulated", called="95035000", caller=caller)
        )
    floor.run(lambda: bool(floor.nodes.originated) and not floor.engine.floor.calls)
    assert floor.nodes.originated[0].number == number
    with read(sessions) as session:
        assert len(session.scalars(select(InboundCall)).all()) == 3
        assert len(session.scalars(select(Attempt)).all()) == 1, "the call in is no attempt"
        rows = {row["id"]: row for row in inbound_calls(session)}
    assert rows["inbound-1"]["is_called_back"]
    assert rows["inbound-1"]["entry_id"] == entry.id
    assert number not in str(rows), "masked"
    assert not rows["inbound-2"]["is_called_back"]
    assert rows["inbound-3"]["caller"] == ""


def test_the_same_word_twice_is_one_call(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: BUSY, 1)
    floor.nodes.says_all_twice = True
    floor.nodes._say(Inbound(call_id="inbound-1", trunk="s", called="95035000", caller=""))
    floor.run(lambda: _count(sessions) == 1)
    floor.turn()
    assert _count(sessions) == 1


def _count(sessions) -> int:
    with read(sessions) as session:
        return len(session.scalars(select(InboundCall)).all())
