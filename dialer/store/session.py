"""Opens the store: SQLite in WAL mode by default, PostgreSQL by its URL.

`write` is one transaction: it commits when the block ends and rolls back when it raises.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import alembic.script
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker[Session]
TURN_SECONDS = 5.0

_PRAGMAS = (
    "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON",
    "wal_autocheckpoint=8000",  # pages, 32 MB: an import then waits for the disk a tenth as often
    "cache_size=-16000",  # KiB: what one batch of an import looks up and writes fits
)  # fmt: skip


def open_store(url: str) -> Sessions:
    """Sessions on `url`. SQLite files are made when missing, with their folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sessionmaker(create_engine(url, pool_pre_ping=True), expire_on_commit=False)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5})
    _prepare_sqlite(engine)
    return sessionmaker(engine, expire_on_commit=False, info={"turn": threading.Lock()})


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: we choose how
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("kept_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def write(sessions: Sessions) -> Iterator[Session]:
    """One writing transaction. On SQLite it takes the write lock at once: no late surprise."""
    with sessions() as session, _turn(session):
        session.connection(execution_options={"kept_begin": "IMMEDIATE"})
        yield session
        session.commit()


@contextmanager
def _turn(session: Session) -> Iterator[None]:
    """Threads of one process wait here for the writer before them and go on when it is done. SQLite would
    have them sleep and ask again, up to a tenth of a second too long. The lock gives order, not safety:
    after `TURN_SECONDS` SQLite is asked all the same and says what is wrong."""
    turn: threading.Lock | None = session.info.get("turn")
    ours = turn is not None and turn.acquire(timeout=TURN_SECONDS)
    try:
        yield
    finally:
        if turn is not None and ours:
            turn.release()


@contextmanager
def read(sessions: Sessions) -> Iterator[Session]:
    """One consistent look; nothing is written."""
    with sessions() as session:
        yield session


def _alembic(url: str) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables to the newest revision, or to a given one; safe to repeat."""
    open_store(url).kw["bind"].dispose()  # makes the folder
    alembic.command.upgrade(_alembic(url), revision)


def revision_state(url: str) -> tuple[str | None, str | None]:
    """(revision the store is at, newest revision)."""
    head = alembic.script.ScriptDirectory.from_config(_alembic(url)).get_current_head()
    with open_store(url)() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    return current, head
