"""Claiming over several lists: shares, switches, priorities, levels; what jumps the queue goes first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.store.entries import charge, next_ready
from dialer.store.session import write
from dialer.store.tables import Entry, Upload
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store


def with_lists(sessions, tmp_path, sizes: list[int], **fields: list[int]) -> tuple[int, list[int]]:
    """A campaign whose entries are spread over as many lists; returns its id and the lists' ids."""
    campaign = make_campaign(sessions, tmp_path, sum(sizes))
    with write(sessions) as session:
        first = session.scalars(select(Upload)).one()
        lists = [first.id]
        for number in range(1, len(sizes)):
            more = Upload(
                campaign_id=campaign, filename="more.csv", path="", sha256=f"x{number}", size=0,
                state="committed", created_by=first.created_by, created_at=MORNING, counts={},
            )  # fmt: skip
            session.add(more)
            session.flush()
            lists.append(more.id)
        entries = iter(session.scalars(select(Entry).order_by(Entry.id)).all())
        for list_id, size in zip(lists, sizes, strict=True):
            for _ in range(size):
                next(entries).upload_id = list_id
        for name, values in fields.items():
            for list_id, value in zip(lists, values, strict=True):
                setattr(session.get_one(Upload, list_id), name, value)
    return campaign, lists


def dial(sessions, campaign: int, count: int, together: int = 4) -> list[int]:
    """Claim and place `count` entries a few at a time; the lists they came from."""
    order = []
    while len(order) < count:
        with write(sessions) as session:
            found = next_ready(session, campaign, together, MORNING)
            if not found:
                break
            for entry in found:
                entry.state = "in_flight"
                charge(session, entry)
                order.append(entry.upload_id)
    return order


def test_lists_share_by_weight_until_one_is_empty(sessions, tmp_path):
    campaign, (new, old) = with_lists(sessions, tmp_path, [30, 30], weight=[3, 1])
    order = dial(sessions, campaign, 60)
    assert Counter(order[:40]) == {new: 30, old: 10}
    assert order[40:] == [old] * 20
    assert abs(Counter(order[:12])[new] - 9) <= 1  # from the first call on


def test_a_lower_priority_waits_and_a_list_that_is_off_is_left_alone(sessions, tmp_path):
    campaign, (late, early, off) = with_lists(
        sessions, tmp_path, [5, 5, 5], priority=[3, 1, 0], active=[True, True, False]
    )
    assert dial(sessions, campaign, 15) == [early] * 5 + [late] * 5
    with write(sessions) as session:
        session.get_one(Upload, off).active = True
    assert dial(sessions, campaign, 15) == [off] * 5


def test_a_file_that_is_not_committed_is_no_list(sessions, tmp_path):
    campaign, lists = with_lists(sessions, tmp_path, [2, 2])
    with write(sessions) as session:
        session.get_one(Upload, lists[1]).state = "checked"
    assert dial(sessions, campaign, 9) == [lists[0]] * 2


def test_who_jumped_the_queue_goes_first_from_whatever_list(sessions, tmp_path):
    campaign, lists = with_lists(sessions, tmp_path, [4, 4, 4], weight=[9, 1, 1])
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        entries[5].priority, entries[9].priority, entries[10].priority = -10, -20, -20
        entries[10].next_at = MORNING + timedelta(hours=1)  # a callback that is not due yet
    with write(sessions) as session:
        found = next_ready(session, campaign, 12, MORNING)
        assert [e.id for e in found[:2]] == [entries[9].id, entries[5].id]
        assert len({e.id for e in found}) == len(found) == 11
        assert [e.upload_id for e in next_ready(session, campaign, 2, MORNING)] == [
            lists[2],
            lists[1],
        ]


def test_levels_go_in_order_and_resting_entries_hide_nobody(sessions, tmp_path):
    campaign, _ = with_lists(sessions, tmp_path, [12])
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        for number, entry in enumerate(entries):
            entry.priority = (2, 0, 1)[number % 3]
            if number % 3 == 1 and number > 3:
                entry.next_at = MORNING + timedelta(days=1)
        want = [
            e.id for e in sorted(entries, key=lambda e: (e.priority, e.id)) if e.next_at <= MORNING
        ]
    with write(sessions) as session:
        for together in (1, 2, 5, 30):
            found = [e.id for e in next_ready(session, campaign, together, MORNING)]
            assert found == want[:together]


def test_of_two_claimers_each_gets_its_own(sessions, tmp_path):
    """PostgreSQL skips what another transaction holds; SQLite has one writer anyway."""
    campaign, _ = with_lists(sessions, tmp_path, [6, 6])
    if sessions.kw["bind"].dialect.name != "postgresql":
        pytest.skip("one writer at a time")
    with write(sessions) as one:
        first = {e.id for e in next_ready(one, campaign, 4, MORNING)}
        with write(sessions) as other:
            second = {e.id for e in next_ready(other, campaign, 4, MORNING)}
    assert len(first) == len(second) == 4
    assert first.isdisjoint(second)
