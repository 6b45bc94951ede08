"""The buckets of a file, and what one reading remembers from batch to batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dialer.domain.case_rows import CaseRow

NEW, UPDATED, UNCHANGED = "new", "updated", "unchanged"
IN_FILE, ELSEWHERE = "duplicate_in_file", "duplicate_elsewhere"
SUPPRESSED, RECALLED, REJECTED = "suppressed", "recalled", "rejected"
BUCKETS = (NEW, UPDATED, UNCHANGED, IN_FILE, ELSEWHERE, SUPPRESSED, RECALLED, REJECTED)


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that may become an entry."""

    line: int
    row: CaseRow
    cells: list[str]


@dataclass(slots=True)
class Reading:
    """What must be remembered from batch to batch. `seen` holds 8-byte hashes: a million contract
    numbers then cost 60 MB, and two different ones meet once in thirty million files."""

    upload_id: int
    campaign_id: int
    creditor_id: int
    placement_id: int
    places: dict[str, int]
    titles: list[str]
    suppressed: frozenset[str]
    seen: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def is_repeated(self, contract_no: str) -> bool:
        """Whether the file named this contract before."""
        digest = hashlib.blake2b(contract_no.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        if number in self.seen:
            return True
        self.seen.add(number)
        return False

    def left(
        self, line: int, cells: list[str], bucket: str, column: str, why: str
    ) -> dict[str, Any]:
        """The row as it came, with its bucket, to be shown, mended or applied later."""
        titles = self.titles
        return {
            "upload_id": self.upload_id, "line": line, "bucket": bucket, "column": column,
            "reason": why,
            "cells": {titles[i] if i < len(titles) else str(i): c for i, c in enumerate(cells)},
        }  # fmt: skip


def person_key(row: CaseRow) -> str:
    """Who this is: the identity number if the file has one, else name and first number."""
    text = row.id_number or f"{row.name}|{row.phones[0]}"
    return hashlib.sha256(text.encode()).hexdigest()
