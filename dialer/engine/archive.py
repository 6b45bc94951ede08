"""Turns finished WAVs into sealed Ogg Opus, in a process of its own that gives way to everybody else."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from dialer.actions.recordings import delete_expired, note_damaged, note_kept, sweep_wavs
from dialer.domain.compliance import RulePack
from dialer.store.recording_files import SUFFIX, Made, SoundStore, WrongHash, make_kept
from dialer.store.recording_keys import key_to_seal
from dialer.store.session import Sessions, read
from dialer.store.tables import Recording

log = logging.getLogger(__name__)
AT_ONCE = 20
NICENESS = 10
MISSING_AFTER = timedelta(minutes=10)  # a shared folder may show a file late
ENCODE_SECONDS = 600


@dataclass(slots=True)
class Archive:
    """`folder`: where nodes leave WAVs; `sounds`: where they are kept."""

    sessions: Sessions
    folder: Path
    sounds: SoundStore
    pack: RulePack
    keep_days: int
    _pool: ProcessPoolExecutor | None = field(default=None)

    def run(self, now: Callable[[], datetime]) -> int:
        """Seal what waits, the oldest first; how many were sealed."""
        with read(self.sessions) as session:
            waiting = session.scalars(
                select(Recording).where(Recording.state == "raw").order_by(Recording.saved_at)
                .limit(AT_ONCE)
            ).all()  # fmt: skip
        return sum(self._keep(row, now) for row in waiting)

    def tidy(self, now: Callable[[], datetime]) -> int:
        """Delete what has been kept long enough, and WAVs that a crash left; recordings deleted."""
        sweep_wavs(self.sessions, self.folder)
        return delete_expired(self.sessions, self.sounds.shelf, self.pack, self.keep_days, now())

    def close(self) -> None:
        """End the worker; a file it was at is begun again by the next engine."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _keep(self, row: Recording, now: Callable[[], datetime]) -> bool:
        wav = self.folder / row.path
        name = str(Path(row.path).with_suffix(SUFFIX))
        draft = self.folder / "sealing" / Path(name).name
        key = key_to_seal(self.sounds.key_file)
        try:
            made = self._in_worker(wav, row.wav_sha256, draft, Path(name).name, key)
        except FileNotFoundError:
            if now() - row.saved_at > MISSING_AFTER:
                self._damaged(row, "missing", now())
            return False
        except WrongHash:
            self._damaged(row, "changed", now())
            return False
        except ValueError:
            self._damaged(row, "unreadable", now())
            return False
        except (BrokenProcessPool, TimeoutError, OSError) as error:
            self._pool = None  # a new one next time; the row still waits
            log.error("sealing failed", extra={"action": "recording.seal", "why": str(error)[:200]})
            return False
        self.sounds.shelf.put(name, draft)
        note_kept(self.sessions, row.attempt_id, name, key.key_id, made, now())
        wav.unlink(missing_ok=True)
        return True

    def _in_worker(self, *what: object) -> Made:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=_give_way
            )
        future: Future[Made] = self._pool.submit(make_kept, *what)  # type: ignore[arg-type]
        return future.result(timeout=ENCODE_SECONDS)

    def _damaged(self, row: Recording, fault: str, now: datetime) -> None:
        log.error("recording damaged", extra={"action": "recording.damaged", "fault": fault})
        note_damaged(self.sessions, row.attempt_id, fault, now)


def _give_way() -> None:
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine ends us
