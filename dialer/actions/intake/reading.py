"""Reads one file, batch by batch. A reading that died is undone and begun again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
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
    Reading,
)
from dialer.actions.intake.deciding import commit_upload, remove_loading, tell
from dialer.actions.intake.forecasting import forecast_of
from dialer.actions.intake.staging import stage
from dialer.actions.refusals import Refused
from dialer.actions.table_file import Row, read_rows
from dialer.domain.case_rows import BadHeader, BadRow, read_header, read_row
from dialer.store.bulk import write_rows
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Campaign, Placement, Suppression, Upload, UploadRow, UploadTemplate

BATCH = 500  # rows in one transaction: a dialing transaction waits at most for one of them
PAUSE_SECONDS = 0.002  # lets the dialing loop have the write lock between batches


class Unmapped(Refused):
    """The columns are not ours; the page offers to map the file's titles."""

    def __init__(self, error: BadHeader, titles: list[str]) -> None:
        super().__init__(error.code, columns="、".join(error.columns))
        self.titles = [title.strip() for title in titles]


def read_upload(sessions: Sessions, upload_id: int, clock: Callable[[], datetime]) -> None:
    """Read one upload to its end: `committed`, `checked` (dry run), or `refused` with the reason."""
    with read(sessions) as session:
        if session.get_one(Upload, upload_id).state == "committing":
            return commit_upload(sessions, upload_id, clock)
    path = _begin(sessions, upload_id, clock())
    try:
        rows = read_rows(path)
        reading = _open(sessions, upload_id, rows, clock())
        while batch := list(islice(rows, BATCH)):
            _write_batch(sessions, reading, batch, clock())
            time.sleep(PAUSE_SECONDS)
        if not sum(reading.counts.values()):
            raise Refused("file_no_rows")
    except Refused as refusal:
        _refuse(sessions, upload_id, refusal, clock())
    else:
        _finish(sessions, reading, clock)


def _begin(sessions: Sessions, upload_id: int, now: datetime) -> Path:
    remove_loading(sessions, upload_id)
    with write(sessions) as session:
        session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))
        upload = session.get_one(Upload, upload_id)
        upload.state, upload.rows_read, upload.counts, upload.refusal = "reading", 0, {}, None
        tell(session, upload, now)
        return Path(upload.path)


def _open(sessions: Sessions, upload_id: int, rows: Iterator[Row], now: datetime) -> Reading:
    first = next(rows, None)
    if first is None:
        raise Refused("file_empty")
    titles = first[1]
    with write(sessions) as session:
        upload = session.get_one(Upload, upload_id)
        campaign = session.get_one(Campaign, upload.campaign_id)
        places = _places(session, upload, campaign.creditor_id, titles)
        placement = _placement(session, upload, campaign.creditor_id, now)
        if placement.state != "active":
            raise Refused("placement_recalled", batch_no=placement.batch_no)
        return Reading(
            upload_id, campaign.id, campaign.creditor_id, placement.id, places, titles,
            frozenset(session.scalars(select(Suppression.number))),
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
            if set(template.columns.values()) <= {title.strip() for title in titles}:
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


def _write_batch(sessions: Sessions, reading: Reading, batch: list[Row], now: datetime) -> None:
    good: list[GoodRow] = []
    left: list[dict[str, Any]] = []
    for line, cells in batch:
        try:
            row = read_row(cells, reading.places, reading.titles)
        except BadRow as bad:
            left.append(reading.left(line, cells, REJECTED, bad.column, bad.code))
            continue
        if reading.is_repeated(row.contract_no):
            left.append(reading.left(line, cells, IN_FILE, "", IN_FILE))
        elif all(phone in reading.suppressed for phone in row.phones):
            left.append(reading.left(line, cells, SUPPRESSED, "", SUPPRESSED))
        else:
            good.append(GoodRow(line, row, cells))
    with write(sessions) as session:
        left += stage(session, reading, good, now)
        reading.counts.update(item["bucket"] for item in left)
        reading.counts[NEW] += len(batch) - len(left)
        write_rows(session, UploadRow, left)
        upload = session.get_one(Upload, reading.upload_id)
        upload.rows_read = sum(reading.counts.values())
        upload.counts = {bucket: reading.counts[bucket] for bucket in BUCKETS}
        tell(session, upload, now)


def _finish(sessions: Sessions, reading: Reading, clock: Callable[[], datetime]) -> None:
    with write(sessions) as session:
        upload = session.get_one(Upload, reading.upload_id)
        upload.forecast = forecast_of(session, upload, clock())
        upload.state = "checked" if upload.dry_run else "committing"
        tell(session, upload, clock())
        dry = upload.dry_run
    if not dry:
        commit_upload(sessions, reading.upload_id, clock)


def _refuse(sessions: Sessions, upload_id: int, refusal: Refused, now: datetime) -> None:
    remove_loading(sessions, upload_id)
    with write(sessions) as session:
        session.execute(delete(UploadRow).where(UploadRow.upload_id == upload_id))
        upload = session.get_one(Upload, upload_id)
        upload.state, upload.finished_at, upload.counts = "refused", now, {}
        upload.refusal = {"code": refusal.code, "args": refusal.args_}
        upload.forecast = {"titles": refusal.titles} if isinstance(refusal, Unmapped) else {}
        tell(session, upload, now)
