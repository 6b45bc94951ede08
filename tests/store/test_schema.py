"""Migrations make exactly the tables of the models; the database itself forbids the worst mistakes."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from dialer.clock import utc_now
from dialer.facts import EngineStarted, Pulsed
from dialer.feed import Reader, last_id, publish
from dialer.store import audit, lease
from dialer.store.session import open_store, read, revision_state, upgrade, write
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Base,
    Campaign,
    Entry,
    FactRow,
    OutboundNumber,
    Upload,
)
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store


def test_migrations_and_models_agree(url):
    upgrade(url)
    upgrade(url)  # again: nothing to do
    current, newest = revision_state(url)
    assert current == newest is not None
    with open_store(url).kw["bind"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_rows_survive_every_migration(url):
    """From the first tables, with rows in them that point at each other, to the newest."""
    upgrade(url, "0001")
    with open_store(url).kw["bind"].begin() as connection:
        for statement in (
            """INSERT INTO "user" (id, username, display_name, staff_no, password_hash, session_token, role,
               language, active, leg_address, created_at)
               VALUES (1, 'm', 'M', '', 'x', 't', 'manager', '', true, '', '2026-11-23')""",
            "INSERT INTO creditor (id, name, promise_days_max, created_at) VALUES (1, 'c', 7, '2026-11-23')",
            """INSERT INTO campaign (id, name, creditor_id, state, ring_seconds, connect_limit_ms, message,
               narrowing, recycle, created_by, created_at)
               VALUES (1, 'k', 1, 'draft', 15, 2000, 'sorry-zh', '{}', '{}', 1, '2026-11-23')""",
            """INSERT INTO outbound_number (id, number, active, creditor_id, region, score, dials, answers,
               suspect) VALUES (1, '95035100', true, 1, '', 0, 0, 0, false)""",
            """INSERT INTO upload (id, campaign_id, filename, path, sha256, size, state, dry_run, forecast,
               rows_read, counts, created_by, created_at)
               VALUES (1, 1, 'f', 'p', 's', 1, 'committed', false, '{}', 0, '{}', 1, '2026-11-23')""",
        ):
            connection.execute(text(statement))
    upgrade(url)
    with read(open_store(url)) as session:
        assert session.scalars(select(Campaign.name)).all() == ["k"]
        assert session.scalars(select(Upload.campaign_id)).all() == [1]
        assert session.scalars(select(OutboundNumber.creditor_id)).all() == [1]


def attempt_of(entry: Entry, attempt_id: str) -> Attempt:
    return Attempt(
        id=attempt_id, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id, account_id=entry.account_id,
        debtor_id=entry.debtor_id, number="15400000001", outbound_number="95035100",
        local_day=MORNING.date(), licence={}, engine_epoch=1, node="n", created_at=MORNING,
    )  # fmt: skip


def test_the_database_forbids_two_calls_to_one_number_at_once(sessions, tmp_path):
    make_campaign(sessions, tmp_path, 2)
    with write(sessions) as session:
        first, second = session.scalars(select(Entry)).all()
        session.add(attempt_of(first, "a" * 32))
    with pytest.raises(IntegrityError), write(sessions) as session:
        session.add(attempt_of(second, "b" * 32))
    with write(sessions) as session:
        session.get_one(Attempt, "a" * 32).ended_at = MORNING
    with write(sessions) as session:
        session.add(attempt_of(session.get_one(Entry, second.id), "b" * 32))


def test_facts_are_read_in_order_and_each_once(sessions):
    reader = Reader(sessions, after=0)
    done = threading.Event()
    seen: list[int] = []

    def write_some(epoch: int) -> None:
        for _ in range(20):
            with write(sessions) as session:
                publish(session, EngineStarted(epoch=epoch), utc_now())
                publish(session, Pulsed(campaign_id=epoch), utc_now())

    def follow() -> None:
        last_look = False
        while not last_look:
            last_look = done.is_set()
            while rows := reader.poll():
                seen.extend(number for number, _, _ in rows)

    writers = [threading.Thread(target=write_some, args=(n,)) for n in range(4)]
    follower = threading.Thread(target=follow)
    for thread in [*writers, follower]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    follower.join()
    with read(sessions) as session:
        stored = list(session.scalars(select(FactRow.id).order_by(FactRow.id)))
        assert seen == stored
        assert len(stored) == 4 * 20 * 2
        assert last_id(session) == stored[-1]


def test_a_fact_exists_only_with_its_change(sessions):
    def fail() -> None:
        with write(sessions) as session:
            publish(session, EngineStarted(epoch=1), MORNING)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with read(sessions) as session:
        assert last_id(session) == 0


def test_a_changed_audit_row_shows(sessions):
    with write(sessions) as session:
        for number in range(5):
            audit.note(session, "user:1", "campaign.start", f"campaign:{number}", MORNING)
    with read(sessions) as session:
        assert audit.first_broken(session) is None
    with write(sessions) as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()[2]
        row.subject = "campaign:99"
        changed = row.id
    with read(sessions) as session:
        assert audit.first_broken(session) == changed
    with write(sessions) as session:
        session.delete(session.get_one(AuditRow, changed))
    with read(sessions) as session:
        assert audit.first_broken(session) == changed + 1  # a gap shows as well


def test_one_engine_at_a_time(sessions):
    with write(sessions) as session:
        first = lease.acquire(session, "a", MORNING)
    with write(sessions) as session:
        assert lease.acquire(session, "b", MORNING) is None
        assert lease.renew(session, first, MORNING)
    later = MORNING + 2 * lease.LEASE
    with write(sessions) as session:
        second = lease.acquire(session, "b", later)
        assert second > first
    with write(sessions) as session:
        assert not lease.renew(session, first, later)
        assert not lease.is_held(session, first)
        lease.release(session, second, later)
        assert lease.acquire(session, "c", later) is not None
