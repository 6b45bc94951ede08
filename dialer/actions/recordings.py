"""Recordings (录音): taken over from nodes, kept sealed, listened to, held, deleted after their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import ENGINE, Actor
from dialer.actions.refusals import Refused
from dialer.domain.compliance import RulePack
from dialer.domain.retention import DAYS_MAX, KEEPING_HOLDS, days_to_keep
from dialer.store import audit
from dialer.store.recording_files import Made
from dialer.store.session import Sessions, read, write
from dialer.store.shelf import Shelf
from dialer.store.tables import Account, Attempt, Creditor, Hold, Recording

REASONS = ("quality", "complaint", "dispute", "creditor", "training", "amd_sample")
DELETED_AT_ONCE = 200


def take_raw(
    session: Session, attempt: Attempt, path: str, sha256: str, seconds: float, now: datetime
) -> None:
    """A node finished a WAV. Said again, it changes nothing: by then it may be sealed."""
    if session.get(Recording, attempt.id) is not None:
        return
    attempt.recording, attempt.recording_sha256 = path, sha256
    session.add(Recording(
        attempt_id=attempt.id, path=path, wav_sha256=sha256, seconds=seconds, saved_at=now
    ))  # fmt: skip


def note_kept(
    sessions: Sessions, attempt_id: str, path: str, key_id: str, made: Made, now: datetime
) -> None:
    """It is sealed and lies on the shelf; the WAV may go."""
    with write(sessions) as session:
        row = session.get_one(Recording, attempt_id)
        attempt = session.get_one(Attempt, attempt_id)
        row.state, row.path, row.key_id, row.kept_at = "kept", path, key_id, now
        row.size, row.seconds = made.size, made.seconds
        row.sha256, row.sound_sha256 = made.sha256, made.sound_sha256
        attempt.recording, attempt.recording_sha256 = path, made.sha256


def note_damaged(sessions: Sessions, attempt_id: str, fault: str, now: datetime) -> None:
    """The WAV is gone, unreadable or not what the node wrote: it stays where it is, for people to see."""
    with write(sessions) as session:
        row = session.get_one(Recording, attempt_id)
        row.state, row.fault = "damaged", fault
        audit.note(
            session, ENGINE.name, "recording.damaged", f"attempt:{attempt_id}", now,
            after={"fault": fault},
        )  # fmt: skip


def listen(
    sessions: Sessions, actor: Actor, attempt_id: str, reason: str, now: datetime
) -> Recording:
    """Whoever listens is named, with the reason, before a byte leaves. Refused("recording_unknown" |
    "recording_not_kept" | "recording_deleted" | "recording_reason")."""
    if reason not in REASONS:
        raise Refused("recording_reason", reasons=", ".join(REASONS))
    with write(sessions) as session:
        row = _of(session, attempt_id)
        if row.state == "deleted":
            raise Refused("recording_deleted")
        if row.state != "kept":
            raise Refused("recording_not_kept")
        audit.note(
            session, actor.name, "recording.listen", f"attempt:{attempt_id}", now,
            after={"reason": reason},
        )  # fmt: skip
        session.expunge(row)
        return row


def hold_recording(
    sessions: Sessions, actor: Actor, attempt_id: str, why: str, now: datetime
) -> None:
    """It is not deleted until the hold is lifted (`why` empty). Refused("recording_unknown" |
    "recording_deleted")."""
    with write(sessions) as session:
        row = _of(session, attempt_id)
        if row.state == "deleted":
            raise Refused("recording_deleted")
        before, row.legal_hold = row.legal_hold, why
        audit.note(
            session, actor.name, "recording.hold", f"attempt:{attempt_id}", now,
            before={"hold": before}, after={"hold": why},
        )  # fmt: skip


def set_retention(
    sessions: Sessions, actor: Actor, pack: RulePack, creditor_id: int, days: int | None,
    now: datetime,
) -> None:  # fmt: skip
    """How many days this creditor's recordings are kept; none: the installation's. Refused(
    "creditor_unknown" | "recording_days")."""
    if days is not None and not max(pack.recording_days_min, 1) <= days <= DAYS_MAX:
        raise Refused("recording_days", least=max(pack.recording_days_min, 1), most=DAYS_MAX)
    with write(sessions) as session:
        creditor = session.get(Creditor, creditor_id)
        if creditor is None:
            raise Refused("creditor_unknown")
        before, creditor.recording_days = creditor.recording_days, days
        audit.note(
            session, actor.name, "recording.retention", f"creditor:{creditor_id}", now,
            before={"days": before}, after={"days": days},
        )  # fmt: skip


def delete_expired(
    sessions: Sessions, shelf: Shelf, pack: RulePack, configured: int, now: datetime
) -> int:
    """Delete what is older than its creditor's days and that nothing holds; how many. The file goes first:
    a row that says "kept" without a file is deleted again next time, a file without a row never would be."""
    deleted = 0
    with read(sessions) as session:
        creditors = session.execute(select(Creditor.id, Creditor.recording_days)).all()
    for creditor_id, own in creditors:
        before = now - timedelta(days=days_to_keep(own, configured, pack.recording_days_min))
        with read(sessions) as session:
            due = session.execute(_due(creditor_id, before, now)).all()
        for attempt_id, path in due:
            shelf.delete(path)
            _note_deleted(sessions, attempt_id, now)
        deleted += len(due)
    return deleted


def _due(creditor_id: int, before: datetime, now: datetime):  # type: ignore[no-untyped-def]
    held = select(Hold.debtor_id).where(
        Hold.kind.in_(KEEPING_HOLDS), Hold.released_by.is_(None),
        Hold.ends_at.is_(None) | (Hold.ends_at > now),
    )  # fmt: skip
    return (
        select(Recording.attempt_id, Recording.path)
        .join(Attempt, Attempt.id == Recording.attempt_id)
        .join(Account, Account.id == Attempt.account_id)
        .where(Recording.state == "kept", Recording.saved_at < before, Recording.legal_hold == "",
               Account.creditor_id == creditor_id, Attempt.debtor_id.not_in(held))
        .order_by(Recording.saved_at).limit(DELETED_AT_ONCE)
    )  # fmt: skip


def _note_deleted(sessions: Sessions, attempt_id: str, now: datetime) -> None:
    with write(sessions) as session:
        row = session.get_one(Recording, attempt_id)
        row.state, row.deleted_at = "deleted", now
        audit.note(
            session, ENGINE.name, "recording.delete", f"attempt:{attempt_id}", now,
            before={"saved_at": row.saved_at.isoformat(), "sha256": row.sha256},
        )  # fmt: skip


def sweep_wavs(sessions: Sessions, folder: Path) -> int:
    """WAVs that a crash left behind after they were sealed; how many."""
    left = 0
    for wav in folder.glob("[0-9a-f][0-9a-f]/*.wav"):
        with read(sessions) as session:
            row = session.get(Recording, wav.stem)
            is_sealed = row is not None and row.state in ("kept", "deleted")
        if is_sealed:
            wav.unlink(missing_ok=True)
            left += 1
    return left


def _of(session: Session, attempt_id: str) -> Recording:
    row = session.get(Recording, attempt_id)
    if row is None:
        raise Refused("recording_unknown")
    return row
