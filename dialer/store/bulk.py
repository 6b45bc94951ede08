"""Many rows at once: ids taken in a block, rows written and looked up without objects or SQL made anew.

A list of a million rows is five million inserts. Past the SQL compiler they go to the driver as tuples:
SQLite's `executemany`, PostgreSQL's `COPY`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute, Session


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def take_ids(session: Session, table: type[Any], count: int) -> range | list[int]:
    """`count` ids of `table` that nobody else will get. On SQLite the transaction is the only
    writer; PostgreSQL's sequence gives them."""
    if _is_postgresql(session):
        sequence = f'"{table.__tablename__}_id_seq"'
        rows = session.execute(
            text("SELECT nextval(CAST(:s AS regclass)) FROM generate_series(1, :n)"),
            {"s": sequence, "n": count},
        )
        return [int(row[0]) for row in rows]
    last = session.scalar(select(func.max(table.id))) or 0
    return range(last + 1, last + 1 + count)


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """`column IN values` as one parameter, so that a thousand values cost no thousand markers."""
    if _is_postgresql(session):
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def write_rows(
    session: Session,
    table: type[Any],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    **same: Any,
) -> None:
    """Insert `rows`, tuples of `columns`. `same` has columns with one value for all rows; what is named in
    neither takes the table's default."""
    if not rows:
        return
    core: Table = table.__table__
    dialect = session.get_bind().dialect
    fixed = {**_defaults(core, columns), **same}
    for place, name in enumerate(columns):
        if stored := _stored(core.c[name], dialect):
            rows = [(*row[:place], stored(row[place]), *row[place + 1 :]) for row in rows]
    values = tuple(
        stored(value) if (stored := _stored(core.c[name], dialect)) else value
        for name, value in fixed.items()
    )
    names = ", ".join(f'"{name}"' for name in (*columns, *fixed))
    if _is_postgresql(session):
        _copy(session, f'COPY "{core.name}" ({names}) FROM STDIN', rows, values)
    else:
        marks = ", ".join([*"?" * len(columns), *map(_literal, values)])
        session.connection().exec_driver_sql(
            f'INSERT INTO "{core.name}" ({names}) VALUES ({marks})',  # noqa: S608 - our own names
            rows if isinstance(rows, list) else list(rows),
        )


def _literal(value: Any) -> str:
    """A stored value as SQLite reads it in a statement; what all rows share is not bound a thousand times."""
    if value is None or isinstance(value, int | float):
        return "NULL" if value is None else str(+value)
    return "'" + str(value).replace("'", "''") + "'"


def _copy(
    session: Session, statement: str, rows: Sequence[tuple[Any, ...]], same: tuple[Any, ...]
) -> None:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row + same)


def _stored(column: Column[Any], dialect: Dialect) -> Any:
    """Turns a value into what the driver takes; None where it takes it as it is."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _defaults(core: Table, named: Sequence[str]) -> dict[str, Any]:
    found = {}
    for column in core.columns:
        default: Any = column.default
        if default is not None and column.name not in named:
            found[column.name] = default.arg(None) if default.is_callable else default.arg
    return found
