"""What debtors' names are found by: the name itself, its pinyin and its initials (library pypinyin).

A surname with several readings (曾 zeng, ceng; 单 shan, dan) is found by each of them.
"""

from __future__ import annotations

from itertools import islice, product

from pypinyin import Style, pinyin
from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from dialer.domain.case_search import name_key
from dialer.store.tables import Debtor, NameKey

READINGS_MAX = 8
PART = 500


def keys_of(name: str) -> set[str]:
    """All keys of one name."""
    if name.isascii():
        whole = name_key(name)
        return {whole, "".join(part[0] for part in name.lower().split())}
    syllables = pinyin(name_key(name), style=Style.NORMAL, heteronym=True)
    keys = {name_key(name)}
    for reading in islice(product(*syllables), READINGS_MAX):
        keys.add("".join(reading))
        keys.add("".join(part[0] for part in reading if part))
    return keys


def names_waiting(session: Session) -> bool:
    """Whether there are debtors that cannot be found by name yet."""
    return (session.scalar(select(func.max(Debtor.id))) or 0) > (
        session.scalar(select(func.max(NameKey.debtor_id))) or 0
    )


def index_names(session: Session, limit: int = PART) -> int:
    """Keys for debtors that have none yet, oldest first; returns how many debtors were indexed. Debtors are
    only added and never renamed, so the newest indexed one says where to go on."""
    newest = session.scalar(select(func.max(NameKey.debtor_id))) or 0
    rows = session.execute(
        select(Debtor.id, Debtor.name).where(Debtor.id > newest).order_by(Debtor.id).limit(limit)
    ).all()
    made = [{"debtor_id": row.id, "key": key} for row in rows for key in sorted(keys_of(row.name))]
    if made:
        session.execute(insert(NameKey), made)
    return len(rows)


def begins_with(session: Session, text: str) -> ColumnElement[bool]:
    """Keys that begin with a text, by the index: SQLite's LIKE would not use it."""
    if session.get_bind().dialect.name == "sqlite":
        return NameKey.key.op("GLOB")(f"{text}*")  # name_key leaves no *, ? or [ in it
    return NameKey.key.startswith(text, autoescape=True)
