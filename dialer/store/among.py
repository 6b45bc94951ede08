"""Rows for many keys, with one parameter however many they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

T = TypeVar("T")


def among(session: Session, column: Any, keys: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column is one of these numbers or words. `column IN (?, ?, ...)` says the same, but takes
    longer to write than to answer when there are thousands."""
    every = list(keys)
    if session.get_bind().dialect.name == "postgresql":
        return cast(ColumnElement[bool], column == any_(bindparam(None, every, ARRAY(column.type))))
    each = func.json_each(json.dumps(every)).table_valued("value")
    return cast(ColumnElement[bool], column.in_(select(each.c.value)))


def rows_of(session: Session, table: type[T], column: Any, keys: Iterable[Any]) -> list[T]:
    """All rows whose column is one of many keys: with the columns of the table, to be read only."""
    every = list(keys)
    if not every:
        return []
    plain = table.__table__  # type: ignore[attr-defined]
    found = session.execute(
        select(plain).where(among(session, plain.columns[column.key], every))
    ).all()
    return cast(list[T], found)
