"""What the database's own bulk load takes for the rows of an import: the measure of the import."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import make_url, text

from dialer.clock import monotonic
from dialer.store.session import Sessions, open_store, read, upgrade, write
from dialer.store.tables import Account, Base, Case, Debtor, Entry, Phone

LOADED = [table.__tablename__ for table in (Debtor, Phone, Account, Case, Entry)]


def sqlite_load(source: Sessions, folder: Path) -> float:
    """Seconds of the driver's `executemany`, a transaction for each table, into a fresh file with the same
    tables, indexes and page cache."""
    target = sqlite3.connect(folder / "bulk.db")
    with read(source) as session:
        for (sql,) in session.execute(
            text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        ):
            target.execute(sql)
        cache = session.scalar(text("PRAGMA cache_size"))
        target.execute(f"PRAGMA cache_size={cache}")
    target.execute("PRAGMA journal_mode=WAL")
    seconds = 0.0
    for name in LOADED:
        with read(source) as session:
            stored = session.connection().exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608
            loaded = [tuple(row) for row in stored]
        marks = ",".join("?" * len(loaded[0]))
        began = monotonic()
        with target:
            target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', loaded)  # noqa: S608
        seconds += monotonic() - began
    target.close()
    return seconds


def postgresql_load(source: Sessions, target_url: str, folder: Path) -> float:
    """Seconds of `COPY`, a transaction for each table, into an empty database with the same tables."""
    upgrade(target_url)
    target = open_store(target_url)
    seconds = 0.0
    for table in Base.metadata.sorted_tables:  # parents before children; only LOADED counts
        file = folder / f"{table.name}.copy"
        with read(source) as session, file.open("wb") as out:
            cursor = session.connection().connection.cursor()
            with cursor.copy(f'COPY "{table.name}" TO STDOUT') as copy:
                for piece in copy:
                    out.write(piece)
        began = monotonic()
        with write(target) as session, file.open("rb") as content:
            cursor = session.connection().connection.cursor()
            with cursor.copy(f'COPY "{table.name}" FROM STDIN') as copy:
                while piece := content.read(1 << 18):
                    copy.write(piece)
        seconds += monotonic() - began if table.name in LOADED else 0
        file.unlink()
    target.kw["bind"].dispose()
    return seconds


def is_postgresql(url: str) -> bool:
    """Which of the two."""
    return make_url(url).get_backend_name() == "postgresql"
