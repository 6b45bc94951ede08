"""Reads one file, batch by batch. A reading that died is undone and begun again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dialer.actions.intake.buckets import (
    BUCKETS,
    IN_FILE,
    NEW,
    REJECTED,
    SUPPRESSED,
    GoodRow,
    LeftRow,
    Reading,
)
from dialer.actions.intake.committing import commit_upload
from dialer.actions.intake.forecasting import forecast_of
from dialer.actions.intake.staging import stage
from dialer.actions.intake.steps import PAUSE_SECONDS, Cancelled, go_on, tell
from dialer.actions.intake.withdrawing import remove_loading, withdraw_upload
from dialer.actions.refusals import Refused
from dialer.actions.table_reader import ReadRow, TableReader
from dialer.domain.case_rows import BadHeader, read_header, recognised
from dialer.store.bulk import write_rows
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Campaign, Placement, Suppression, Upload, UploadRow, UploadTemplate

BATCH = 1_000  # rows in one transaction: a dialing transaction waits at most for one of them
TELL_EVERY = timedelta(seconds=0.5)


class Unmapped(Refused):
    """The columns are not ours; the page offers to map the file's titles."""

    def __init__(self, error: BadHeader, titles: list[str]) -> None:
        super().__init__(error.code, columns="、".join(error.columns))
        self.titles = [title.strip() for title in titles]

    def to_choose(self) -> dict[str, Any]:
        """The file's titles, and which of them were recognised (field -> title)."""
        return {"titles": self.titles, "recognised": recognised(self.titles)}


def read_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """Take one upload as far as it goes: `committed`, `checked` (dry run), `refused` with the reason, or
    `undone` if somebody said so, even in the middle."""
    with read(sessions) as session:
        state = session.get_one(Upload, upload_id).state
    try:
        if state in ("received", "reading"):
            state = _read_file(sessions, upload_id, clock)
        if state == "committing":
            commit_upload(sessions, upload_id, clock)
    except Cancelled:
        state = "withdrawing"
    if state == "withdrawing":
        withdraw_upload(sessions, upload_id, clock)


def _read_file(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> str:
    """From the file to staged rows; returns the state the upload is in then."""
    path = _begin(sessions, upload_id, clock())
    try:
        with TableReader(path) as table:
            reading = _open(sessions, upload_id, table.titles(), clock())
            for rows in table.batches(BATCH, reading.places):
                reading.share = table.share
                _write_batch(sessions, reading, rows, clock())
                time.sleep(PAUSE_SECONDS)
        if not reading.counts.total():
            raise Refused("file_no_rows")
    except Refused as refusal:
        return _refuse(sessions, upload_id, refusal, clock())
    return _finish(sessions, reading, clock())


def _begin(sessions: Sessions, upload_id: int, now: datetime) -> Path:
    remove_loading(sessions, upload_id, now)
    with write(sessions) as session:
        session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))
        upload = go_on(session, upload_id, "received", "reading")
        upload.state, upload.rows_read, upload.counts, upload.refusal = "reading", 0, {}, None
        tell(session, upload, now)
        return Path(upload.path)


def _open(sessions: Sessions, upload_id: int, titles: list[str], now: datetime) -> Reading:
    with write(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        campaign = session.get_one(Campaign, upload.campaign_id)
        places = _places(session, upload, campaign.creditor_id, titles)
        placement = _placement(session, upload, campaign.creditor_id, now)
        if placement.state != "active":
            raise Refused("placement_recalled", batch_no=placement.batch_no)
        return Reading(
            upload_id, campaign.id, campaign.creditor_id, placement.id, places, titles,
            frozenset(session.scalars(select(Suppression.number))), told_at=now,
        )  # fmt: skip


def _places(
    session: Session, upload: Upload, creditor_id: int, titles: list[str]
) -> dict[str, int]:
    """By the template the manager chose, by the usual titles, or by any template that fits."""
    if upload.template_id is not None:
        template = session.get_one(UploadTemplate, upload.template_id)
        return _read_header(titles, template.columns)
    try:
        return _read_header(titles, {})
    except Refused:
        for template in session.scalars(
            select(UploadTemplate).where(UploadTemplate.creditor_id == creditor_id)
            .order_by(UploadTemplate.used_at.desc())
        ):  # fmt: skip
            if set(filter(None, template.columns.values())) <= {title.strip() for title in titles}:
                return _read_header(titles, template.columns)
        raise


def _read_header(titles: list[str], mapping: dict[str, Any]) -> dict[str, int]:
    try:
        return read_header(titles, mapping)
    except BadHeader as error:
        raise Unmapped(error, titles) from None


def _placement(session: Session, upload: Upload, creditor_id: int, now: datetime) -> Placement:
    if upload.placement_id is not None:
        return session.get_one(Placement, upload.placement_id)
    placement = Placement(
        creditor_id=creditor_id, batch_no=f"U{upload.id}", placed_on=now.date(), created_at=now,
        state="active",
    )  # fmt: skip
    session.add(placement)
    session.flush()
    upload.placement_id = placement.id
    return placement


def _write_batch(sessions: Sessions, reading: Reading, rows: list[ReadRow], now: datetime) -> None:
    good, left = _sorted(reading, rows)
    with write(sessions) as session:
        upload = go_on(session, reading.upload_id, "reading")
        left += stage(session, reading, good, now)
        write_rows(session, UploadRow, LeftRow._fields, left, upload_id=reading.upload_id)
        reading.counts.update(row.bucket for row in left)
        reading.counts[NEW] += len(rows) - len(left)
        upload.rows_read = reading.counts.total()
        upload.counts = {bucket: reading.counts[bucket] for bucket in BUCKETS}
        upload.forecast = {"share": round(reading.share, 3)}
        if now - reading.told_at >= TELL_EVERY:
            reading.told_at = now
            tell(session, upload, now)


def _sorted(reading: Reading, rows: list[ReadRow]) -> tuple[list[GoodRow], list[LeftRow]]:
    """What can be told without the database: bad rows, rows twice in the file, numbers nobody may call."""
    good, left = [], []
    for row in rows:
        case = row.case
        if case is None:
            left.append(reading.left(row, REJECTED))
        elif reading.is_repeated(case.contract_no):
            left.append(reading.left(row, IN_FILE))
        elif reading.suppressed.issuperset(case.phones):
            left.append(reading.left(row, SUPPRESSED))
        else:
            good.append(GoodRow(row, case))
    return good, left


def _finish(sessions: Sessions, reading: Reading, now: datetime) -> str:
    with write(sessions) as session:
        upload = go_on(session, reading.upload_id, "reading")
        upload.forecast = forecast_of(session, upload, now)
        upload.state = "checked" if upload.dry_run else "committing"
        tell(session, upload, now)
        return upload.state


def _refuse(sessions: Sessions, upload_id: int, refusal: Refused, now: datetime) -> str:
    remove_loading(sessions, upload_id, now)
    with write(sessions) as session:
        session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))
        upload = go_on(session, upload_id, "reading")
        upload.state, upload.finished_at, upload.counts = "refused", now, {}
        upload.refusal = {"code": refusal.code, "args": refusal.args_}
        upload.forecast = refusal.to_choose() if isinstance(refusal, Unmapped) else {}
        tell(session, upload, now)
        return upload.state
