"""What long work on an upload shares: small steps, heed to who cancels, a word to the screens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from dialer.facts import UploadChanged
from dialer.feed import publish
from dialer.store.session import Sessions, read
from dialer.store.tables import Entry, Upload, UploadRow

STEP = 2_000  # rows in one transaction
IN_USE = ("offered", "in_flight")  # an agent has the entry before the eyes or on the phone
PAUSE_SECONDS = 0.002  # lets the dialing loop have the write lock between two steps


class Cancelled(Exception):
    """Somebody decided otherwise while we worked; the upload is `withdrawing`."""


def go_on(session: Session, upload_id: int, *states: str) -> Upload:
    """The upload if it is in one of `states`, kept so to the end of the transaction. Raises Cancelled."""
    upload = session.scalars(select(Upload).where(Upload.id == upload_id).with_for_update()).one()
    if upload.state not in states:
        raise Cancelled
    return upload


def entry_steps(
    sessions: Sessions, upload_id: int, *where: ColumnElement[bool]
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Conditions that select an upload's entries, one range of ids after the other."""
    return _steps(sessions, Entry.id, Entry.upload_id == upload_id, *where)


def row_steps(
    sessions: Sessions, upload_id: int, bucket: str
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """The same for its rows of one bucket."""
    return _steps(
        sessions, UploadRow.id, UploadRow.upload_id == upload_id, UploadRow.bucket == bucket
    )


def _steps(
    sessions: Sessions, key: InstrumentedAttribute[int], *where: ColumnElement[bool]
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    with read(sessions) as session:
        low, high = session.execute(select(func.min(key), func.max(key)).where(*where)).one()
    for first in range(low, high + 1, STEP) if low is not None else ():
        yield (key.between(first, first + STEP - 1), *where)
        time.sleep(PAUSE_SECONDS)


def tell(session: Session, upload: Upload, now: datetime) -> None:
    """How far it is, for everybody's screen."""
    publish(session, UploadChanged(
        upload_id=upload.id, campaign_id=upload.campaign_id, state=upload.state,
        rows_read=upload.rows_read,
    ), now)  # fmt: skip
