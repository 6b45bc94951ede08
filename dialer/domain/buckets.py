"""DPD buckets: per creditor, day ranges that neither overlap nor leave a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Bucket:
    """Days past due from `first` to `last`, both included; `last` None: and more."""

    name: str
    first: int
    last: int | None


DEFAULT = (
    Bucket("M0", -100_000, 0), Bucket("M1", 1, 30), Bucket("M2", 31, 60), Bucket("M3", 61, 90),
    Bucket("M4", 91, 120), Bucket("M5", 121, 150), Bucket("M6", 151, 180), Bucket("M6+", 181, None),
)  # fmt: skip


def fault(buckets: Sequence[Bucket]) -> str:
    """Why this is no table of buckets, as a code; empty when it is one."""
    if not buckets:
        return "buckets_empty"
    if len({bucket.name for bucket in buckets}) != len(buckets):
        return "buckets_name"
    ordered = sorted(buckets, key=lambda b: b.first)
    for one, following in pairwise(ordered):
        if one.last is None or one.last >= following.first:
            return "buckets_overlap"
        if one.last + 1 != following.first:
            return "buckets_gap"
    if ordered[-1].last is not None:
        return "buckets_gap"
    return (
        "buckets_overlap" if any(b.last is not None and b.last < b.first for b in ordered) else ""
    )


def bucket_of(dpd: int, buckets: Sequence[Bucket] = DEFAULT) -> str:
    """The name for so many days past due; below the first range it is the first one."""
    ordered = sorted(buckets, key=lambda b: b.first)
    for bucket in ordered:
        if bucket.last is None or dpd <= bucket.last:
            return bucket.name
    return ordered[-1].name


def aged(overdue_days: int, as_of: date, day: date) -> int:
    """Days past due on `day`, of an account that was `overdue_days` past due on `as_of` and is not
    paid: each day adds one."""
    return overdue_days + (day - as_of).days
