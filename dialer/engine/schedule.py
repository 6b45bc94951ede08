"""Jobs by the clock (APScheduler, in memory). What must happen once for a due time has a row that says so.

They run in worker threads with their own database sessions, beside the dialing loop.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from dialer.actions.alerting import Alerts
from dialer.actions.intake import read_upload
from dialer.actions.list_work import end_lists, learn_hours, order_lists
from dialer.actions.nightly import keep_balances
from dialer.actions.seats import pause_untrained
from dialer.actions.settling import remind, settle_due
from dialer.clock import utc_now
from dialer.domain.caller_numbers import ZONE
from dialer.engine.archive import Archive
from dialer.engine.budgets import Budgets
from dialer.engine.list_counts import ListCounts
from dialer.engine.number_pool import end_rests
from dialer.engine.report_files import Maker
from dialer.engine.webhooks import deliver_all
from dialer.reports.alert_values import alert_values
from dialer.store.name_keys import index_names, names_waiting
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Upload

log = logging.getLogger(__name__)
LISTS_SECONDS = 5
ALERTS_SECONDS = 5
NAMES_SECONDS, NAMES_PARTS = 3, 10  # a million new names are findable after ten minutes
WAITING = ("received", "reading", "committing", "withdrawing")


def start(
    sessions: Sessions, watches: Sequence[ListCounts | Budgets], maker: Maker, archive: Archive
) -> BackgroundScheduler:
    """Start the jobs; call `shutdown` on the answer."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        read_waiting_uploads, "interval", args=[sessions], seconds=0.5, coalesce=True,
        max_instances=1, misfire_grace_time=30, id="uploads",
    )  # fmt: skip
    for watch in watches:
        scheduler.add_job(
            watch.refresh, "interval", args=[sessions], seconds=1, coalesce=True, max_instances=1,
            misfire_grace_time=30, id=type(watch).__name__,
        )  # fmt: skip
    scheduler.add_job(
        index_new_names, "interval", args=[sessions], seconds=NAMES_SECONDS, coalesce=True,
        max_instances=1, misfire_grace_time=30, id="names",
    )  # fmt: skip
    scheduler.add_job(
        tend_lists, "interval", args=[sessions], seconds=LISTS_SECONDS, coalesce=True,
        max_instances=1, misfire_grace_time=30, id="lists",
    )  # fmt: skip
    for job, minutes in (
        (learn_answer_hours, 10),
        (settle_promises, 10),
        (remind_promises, 10),
        (end_number_rests, 5),
        (note_balances, 10),
        (pause_seats, 1),
    ):
        scheduler.add_job(
            job, "interval", args=[sessions], minutes=minutes, coalesce=True, max_instances=1,
            misfire_grace_time=300, id=job.__name__,
        )  # fmt: skip
    scheduler.add_job(
        tell_webhooks, "interval", args=[sessions], seconds=1, coalesce=True, max_instances=1,
        misfire_grace_time=30, id="webhooks",
    )  # fmt: skip
    scheduler.add_job(
        make_report_files, "interval", args=[maker], seconds=2, coalesce=True, max_instances=1,
        misfire_grace_time=300, id="report_files",
    )  # fmt: skip
    for keeping, seconds in ((seal_recordings, 1), (tidy_recordings, 600)):
        scheduler.add_job(
            keeping, "interval", args=[archive], seconds=seconds, coalesce=True, max_instances=1,
            misfire_grace_time=300, id=keeping.__name__,
        )  # fmt: skip
    scheduler.add_job(
        look_for_alerts, "interval", args=[sessions, Alerts(), maker], seconds=ALERTS_SECONDS,
        coalesce=True, max_instances=1, misfire_grace_time=30, id="alerts",
    )  # fmt: skip
    scheduler.start()
    return scheduler


def tend_lists(sessions: Sessions) -> None:
    """Entries in the order their campaign asks for; campaigns at the end of their lists."""
    order_lists(sessions)
    for campaign_id, what in end_lists(sessions, utc_now()):
        log.info(
            "list end",
            extra={"action": "campaign.list_end", "campaign_id": campaign_id, "what": what},
        )


def index_new_names(sessions: Sessions) -> None:
    """People of new files can be found by name and pinyin; in parts, so that nobody waits for the lock."""
    for _ in range(NAMES_PARTS):
        with read(sessions) as session:
            if not names_waiting(session):
                return
        with write(sessions) as session:
            index_names(session)


def look_for_alerts(sessions: Sessions, alerts: Alerts, maker: Maker) -> None:
    """Alerts of the board: raised and cleared."""
    now = utc_now()
    with read(sessions) as session:
        values = alert_values(session, maker.pack, maker.recordings, now)
    moved = alerts.look(sessions, values, now)
    if moved:
        log.info("alerts moved", extra={"action": "alerts.look", "count": moved})


def learn_answer_hours(sessions: Sessions) -> None:
    """The hours at which a campaign's calls are answered, for its best time."""
    learn_hours(sessions, ZONE, utc_now())


def tell_webhooks(sessions: Sessions) -> None:
    """Facts to whoever asked to be told."""
    deliver_all(sessions, utc_now())


def settle_promises(sessions: Sessions) -> None:
    """Promises whose grace is over are decided by what was paid."""
    decided = settle_due(sessions, utc_now())
    if decided:
        log.info("promises settled", extra={"action": "promises.settle", "count": decided})


def remind_promises(sessions: Sessions) -> None:
    """Reminders on the day before a promise is due, and on the day."""
    remind(sessions, utc_now())


def note_balances(sessions: Sessions) -> None:
    """Balances and buckets of last night, once a day."""
    noted = keep_balances(sessions, utc_now())
    if noted:
        log.info("balances noted", extra={"action": "balances.note", "count": noted})


def make_report_files(maker: Maker) -> None:
    """Scheduled reports that are due, and files that somebody asked for."""
    maker.run(utc_now)


def seal_recordings(archive: Archive) -> None:
    """Finished recordings become sealed Ogg Opus."""
    archive.run(utc_now)


def tidy_recordings(archive: Archive) -> None:
    """Recordings whose time is over are deleted."""
    deleted = archive.tidy(utc_now)
    if deleted:
        log.info("recordings deleted", extra={"action": "recording.delete", "count": deleted})


def end_number_rests(sessions: Sessions) -> None:
    """Outbound numbers whose rest is over are shown again."""
    with write(sessions) as session:
        end_rests(session, utc_now())


def pause_seats(sessions: Sessions) -> None:
    """Agents whose training ended last night get no more calls."""
    with write(sessions) as session:
        pause_untrained(session, utc_now())


def read_waiting_uploads(sessions: Sessions) -> None:
    """Read every upload that waits, or that a dead engine left half read."""
    with read(sessions) as session:
        waiting = session.scalars(
            select(Upload.id).where(Upload.state.in_(WAITING)).order_by(Upload.id)
        ).all()
    for upload_id in waiting:
        log.info("reading upload", extra={"action": "upload.read", "upload_id": upload_id})
        read_upload(sessions, upload_id, utc_now)
