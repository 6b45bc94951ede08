"""The carrier's own log: one JSON line per INVITE, answer and end, written by the carrier alone.

It knows nothing of the dialer's database, so that totals can be checked against it. The numbers in
it are invented ones: the carrier listens on loopback only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any


class Ledger:
    """Appends and flushes line by line, so that a killed carrier loses nothing it saw."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def write(self, what: str, call: str, at: datetime, **more: Any) -> None:
        """One happening of the call with this SIP Call-ID."""
        line = {"at": at.isoformat(), "what": what, "call": call, **more}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """All lines; a torn last one is the moment of a kill and is skipped."""
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        yield line


def summary_of(path: Path) -> dict[str, Any]:
    """What the carrier saw: INVITEs, answers by kind, who hung up, and what is still open."""
    count: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    talked = 0.0
    for line in lines_of(path):
        count[line["what"]] += 1
        if line["what"] == "answer":
            kinds[line["kind"]] += 1
        elif line["what"] == "end":
            count[f"by_{line['by']}"] += 1
            talked += line["talked_s"]
            if line["status"] != 200:
                refused[str(line["status"])] += 1
    return {
        "invites": count["invite"],
        "answers": count["answer"],
        "answers_by_kind": dict(sorted(kinds.items())),
        "not_answered": dict(sorted(refused.items())),
        "cancelled_by_dialer": count["by_cancel"],
        "hung_up_by_dialer": count["by_caller"],
        "hung_up_by_customer": count["by_callee"],
        "talked_s": round(talked, 1),
        "open": count["invite"] - count["end"],
    }
