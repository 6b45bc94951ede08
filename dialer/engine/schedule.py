"""Jobs by the clock (APScheduler, in memory): read uploads. Each run is a row, so it happens once.

They run in worker threads with their own database sessions, beside the dialing loop.
"""

from __future__ import annotations

import logging

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from dialer.actions.intake import read_upload
from dialer.clock import utc_now
from dialer.store.session import Sessions, read
from dialer.store.tables import Upload

log = logging.getLogger(__name__)


def start(sessions: Sessions) -> BackgroundScheduler:
    """Start the jobs; call `shutdown` on the answer."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        read_waiting_uploads, "interval", args=[sessions], seconds=0.5, coalesce=True,
        max_instances=1, misfire_grace_time=30, id="uploads",
    )  # fmt: skip
    scheduler.start()
    return scheduler


def read_waiting_uploads(sessions: Sessions) -> None:
    """Read every upload that waits, or that a dead engine left half read."""
    with read(sessions) as session:
        waiting = session.scalars(
            select(Upload.id).where(Upload.state.in_(("received", "reading"))).order_by(Upload.id)
        ).all()
    for upload_id in waiting:
        log.info("reading upload", extra={"action": "upload.read", "upload_id": upload_id})
        read_upload(sessions, upload_id, utc_now)
