"""Reports and audit packs as files: asked for or scheduled, made by the engine, kept with their hash."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.report_times import Due, Every, due_times
from dialer.facts import ReportFileChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Creditor, JobRun, ReportFile, ReportSchedule

FORMATS = ("xlsx", "csv", "json")
DAYS_MAX = 366
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 60))
CATCH_UP_MAX = timedelta(days=93)  # what was missed longer ago is asked for by hand


def add_schedule(
    sessions: Sessions, actor: Actor, *, creditor_id: int, every: str, hour: int, timezone: str,
    formats: Sequence[str], now: datetime,
) -> int:  # fmt: skip
    """From now on a creditor's progress report comes by itself."""
    if every not in tuple(Every) or not 0 <= hour <= 23:
        raise Refused("schedule_form")
    if not formats or set(formats) - set(FORMATS):
        raise Refused("report_format", formats=", ".join(FORMATS))
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("schedule_timezone") from None
    with write(sessions) as session:
        _creditor(session, creditor_id)
        row = ReportSchedule(
            creditor_id=creditor_id, every=every, hour=hour, timezone=timezone,
            formats=list(dict.fromkeys(formats)), starts_at=now, user_id=actor.user_id or None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "report.schedule", f"creditor:{creditor_id}", now,
            after={"schedule": row.id, "every": every, "hour": hour, "timezone": timezone},
        )  # fmt: skip
        return row.id


def stop_schedule(sessions: Sessions, actor: Actor, schedule_id: int, now: datetime) -> None:
    """It makes no more reports; those made stay."""
    with write(sessions) as session:
        row = session.get(ReportSchedule, schedule_id)
        if row is None or not row.active:
            raise Refused("schedule_unknown")
        row.active = False
        audit.note(
            session, actor.name, "report.schedule_stop", f"creditor:{row.creditor_id}", now,
            before={"schedule": schedule_id},
        )  # fmt: skip


def ask_file(
    sessions: Sessions, actor: Actor, *, creditor_id: int, kind: str, format_: str, first: date,
    last: date, now: datetime,
) -> int:  # fmt: skip
    """Ask for a report or an audit pack; the engine makes it. Returns the file's id."""
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Refused("period")
    formats = ("zip",) if kind == "audit_pack" else FORMATS
    if format_ not in formats:
        raise Refused("report_format", formats=", ".join(formats))
    with write(sessions) as session:
        _creditor(session, creditor_id)
        row = ReportFile(
            creditor_id=creditor_id, kind=kind, format=format_, first=first, last=last, due_at=now,
            user_id=actor.user_id or None, state="waiting",
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, f"{_word(row)}.ask", f"creditor:{creditor_id}", now,
            after={"file": row.id, "from": first.isoformat(), "to": last.isoformat()},
        )  # fmt: skip
        _tell(session, row, now)
        return row.id


def cancel_file(sessions: Sessions, actor: Actor, file_id: int, now: datetime) -> None:
    """It is not made, or no longer: the engine notices between two parts."""
    with write(sessions) as session:
        row = session.get(ReportFile, file_id)
        if row is None or row.state not in ("waiting", "running"):
            raise Refused("file_unknown")
        row.state, row.finished_at = "cancelled", now
        audit.note(
            session, actor.name, f"{_word(row)}.cancel", f"creditor:{row.creditor_id}", now,
            before={"file": file_id},
        )  # fmt: skip
        _tell(session, row, now)


def note_download(sessions: Sessions, actor: Actor, file_id: int, now: datetime) -> Path:
    """Where a finished file lies; who took it is in the audit."""
    with write(sessions) as session:
        row = session.get(ReportFile, file_id)
        if row is None or row.state != "ready" or not Path(row.path).is_file():
            raise Refused("file_unknown")
        audit.note(
            session, actor.name, f"{_word(row)}.download", f"creditor:{row.creditor_id}", now,
            after={"file": file_id, "sha256": row.sha256},
        )  # fmt: skip
        return Path(row.path)


def plan_due(sessions: Sessions, now: datetime) -> int:
    """Put every scheduled report that is due, also one missed while nothing ran, in line: exactly once
    for each due time. Returns how many reports."""
    with read(sessions) as session:
        schedules = session.scalars(select(ReportSchedule).where(ReportSchedule.active)).all()
        seen = {
            schedule.id: session.scalar(
                select(func.max(JobRun.due_at)).where(JobRun.job == _job(schedule.id))
            )
            for schedule in schedules
        }
    planned = 0
    for schedule in schedules:
        since = max(seen[schedule.id] or schedule.starts_at, now - CATCH_UP_MAX)
        zone = ZoneInfo(schedule.timezone)
        for due in due_times(Every(schedule.every), schedule.hour, zone, since, now):
            planned += _plan(sessions, schedule, due, now)
    return planned


def _plan(sessions: Sessions, schedule: ReportSchedule, due: Due, now: datetime) -> int:
    try:
        with write(sessions) as session:
            session.add(JobRun(job=_job(schedule.id), due_at=due.at, finished_at=now))
            session.flush()  # the second one of this due time stops here
            for format_ in schedule.formats:
                row = ReportFile(
                    creditor_id=schedule.creditor_id, schedule_id=schedule.id, kind="progress",
                    format=format_, first=due.first, last=due.last, due_at=due.at, state="waiting",
                )  # fmt: skip
                session.add(row)
                session.flush()
                _tell(session, row, now)
            return 1
    except IntegrityError:
        return 0


def note_part(sessions: Sessions, file_id: int, part: int, parts: int) -> bool:
    """How far it is; False once somebody cancelled it."""
    with write(sessions) as session:
        row = session.get_one(ReportFile, file_id)
        if row.state == "cancelled":
            return False
        row.state, row.part, row.parts = "running", part, parts
        return True


def finish(
    sessions: Sessions, file_id: int, path: Path, sha256: str, size: int, now: datetime
) -> bool:
    """It is ready. False when it was cancelled in the meantime."""
    with write(sessions) as session:
        row = session.get_one(ReportFile, file_id)
        if row.state == "cancelled":
            return False
        row.state, row.finished_at, row.reason, row.again_at = "ready", now, "", None
        row.path, row.sha256, row.size = str(path), sha256, size
        audit.note(
            session, "engine", f"{_word(row)}.ready", f"creditor:{row.creditor_id}", now,
            after={"file": file_id, "sha256": sha256},
        )  # fmt: skip
        _tell(session, row, now)
        return True


def note_failure(sessions: Sessions, file_id: int, reason: str, now: datetime) -> None:
    """A try went wrong. What came by schedule waits for the next one, three times at most; what somebody
    asked for has failed: they see why, and ask again."""
    with write(sessions) as session:
        row = session.get_one(ReportFile, file_id)
        if row.state == "cancelled":
            return
        row.tries, row.reason, row.again_at = row.tries + 1, reason, None
        if row.schedule_id is not None and row.tries <= len(AGAIN_AFTER):
            row.state, row.again_at = "waiting", now + AGAIN_AFTER[row.tries - 1]
        else:
            row.state, row.finished_at = "failed", now
            audit.note(
                session, "engine", f"{_word(row)}.failed", f"creditor:{row.creditor_id}", now,
                after={"file": file_id, "tries": row.tries, "reason": reason},
            )  # fmt: skip
        _tell(session, row, now)


def _job(schedule_id: int) -> str:
    return f"report:{schedule_id}"


def _word(row: ReportFile) -> str:
    return "audit_pack" if row.kind == "audit_pack" else "report"


def _creditor(session: Session, creditor_id: int) -> None:
    if session.get(Creditor, creditor_id) is None:
        raise Refused("creditor_unknown")


def _tell(session: Session, row: ReportFile, now: datetime) -> None:
    publish(session, ReportFileChanged(
        file_id=row.id, creditor_id=row.creditor_id, kind=row.kind, state=row.state,
        sha256=row.sha256,
    ), now)  # fmt: skip
