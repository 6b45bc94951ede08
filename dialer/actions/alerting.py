"""Alerts become rows: raised once, told to the boards, cleared when their value is good again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.alerts import RULES, AlertState, Tracked, Value, step
from dialer.facts import AlertMoved
from dialer.feed import publish
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Alert

Key = tuple[str, str]


class Alerts:
    """What is rising, between two looks. What was raised is in the store, so that a new engine neither
    forgets nor repeats it."""

    def __init__(self) -> None:
        self._rising: dict[Key, Tracked] = {}

    def look(self, sessions: Sessions, values: Iterable[Value], now: datetime) -> int:
        """Take new values in; returns how many alerts were raised or cleared."""
        with read(sessions) as session:
            raised = {key: Tracked(AlertState.RAISED, row.raised_at)
                      for key, row in _open_rows(session).items()}  # fmt: skip
        known: dict[Key, Tracked] = {**self._rising, **raised}
        self._rising = {}
        news: list[tuple[Value, bool]] = []
        looked_at: set[Key] = set()
        for value in values:
            key = (value.code, value.subject)
            looked_at.add(key)
            after = step(RULES[value.code], known.get(key, Tracked()), value.value, now)
            if after.state is AlertState.RISING:
                self._rising[key] = after
            if (after.state is AlertState.RAISED) != (key in raised):
                news.append((value, after.state is AlertState.RAISED))
        gone = [Value(code, subject, None) for code, subject in set(raised) - looked_at]
        news += [(value, False) for value in gone]  # a campaign that no longer runs
        if news:
            with write(sessions) as session:
                for value, is_raised in news:
                    _write(session, value, is_raised, now)
        return len(news)


def _write(session: Session, value: Value, is_raised: bool, now: datetime) -> None:
    row = _open_rows(session).get((value.code, value.subject))
    if is_raised == (row is not None):
        return
    if row is None:
        row = Alert(code=value.code, subject=value.subject, args=value.args, raised_at=now)
        session.add(row)
        session.flush()
    else:
        row.cleared_at = now
    state = "raised" if is_raised else "cleared"
    publish(session, AlertMoved(alert_id=row.id, code=row.code, state=state), now)


def _open_rows(session: Session) -> dict[Key, Alert]:
    rows = session.scalars(select(Alert).where(Alert.cleared_at.is_(None)))
    return {(row.code, row.subject): row for row in rows}
