"""Parts about calls: the ledger, what was blocked, recordings, hours and frequency, third parties."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from dialer.domain.compliance.hours import zones_of
from dialer.domain.compliance.pack import calendar_of
from dialer.domain.phone_numbers import masked
from dialer.reports.audit_pack.subject import Subject, Table
from dialer.reports.compliance import abandonment_sheets
from dialer.reports.pressure import debtor_days
from dialer.store.recording_files import SUFFIX
from dialer.store.sealed import Broken, KeyMissing
from dialer.store.shelf import FolderShelf, Shelf, sha256_of
from dialer.store.tables import Attempt, AuditRow, Campaign, Entry, Outcome, Phone, Recording

SAMPLE = 20  # recordings that go into the pack itself


def ledger(about: Subject) -> Table:
    """(1) Every attempt with the rule decision that allowed it: version, local time, every counter."""
    return [
        {
            "attempt_id": a.id, "at": a.created_at.isoformat(), "local_day": a.local_day.isoformat(),
            "debtor_id": a.debtor_id, "account_id": a.account_id, "case_id": case.id,
            "number": masked(a.number), "shown": a.outbound_number, "verdict": a.verdict,
            "outcome": code, "answered_at": a.answered_at.isoformat() if a.answered_at else "",
            "waited_ms": a.waited_ms, "abandoned": a.abandoned, "talk_ms": a.talk_ms,
            "ended_by": a.ended_by, "pack": a.licence.get("pack", ""),
            "rule_version": a.licence.get("version", ""),
            "local_times": " | ".join(a.licence.get("local_times", [])),
            "counters": a.licence.get("counters", {}), "overrides": a.licence.get("overrides", []),
            "recording_sha256": a.recording_sha256,
        }
        for a, case, _, code in about.calls
    ]  # fmt: skip


def block_log(about: Subject) -> Table:
    """(2) Entries the gate said no to when it was asked last, and until when they wait."""
    rows = about.session.execute(
        select(Entry, Campaign.name).join(Campaign, Campaign.id == Entry.campaign_id)
        .where(Campaign.creditor_id == about.creditor_id, Entry.block_reason != "")
        .order_by(Entry.id)
    )  # fmt: skip
    return [
        {"entry_id": e.id, "campaign": name, "debtor_id": e.debtor_id, "state": e.state,
         "reason": e.block_reason, "not_before": e.next_at.isoformat()}
        for e, name in rows
    ]  # fmt: skip


def recording_index(about: Subject) -> Table:
    """(3) Every talk of a second or more with its recording: ok, missing, file missing, changed, damaged
    before it was sealed, deleted after its time. `sound_sha256`: of the Ogg Opus inside."""
    return [_indexed(about, c.attempt) for c in about.calls
            if c.attempt.connected_at is not None and c.attempt.talk_ms >= 1000]  # fmt: skip


def _indexed(about: Subject, attempt: Attempt) -> dict[str, Any]:
    row = about.kept.get(attempt.id)
    return {
        "attempt_id": attempt.id, "path": attempt.recording, "sha256": attempt.recording_sha256,
        "sound_sha256": row.sound_sha256 if row else "", "wav_sha256": row.wav_sha256 if row else "",
        "talk_ms": attempt.talk_ms, "state": _state(about, attempt, row),
        "deleted_at": row.deleted_at.isoformat() if row and row.deleted_at else "",
        "legal_hold": row.legal_hold if row else "",
    }  # fmt: skip


def _state(about: Subject, attempt: Attempt, row: Recording | None) -> str:
    if not attempt.recording:
        return "missing"
    if row is not None and row.state in ("deleted", "damaged"):
        return row.state
    shelf = _shelf(about, attempt.recording)
    if shelf is None:
        return "ok"
    try:
        return (
            "ok" if sha256_of(shelf, attempt.recording) == attempt.recording_sha256 else "changed"
        )
    except FileNotFoundError:
        return "file missing"


def _shelf(about: Subject, name: str) -> Shelf | None:
    """What is sealed lies where `sounds` says, what is not yet in the nodes' folder."""
    if name.endswith(SUFFIX) and about.sounds is not None:
        return about.sounds.shelf
    return FolderShelf(about.recordings) if about.recordings is not None else None


def sample(about: Subject) -> Iterator[tuple[str, bytes]]:
    """(3) Recordings spread evenly over the period, opened, to listen to without asking us. One that does
    not open is left out; the index says "changed"."""
    if about.recordings is None:
        return
    there = [c.attempt for c in about.calls if _is_there(about, c.attempt)]
    step = max(len(there) // SAMPLE, 1)
    for attempt in there[::step][:SAMPLE]:
        name, sounds = attempt.recording, about.sounds
        if not name.endswith(SUFFIX):
            yield f"{attempt.id}.wav", (about.recordings / name).read_bytes()
        elif sounds is not None:
            with suppress(Broken, KeyMissing, FileNotFoundError):
                yield f"{attempt.id}.ogg", b"".join(sounds.open(name).sound())


def _is_there(about: Subject, attempt: Attempt) -> bool:
    shelf = _shelf(about, attempt.recording) if attempt.recording else None
    try:
        return shelf is not None and shelf.size(attempt.recording) > 0
    except FileNotFoundError:
        return False


def playback_log(about: Subject) -> Table:
    """(3) Who listened to a recording, from the audit."""
    mine = {c.attempt.id for c in about.calls}
    rows = about.session.scalars(
        select(AuditRow).where(AuditRow.action.like("recording.%")).order_by(AuditRow.id)
    )
    return [
        {"at": r.at.isoformat(), "actor": r.actor, "action": r.action, "attempt": r.subject}
        for r in rows if r.subject.partition(":")[2] in mine
    ]  # fmt: skip


def per_debtor_day(about: Subject) -> Table:
    """(4) Attempts and effective calls of each person on each day, over all creditors as caps count,
    beside the limits."""
    limits = {cap.code: cap.limit for cap in about.pack.caps}
    return [
        {"debtor_id": row.debtor_id, "day": row.day.isoformat(), "attempts": row.attempts,
         "attempts_limit": limits.get("CAP_DAY_ATTEMPT"), "effective": row.effective,
         "effective_limit": limits.get("CAP_DAY_EFFECTIVE")}
        for row in debtor_days(about.contacts, about.period)
    ]  # fmt: skip


def hours(about: Subject) -> Table:
    """(4) Calls by hour at the debtor's place; a zone we do not know is judged by all of the pack."""
    counts: Counter[tuple[str, int, str]] = Counter()
    for call in about.calls:
        zones = zones_of(call.debtor.timezone, about.pack.zones)
        calendar = calendar_of(about.pack, zones, ())
        fault = calendar.fault(call.attempt.created_at, timedelta())
        local = call.attempt.created_at.astimezone(zones[0])
        counts[zones[0].key, local.hour, fault or "inside"] += 1
    return [
        {"zone": zone, "hour": hour, "verdict": verdict, "calls": n}
        for (zone, hour, verdict), n in sorted(counts.items())
    ]


def third_parties(about: Subject) -> Table:
    """(5) Contacts of somebody else than the debtor: relation, ground, and whether it was recorded
    before the call."""
    others = {
        (p.debtor_id, p.number): p
        for p in about.session.scalars(
            select(Phone).where(Phone.role != "debtor", Phone.debtor_id.in_(about.people))
        )
    }
    given = _grounds(about)
    rows: list[dict[str, Any]] = []
    for a, _, _, code in about.calls:
        phone = others.get((a.debtor_id, a.number))
        if phone is not None:
            rows.append({
                "attempt_id": a.id, "at": a.created_at.isoformat(), "debtor_id": a.debtor_id,
                "number": masked(a.number), "role": phone.role, "relation": phone.relation,
                "ground": phone.ground, "outcome": code, "agent": _agent(about, a.id),
                "ground_at_the_time": _at(given[phone.id], a.created_at, phone.ground),
            })  # fmt: skip
    return rows


def _grounds(about: Subject) -> dict[int, list[tuple[datetime, str, str]]]:
    """Phone -> when its ground was changed, from what, to what."""
    found: dict[int, list[tuple[datetime, str, str]]] = defaultdict(list)
    for row in about.session.scalars(
        select(AuditRow).where(AuditRow.action == "phone.ground").order_by(AuditRow.id)
    ):
        before, after = (row.before or {}).get("ground", ""), (row.after or {}).get("ground", "")
        found[int(row.subject.partition(":")[2])].append((row.at, before, after))
    return found


def _at(changes: list[tuple[datetime, str, str]], moment: datetime, now: str) -> str:
    """The ground that held at a moment; without changes it is what it always was."""
    for at, before, _ in changes:
        if moment < at:
            return before
    return changes[-1][2] if changes else now


def _agent(about: Subject, attempt_id: str) -> int | None:
    outcome = about.session.get(Outcome, attempt_id)
    return outcome.user_id if outcome else None


def abandonment(about: Subject) -> Table:
    """(6) Working sheets per campaign and day with their inputs."""
    return abandonment_sheets(about.session, about.creditor_id, about.period)
