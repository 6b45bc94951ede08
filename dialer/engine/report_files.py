"""Makes the files that wait: scheduled reports, reports and audit packs asked for. One at a time."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import or_, select

from dialer.actions.report_files import finish, note_failure, note_part, plan_due
from dialer.domain.compliance import RulePack
from dialer.reports.audit_pack import Cancelled, Subject, write_pack
from dialer.reports.creditor import creditor_report
from dialer.reports.period import Period
from dialer.reports.report_tables import as_file
from dialer.store.recording_files import SoundStore
from dialer.store.session import Sessions, read
from dialer.store.tables import ReportFile

log = logging.getLogger(__name__)
_LOCALES = Path(__file__).parents[2] / "static" / "locales"


@dataclass(frozen=True, slots=True)
class Maker:
    """Where files go, where recordings lie, and under which rules is judged."""

    sessions: Sessions
    folder: Path
    recordings: Path | None
    pack: RulePack
    sounds: SoundStore | None = None  # what is sealed already

    def run(self, now: Callable[[], datetime]) -> int:
        """Plan what is due, then make everything that waits or that a dead engine left half made.
        Returns how many files are ready."""
        at = now()
        plan_due(self.sessions, at)
        with read(self.sessions) as session:
            waiting = session.scalars(
                select(ReportFile).where(
                    ReportFile.state.in_(("waiting", "running")),
                    or_(ReportFile.again_at.is_(None), ReportFile.again_at <= at),
                ).order_by(ReportFile.id)
            ).all()  # fmt: skip
        return sum(self._make(file, now) for file in waiting)

    def _make(self, file: ReportFile, now: Callable[[], datetime]) -> bool:
        name = f"{file.kind}-{file.creditor_id}-{file.first:%Y%m%d}-{file.last:%Y%m%d}-{file.id}"
        ending = "zip" if file.format == "csv" else file.format
        target = self.folder / f"{name}.{ending}"
        half = target.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if file.kind == "audit_pack":
                self._pack(file, half, now())
            else:
                self._report(file, half)
            with half.open("rb") as written:
                digest = hashlib.file_digest(written, "sha256").hexdigest()
            half.chmod(0o600)
            os.replace(half, target)  # whole or not at all
            if finish(self.sessions, file.id, target, digest, target.stat().st_size, now()):
                log.info("report ready", extra={"action": "report.ready", "file": file.id})
                return True
            target.unlink()
        except Cancelled:
            log.info("report cancelled", extra={"action": "report.cancelled", "file": file.id})
        except Exception as fault:
            log.exception("report failed", extra={"action": "report.failed", "file": file.id})
            note_failure(self.sessions, file.id, _reason(fault), now())
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
        return False

    def _pack(self, file: ReportFile, target: Path, now: datetime) -> None:
        def progress(done: int, of_all: int) -> None:
            if not note_part(self.sessions, file.id, done, of_all):
                raise Cancelled

        progress(0, 0)
        with read(self.sessions) as session:
            period = Period(file.first, file.last)
            about = Subject(
                session, file.creditor_id, period, self.pack, self.recordings, self.sounds
            )
            write_pack(about, target, now, progress)

    def _report(self, file: ReportFile, target: Path) -> None:
        if not note_part(self.sessions, file.id, 0, 1):
            raise Cancelled
        with read(self.sessions) as session:
            period = Period(file.first, file.last)
            report = creditor_report(session, file.creditor_id, period, self.pack)
        if report is None:
            raise LookupError("creditor")
        target.write_bytes(as_file(report, file.format, both_languages))


def _reason(fault: Exception) -> str:
    """Why a file could not be made, as far as whoever waits for it can do something about it."""
    if isinstance(fault, OSError):
        return "disk_full" if fault.errno in (errno.ENOSPC, errno.EDQUOT) else "folder"
    return "fault"


@cache
def both_languages(key: str) -> str:
    """A title as 中文 English, for files whose readers we do not know; an unknown key is itself."""
    zh, en = (_words(name).get(key, "") for name in ("zh-CN", "en"))
    return (zh if zh == en else f"{zh} {en}".strip()) or key


@cache
def _words(language: str) -> dict[str, str]:
    table: dict[str, str] = json.loads((_LOCALES / f"{language}.json").read_text(encoding="utf-8"))
    return table
