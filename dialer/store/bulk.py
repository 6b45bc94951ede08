"""Many rows at once: ids taken in a block, rows written without objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session


def take_ids(session: Session, table: type[Any], count: int) -> range | list[int]:
    """`count` ids of `table` that nobody else will get. On SQLite the transaction is the only
    writer; PostgreSQL's sequence gives them."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = f'"{table.__tablename__}_id_seq"'
        rows = session.execute(
            text("SELECT nextval(CAST(:s AS regclass)) FROM generate_series(1, :n)"),
            {"s": sequence, "n": count},
        )
        return [int(row[0]) for row in rows]
    last = session.scalar(select(func.max(table.id))) or 0
    return range(last + 1, last + 1 + count)


def write_rows(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Plain inserts through the driver's executemany; nothing when there are no rows."""
    if rows:
        core: Table = table.__table__
        session.execute(insert(core), list(rows))
