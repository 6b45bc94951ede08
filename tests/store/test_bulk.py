"""Many rows at once, and one writer after the other."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from dialer.store import session as store
from dialer.store.bulk import write_rows
from dialer.store.session import read, write
from dialer.store.tables import Account, Creditor, Debtor

pytestmark = pytest.mark.store
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def test_what_all_rows_share_is_stored_as_the_mapper_would(sessions):
    """Quotes, nothing, yes, dates and lists: written in the statement, read as what they were."""
    strange = 'Robert\'); DROP TABLE "debtor";-- ?1 :x %s'
    with write(sessions) as session:
        session.add(Creditor(id=1, name="示例银行", created_at=NOW))
        session.flush()
        write_rows(
            session, Debtor, ("id", "person_key"), [(1, "a"), (2, "b")],
            name=strange, suppressed=True, inconvenient=[{"why": "it's late"}], created_at=NOW,
        )  # fmt: skip
        write_rows(
            session, Account, ("id", "contract_no", "debtor_id", "due_on"),
            [(1, "k1", 1, date(2026, 1, 2)), (2, "k2", 2, None)],
            creditor_id=1, balance_minor=-5, as_of=NOW.date(),
        )  # fmt: skip
    with read(sessions) as session:
        for debtor in session.scalars(select(Debtor)):
            assert (debtor.name, debtor.suppressed, debtor.region) == (strange, True, "")
            assert debtor.inconvenient == [{"why": "it's late"}]
            assert debtor.created_at == NOW
        accounts = session.scalars(select(Account).order_by(Account.id)).all()
        assert [a.due_on for a in accounts] == [date(2026, 1, 2), None]
        assert {(a.balance_minor, a.as_of, a.currency) for a in accounts} == {
            (-5, NOW.date(), "CNY")
        }


def test_a_writer_waits_for_the_one_before_it_and_fails_alone(sessions):
    """The second goes on when the first has committed, also when the first broke off."""
    waits, done = threading.Event(), threading.Event()

    def add_second() -> None:
        waits.set()
        with write(sessions) as session:
            session.add(Creditor(name=f"二{session.query(Creditor).count()}", created_at=NOW))
        done.set()

    second = threading.Thread(target=add_second)

    def break_off() -> None:
        with write(sessions) as session:
            session.add(Creditor(name="一", created_at=NOW))
            session.flush()
            second.start()
            assert waits.wait(10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert done.wait(10)
    second.join()
    with read(sessions) as session:
        assert session.scalars(select(Creditor.name)).all() == ["二0"]


def test_a_turn_that_never_comes_is_no_wait_without_end(tmp_path, monkeypatch):
    """The order among threads is a courtesy; whoever waited long enough asks the database itself."""
    monkeypatch.setattr(store, "TURN_SECONDS", 0.01)
    store.upgrade(url := f"sqlite:///{tmp_path}/kept.db")
    sessions = store.open_store(url)
    assert sessions.kw["info"]["turn"].acquire()
    with write(sessions) as session:
        session.add(Creditor(name="一", created_at=NOW))
    with read(sessions) as session:
        assert session.scalars(select(Creditor.name)).all() == ["一"]
    sessions.kw["bind"].dispose()
