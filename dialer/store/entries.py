"""Entries of call lists: claim the next ones, charge the list they came from, put them back.

A campaign has several lists, one per upload. Who jumped the queue (negative priority) goes first, from
whatever list; then the lists share the calls as `dialer.domain.mix` says, each in the order of its levels.
Every step reads a few index entries, however long the lists are.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column, or_, select, update
from sqlalchemy.orm import Session, aliased

from dialer.domain.mix import Share, after_a_call, rank, starts_at
from dialer.store.tables import Campaign, Entry, Upload

# Written out, not bound: planners then know that the partial index fits.
READY: ColumnElement[str] = literal_column("'ready'")
LISTED = "committed"  # state of an upload whose entries may be dialed: all of them or none


def next_ready(session: Session, campaign_id: int, limit: int, now: datetime) -> Sequence[Entry]:
    """The next dialable entries, locked for this transaction; other claimers skip them.

    SQLite has one writer, so its lock is the transaction itself; PostgreSQL uses SKIP LOCKED."""
    lists = _lists(session, campaign_id)
    front = [s.list_id for s, level in lists if level < 0]
    found = list(_jumped(session, front, limit, now)) if front else []
    if len(found) < limit:
        clock = session.scalar(select(Campaign.turn).where(Campaign.id == campaign_id)) or 0
        found += _by_turns(session, [s for s, _ in lists], clock, limit - len(found), now)
    return found


def charge(session: Session, entry: Entry) -> None:
    """A call of this entry is placed: its list's turn moves on, and the campaign's clock with it."""
    upload = session.get_one(Upload, entry.upload_id)
    campaign = session.get_one(Campaign, entry.campaign_id)
    upload.turn, campaign.turn = after_a_call(_share(upload), campaign.turn)


def _share(upload: Upload) -> Share:
    return Share(upload.id, upload.priority, upload.weight, upload.turn)


def _lists(session: Session, campaign_id: int) -> list[tuple[Share, int]]:
    """The lists that are switched on and have something ready, with their first level."""
    entry = aliased(Entry)
    first = (
        select(entry.priority).where(entry.upload_id == Upload.id, entry.state == READY)
        .order_by(entry.priority).limit(1).scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Upload.id, Upload.priority, Upload.weight, Upload.turn, first)
        .where(Upload.campaign_id == campaign_id, Upload.active, Upload.state == LISTED)
    )  # fmt: skip
    return [(Share(*share), level) for *share, level in rows if level is not None]


def _jumped(session: Session, lists: list[int], limit: int, now: datetime) -> Iterator[Entry]:
    """Entries of negative priority, the lowest first, whatever list they are on."""
    readers = [_ready(session, list_id, limit, now, jumped=True) for list_id in lists]
    ordered = heapq.merge(*readers, key=lambda e: (e.priority, e.next_at, e.id))
    for _, entry in zip(range(limit), ordered, strict=False):
        yield entry


def _by_turns(
    session: Session, shares: list[Share], clock: int, limit: int, now: datetime
) -> list[Entry]:
    """Priority by priority; within one, whoever's turn it is. Turns are only tried here: `charge`
    counts what was really placed."""
    found: list[Entry] = []
    asked = [(rank(share, clock), share) for share in shares]
    chunk = max(limit // max(len(shares), 1), 1) + 1
    readers = {s.list_id: _ready(session, s.list_id, chunk, now) for s in shares}
    heapq.heapify(asked)
    while asked and len(found) < limit:
        (priority, _, list_id), share = asked[0]
        entry = next(readers[list_id], None)
        if entry is None:
            heapq.heappop(asked)
            continue
        found.append(entry)
        turn, _ = after_a_call(share, clock)
        later = Share(list_id, priority, share.weight, turn)
        heapq.heapreplace(asked, ((priority, starts_at(later, clock), list_id), later))
    return found


def _ready(
    session: Session, list_id: int, chunk: int, now: datetime, *, jumped: bool = False
) -> Iterator[Entry]:
    """Ready entries of one list whose time has come, level by level, read in chunks."""
    for level in _levels(session, list_id, jumped=jumped):
        here = and_(
            Entry.upload_id == list_id, Entry.state == READY, Entry.priority == level,
            Entry.next_at <= now,
            Entry.callback_user_id.is_(None),  # of an agent: placed for that agent only
        )  # fmt: skip
        query = select(Entry).order_by(Entry.next_at, Entry.id).with_for_update(skip_locked=True)
        after = None
        while True:
            beyond = here if after is None else and_(here, _beyond(*after))
            rows = session.scalars(query.where(beyond).limit(chunk)).all()
            yield from rows
            if len(rows) < chunk:
                break
            after = rows[-1].next_at, rows[-1].id


def _beyond(at: datetime, entry_id: int) -> ColumnElement[bool]:
    return and_(
        Entry.next_at >= at, or_(Entry.next_at > at, and_(Entry.next_at == at, Entry.id > entry_id))
    )


def _levels(session: Session, list_id: int, *, jumped: bool) -> Iterator[int]:
    """The levels in use, lowest first; one index entry is read for each."""
    level = None if jumped else -1
    while True:
        query = select(Entry.priority).where(Entry.upload_id == list_id, Entry.state == READY)
        if level is not None:
            query = query.where(Entry.priority > level)
        if jumped:
            query = query.where(Entry.priority < 0)
        level = session.scalar(query.order_by(Entry.priority).limit(1))
        if level is None:
            return
        yield level


def release_held(session: Session, debtor_id: int, now: datetime) -> None:
    """A stop flag was lifted: its entries wait in the list again."""
    session.execute(
        update(Entry).where(Entry.debtor_id == debtor_id, Entry.state == "held")
        .values(state="ready", next_at=now, block_reason="")
    )  # fmt: skip
