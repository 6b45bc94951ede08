"""How many calls of a campaign came how far, for views that are made again every second.

`Recounted` asks the database each time. `CallCounts` keeps what it was told of parts of the past, ten minutes
or a day each, and asks again only for parts in which a call moved. Nothing can be missed: whatever is counted
here changes in a transaction that also publishes `CallMoved` or `OutcomeRecorded` for that attempt, and the
ledger's numbers only grow. A new process starts with nothing and asks for everything once.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import Kind
from dialer.feed import last_id
from dialer.reports.tally import answered_kinds, part_of
from dialer.store.among import among
from dialer.store.tables import Attempt, FactRow

STEP = timedelta(minutes=10)
DAY = timedelta(days=1)
SETTLED = timedelta(
    hours=2
)  # a day that ended so long ago is kept as one part: few calls still move in it
AFRESH = timedelta(hours=1)  # so late at most is seen what somebody changed in the database by hand
FACTS_MAX = 5_000  # more of them since the last look: asking for everything is cheaper
MOVES = ("CallMoved", "OutcomeRecorded")

# campaign, since, until, seconds -> counts by part of so many seconds, numbered from 1970
Asked = Callable[[Session, int, datetime, datetime | None, int], Mapping[int, Counter[Any]]]


class Made(NamedTuple):
    """How far an attempt came, and why nobody was there when it was abandoned."""

    state: str
    answered: bool
    connected: bool
    abandoned: bool
    cause: str


class Calls(Protocol):
    """Counts from a time on."""

    def made(self, campaign_id: int, since: datetime) -> Counter[Made]:
        """Attempts by the time they were made."""
        ...

    def kinds(self, campaign_id: int, since: datetime) -> Counter[Kind]:
        """Answered calls by the time they were answered (docs/rules.md, abandonment)."""
        ...


class Recounted:
    """Straight from the database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def made(self, campaign_id: int, since: datetime) -> Counter[Made]:
        """As `Calls`."""
        return _whole(_made, self._session, campaign_id, since)

    def kinds(self, campaign_id: int, since: datetime) -> Counter[Kind]:
        """As `Calls`."""
        return _whole(_kinds, self._session, campaign_id, since)


class CallCounts:
    """One for a process; threads take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._seen, self._afresh_at = 0, datetime.min.replace(tzinfo=UTC)
        self.parts: dict[Asked, Parts] = {}
        self._forget()

    @contextmanager
    def looking(self, session: Session, now: datetime) -> Iterator[Calls]:
        """Counts as this session sees them."""
        with self._turn:
            newest = last_id(session)
            if newest < self._seen:  # it looks at a past that we have left behind
                yield Recounted(session)
                return
            self._catch_up(session, newest, now)
            for parts in self.parts.values():
                parts.begin_look()
            yield _Look(session, self.parts, now)

    def _forget(self) -> None:
        self.parts = {_made: Parts(_made), _kinds: Parts(_kinds)}

    def _catch_up(self, session: Session, newest: int, now: datetime) -> None:
        ids = session.scalars(
            select(FactRow.body["attempt_id"].as_string())
            .where(FactRow.id > self._seen, FactRow.id <= newest, FactRow.name.in_(MOVES))
            .limit(FACTS_MAX)
        ).all() if now < self._afresh_at else None  # fmt: skip
        self._seen = newest
        if ids is None or len(ids) == FACTS_MAX or not self._loosen(session, sorted(set(ids))):
            self._forget()
            self._afresh_at = now + AFRESH

    def _loosen(self, session: Session, ids: Sequence[str]) -> bool:
        """Drop the parts in which these calls are counted. False: one of them is gone."""
        found = session.execute(
            select(Attempt.campaign_id, Attempt.created_at, Attempt.answered_at)
            .where(among(session, Attempt.id, ids))
        ).all()  # fmt: skip
        for row in found:
            self.parts[_made].drop(row.campaign_id, row.created_at)
            if row.answered_at is not None:
                self.parts[_kinds].drop(row.campaign_id, row.answered_at)
        return len(found) == len(ids)


class Parts:
    """What one question was answered for parts of the past."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._known: dict[tuple[int, datetime, timedelta], Counter[Any]] = {}
        self._running: dict[tuple[int, datetime], Counter[Any]] = {}

    def drop(self, campaign_id: int, at: datetime) -> None:
        """Something at this time changed."""
        for length in (STEP, DAY):
            self._known.pop((campaign_id, _floor(at, length), length), None)

    def begin_look(self) -> None:
        """What runs on is asked for anew."""
        self._running.clear()

    def total(
        self, session: Session, campaign_id: int, since: datetime, now: datetime
    ) -> Counter[Any]:
        """From `since` on. The running part is asked for once in a look, a first one that is cut
        always."""
        tail = max(since, _floor(now, STEP))
        if (campaign_id, tail) not in self._running:
            running = _whole(self._asked, session, campaign_id, tail)
            self._running[campaign_id, tail] = running
        total = self._running[campaign_id, tail].copy()
        at = since
        if at != _floor(at, STEP) and at < tail:
            at = min(_floor(at, STEP) + STEP, tail)
            total.update(_whole(self._asked, session, campaign_id, since, at))
        while at < tail:
            length = DAY if at == _floor(at, DAY) and at + DAY + SETTLED <= now else STEP
            if (campaign_id, at, length) not in self._known:
                self._learn(session, campaign_id, at, length, tail)
            total.update(self._known[campaign_id, at, length])
            at += length
        return total

    def _learn(
        self, session: Session, campaign_id: int, begin: datetime, length: timedelta, tail: datetime
    ) -> None:  # fmt: skip
        """The part that begins here, and those after it that are not known either, with one question."""
        missing, end = [begin], begin + length
        while (
            length == STEP and end < min(tail, _floor(begin, DAY) + DAY)
            and (campaign_id, end, length) not in self._known
        ):  # fmt: skip
            missing.append(end)
            end += length
        seconds = int(length.total_seconds())
        found = self._asked(session, campaign_id, begin, end, seconds)
        for at in missing:
            number = int(at.timestamp()) // seconds
            self._known[campaign_id, at, length] = found.get(number, Counter())


class _Look:
    """The kept counts through one session."""

    def __init__(self, session: Session, parts: dict[Asked, Parts], now: datetime) -> None:
        self._session, self._parts, self._now = session, parts, now

    def made(self, campaign_id: int, since: datetime) -> Counter[Made]:
        return self._parts[_made].total(self._session, campaign_id, since, self._now)

    def kinds(self, campaign_id: int, since: datetime) -> Counter[Kind]:
        return self._parts[_kinds].total(self._session, campaign_id, since, self._now)


def _floor(at: datetime, length: timedelta) -> datetime:
    """The begin of the part that holds a time; parts are aligned to midnight UTC."""
    return at - (at - datetime.min.replace(tzinfo=UTC)) % length


def _whole(
    asked: Asked, session: Session, campaign_id: int, since: datetime,
    until: datetime | None = None,
) -> Counter[Any]:  # fmt: skip
    return Counter(asked(session, campaign_id, since, until, 0).get(0))


def _kinds(
    session: Session, campaign_id: int, since: datetime, until: datetime | None, seconds: int
) -> dict[int, Counter[Kind]]:
    return answered_kinds(session, [campaign_id], since, until, seconds)


def _made(
    session: Session, campaign_id: int, since: datetime, until: datetime | None, seconds: int
) -> dict[int, Counter[Made]]:
    query = select(
        part_of(Attempt.created_at, seconds).label("part"), Attempt.state,
        Attempt.answered_at.is_not(None), Attempt.seat_id.is_not(None), Attempt.abandoned,
        Attempt.abandon_cause,
    ).where(Attempt.campaign_id == campaign_id, Attempt.created_at >= since)  # fmt: skip
    if until is not None:
        query = query.where(Attempt.created_at < until)
    calls = query.subquery()
    counts: dict[int, Counter[Made]] = defaultdict(Counter)
    for row in session.execute(select(*calls.c, func.count()).group_by(*calls.c)):
        part, *how, n = row
        counts[part][Made(*how)] = n
    return counts
