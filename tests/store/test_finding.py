"""Names are found by their beginnings on every database, and files fill the index part by part."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.domain.case_search import wanted
from dialer.engine.schedule import index_new_names
from dialer.reports.case_search import search
from dialer.store.name_keys import begins_with, index_names, names_waiting
from dialer.store.session import read, write
from dialer.store.tables import Debtor, NameKey
from tests.factories import MORNING, make_campaign, make_user

pytestmark = pytest.mark.store


def test_names_are_indexed_in_parts_and_found_by_their_beginnings(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 7)
    with write(sessions) as session:
        debtor = session.scalars(select(Debtor).order_by(Debtor.id.desc())).first()
        debtor.name = "单%_雯"  # signs that LIKE and GLOB read
        assert [index_names(session, 3) for _ in range(4)] == [3, 3, 1, 0]
        assert not names_waiting(session)
        newest = debtor.id
    make_campaign(sessions, tmp_path, 2, seed=2)
    index_new_names(sessions)
    supervisor = make_user(sessions, "supervisor")
    with read(sessions) as session:
        assert not names_waiting(session)
        for text in ("单%_", "shan", "dan", "chan"):
            keys = select(NameKey.debtor_id).where(begins_with(session, text))
            assert newest in session.scalars(keys).all(), text
        assert session.scalars(select(NameKey).where(begins_with(session, "单雯"))).all() == []
        for text, count in (("单%", 0), ("shan", 1)):  # % is no part of a name somebody types
            rows = search(session, wanted(text), supervisor.user_id, "supervisor", MORNING)
            assert len(rows) == count, text
