"""Writes the pack: seventeen parts, each a file or a line in the manifest that says why there is none."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dialer.reports.audit_pack import calls, registers
from dialer.reports.audit_pack.proofs import proofs
from dialer.reports.audit_pack.subject import Subject, Table
from dialer.reports.creditor import creditor_report
from dialer.reports.exports import table_csv
from dialer.store.tables import AuditRow


class Cancelled(Exception):
    """Somebody does not want this pack any more."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the seventeen. Without files it is not kept by this version; `note` says why, or what
    is missing of it."""

    number: int
    title: str
    files: tuple[tuple[str, Callable[[Subject], Table]], ...] = ()
    note: str = ""


PARTS = (
    Part(1, "attempts with rule decisions", (("01-attempts.csv", calls.ledger),)),
    Part(2, "block log", (("02-blocks.csv", calls.block_log),),
         "the last no of each entry is kept, not every one"),
    Part(3, "recordings", (("03-recordings.csv", calls.recording_index),
                           ("03-playback.csv", calls.playback_log)),
         "sealed recordings are opened for the sample: the SHA-256 of each .ogg is sound_sha256"),
    Part(4, "hours and frequency", (("04-per-debtor-day.csv", calls.per_debtor_day),
                                    ("04-hours.csv", calls.hours))),
    Part(5, "third parties", (("05-third-parties.csv", calls.third_parties),),
         "ground and agent of each contact; the spoken script is in the recording only"),
    Part(6, "abandonment sheets", (("06-abandonment.csv", calls.abandonment),),
         "AMD hangs up on nobody (K = 0), so there is no estimate f and no sample of it"),
    Part(7, "consents, refusals and time to effect", (("07-opt-outs.csv", registers.opt_outs),
                                                      ("07-consents.csv", registers.consents))),
    Part(8, "complaints and disputes", (("08-complaints.csv", registers.complaints),
                                        ("08-disputes.csv", registers.disputes))),
    Part(9, "holds", (("09-holds.csv", registers.holds),)),
    Part(10, "quality forms", note="not kept by this version: calls are not evaluated in Kept"),
    Part(11, "training", (("11-training.csv", registers.training),),
         "trainings and examinations passed and until when they hold; the papers are not kept"),
    Part(12, "users, access, exports", (("12-users.csv", registers.users),
                                        ("12-access.csv", registers.access_log)),
         "changes of users and tokens, exports; single page views are not kept"),
    Part(13, "outbound numbers", (("13-outbound-numbers.csv", registers.outbound_numbers),),
         "licence, certificate and undertaking by number and day; the papers themselves are not kept"),
    Part(14, "changes and rules", (("14-changes.csv", registers.changes),
                                   ("14-rules.csv", registers.rules))),
    Part(15, "incidents", note="not kept by this version: there is no incident register"),
    Part(16, "privacy", note="not kept by this version: register, assessment and deletion certificates "
                             "are kept outside Kept"),
    Part(17, "payments and reconciliation", (("17-payments.csv", registers.payments),
                                             ("17-reconciliation.csv", registers.reconciliation)),
         "commission is not computed"),
)  # fmt: skip

NOTHING: Table = [{"rows": "无 none"}]  # a file that says that it is empty on purpose
Progress = Callable[[int, int], None]


def write_pack(
    about: Subject, target: Path, now: datetime, progress: Progress = lambda _done, _all: None
) -> dict[str, Any]:
    """Write the zip `target`; returns the manifest that is inside it as manifest.json. `progress` hears
    of every file (done, of all) and may raise Cancelled: then nothing is left behind."""
    work = [file for part in PARTS for file in part.files]
    listed: list[dict[str, Any]] = []
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:

            def put(name: str, data: bytes, rows: int | None = None) -> None:
                archive.writestr(name, data)
                digest = hashlib.sha256(data).hexdigest()
                listed.append({"name": name, "sha256": digest, "bytes": len(data), "rows": rows})

            report = creditor_report(about.session, about.creditor_id, about.period, about.pack)
            put("00-report.json", json.dumps(report, ensure_ascii=False, indent=1).encode())
            progress(1, len(work) + 3)
            answers = proofs(about)
            put("00-proofs.csv", table_csv(answers), len(answers))
            progress(2, len(work) + 3)
            for n, (name, make) in enumerate(work, start=3):
                table = make(about)
                put(name, table_csv(table or NOTHING), len(table))
                progress(n, len(work) + 3)
            for name, sound in calls.sample(about):
                put(f"03-sample/{name}", sound)
            manifest = _manifest(about, listed, now)
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        progress(len(work) + 3, len(work) + 3)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return manifest


def _manifest(about: Subject, files: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """What is in the pack, what is not and why, and where the audit's chain of hashes stood: whoever
    keeps the manifest can later show that nothing before it was changed."""
    head = about.session.execute(
        select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
    ).first()
    return {
        "creditor_id": about.creditor_id, "from": about.period.first.isoformat(),
        "to": about.period.last.isoformat(), "made_at": now.isoformat(), "pack": about.pack.name,
        "version": about.pack.version, "verified_on": about.pack.verified_on.isoformat(),
        "audit_head": {"id": head.id, "hash": head.hash} if head else None,
        "parts": [
            {"part": p.number, "title": p.title, "files": [name for name, _ in p.files],
             "kept": bool(p.files), "note": p.note}
            for p in PARTS
        ],
        "files": files,
    }  # fmt: skip
