"""The buckets of a file, and what one reading remembers from batch to batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from dialer.actions.table_reader import ReadRow
from dialer.domain.case_rows import CaseRow

NEW, UPDATED, UNCHANGED = "new", "updated", "unchanged"
IN_FILE, ELSEWHERE = "duplicate_in_file", "duplicate_elsewhere"
SUPPRESSED, RECALLED, REJECTED = "suppressed", "recalled", "rejected"
BUCKETS = (NEW, UPDATED, UNCHANGED, IN_FILE, ELSEWHERE, SUPPRESSED, RECALLED, REJECTED)


class GoodRow(NamedTuple):
    """A row that may become an entry."""

    read: ReadRow
    case: CaseRow


class LeftRow(NamedTuple):
    """A row that became no entry, to be shown, mended or applied later; columns of `UploadRow`."""

    line: int
    bucket: str
    column: str
    reason: str
    cells: dict[str, Any]


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
    told_at: datetime
    share: float = 0.0  # of the file that was read
    seen: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def is_repeated(self, contract_no: str) -> bool:
        """Whether the file named this contract before."""
        number = hash(contract_no)  # SipHash with a secret of this process: nobody can aim at it
        if number in self.seen:
            return True
        self.seen.add(number)
        return False

    def left(self, row: ReadRow, bucket: str) -> LeftRow:
        """The row as it came, with its bucket; the bucket says why unless the row does."""
        titles = self.titles
        named = {titles[i] if i < len(titles) else str(i): cell for i, cell in enumerate(row.cells)}
        return LeftRow(row.line, bucket, row.column, row.reason or bucket, named)
