"""Gate verdicts a second on one core, and the claim of the next entries at several list sizes.

python -m tests.bench.gate [--sizes 10000,100000,1000000] [--postgresql]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, create_engine, select, text

from dialer.clock import monotonic
from dialer.domain.compliance import (
    Allowed,
    Ask,
    CaseFacts,
    NumberFacts,
    Past,
    PersonFacts,
    may_contact,
)
from dialer.packs import load_pack
from dialer.store.entries import next_ready
from dialer.store.session import Sessions, open_store, upgrade, write
from dialer.store.tables import Upload
from dialer.store.tables.base import UtcTime
from tests.bench.machine import described
from tests.factories import MORNING, make_campaign
from tests.postgresql import cluster, database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NIGHT = MORNING + timedelta(hours=20)


def verdicts_a_second() -> dict[str, int]:
    """For the three packs, each question with five past contacts, in the middle of the day there: the
    answer is yes, after every check."""
    found = {}
    for name, zone, hours in (
        ("cn", "Asia/Shanghai", 0),
        ("us", "America/New_York", 14),
        ("uk", "Europe/London", 14),
    ):
        pack = load_pack(name)
        history = tuple(
            Past(at=NOW - timedelta(hours=30 * n), day=(NOW - timedelta(hours=30 * n)).date(),
                 number=f"n{n}", account_id=1, own=True)
            for n in range(1, 6)
        )  # fmt: skip
        now = NOW + timedelta(hours=hours)
        ask = Ask(now=now, ring_seconds=30, account_id=1, case=CaseFacts(), person=PersonFacts(zone),
                  number=NumberFacts("15400000001"), history=history)  # fmt: skip
        assert isinstance(may_contact(ask, pack), Allowed)
        best = 0.0
        for _ in range(5):
            began = monotonic()
            for _ in range(5_000):
                may_contact(ask, pack)
            best = max(best, 5_000 / (monotonic() - began))
        found[name] = round(best)
    return found


LISTS, LEVELS = 4, 3  # an entry's list and level follow from its number
ROWS = """
WITH RECURSIVE number(n) AS (SELECT :have + 1 UNION ALL SELECT n + 1 FROM number WHERE n < :size)
INSERT INTO entry (id, campaign_id, account_id, case_id, debtor_id, upload_id, state, priority,
  next_at, attempts, last_outcome, block_reason, is_reminder)
SELECT n, :campaign, 10000000 + n, 1, 1, :first + n % :lists, 'ready', n % :levels,
  CASE WHEN n % 1000 < :resting THEN :later ELSE :now END, 0, '', '', false
FROM number
"""


def add_lists(sessions: Sessions, campaign: int) -> int:
    """Lists of weights 1 to 4 in the campaign; the id of the first."""
    with write(sessions) as session:
        first = session.scalars(select(Upload)).one()
        first.turn = 0
        for weight in range(2, LISTS + 1):
            session.add(Upload(
                campaign_id=campaign, filename="more.csv", path="", sha256=str(weight), size=0,
                state="committed", weight=weight, created_by=first.created_by, created_at=MORNING,
                counts={},
            ))  # fmt: skip
        return first.id


def fill(url: str, campaign: int, first: int, size: int, resting: float) -> None:
    """Entries up to `size`, a share of them not due before tomorrow. Their accounts do not exist: only
    the claim is measured, and it looks at nothing else."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))  # no foreign keys
        have = connection.scalar(text("SELECT max(id) FROM entry"))
        times = (bindparam("now", MORNING, UtcTime()), bindparam("later", NIGHT, UtcTime()))
        connection.execute(text(ROWS).bindparams(*times), {
            "have": have, "size": size, "campaign": campaign, "first": first, "lists": LISTS,
            "levels": LEVELS, "resting": int(resting * 1000),
        })  # fmt: skip
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def claim_ms(sessions: Sessions, campaign: int, limit: int) -> float:
    """Median milliseconds of claiming the next `limit` entries."""
    times = []
    for _ in range(30):
        began = monotonic()
        with write(sessions) as session:
            assert len(next_ready(session, campaign, limit, MORNING)) == limit
        times.append((monotonic() - began) * 1000)
    return round(statistics.median(times), 2)


def claims(url: str, sizes: list[int]) -> dict[str, Any]:
    """Size of the campaign -> milliseconds for the next 5 and the next 100 entries, over four lists of
    three levels; and once more when all but one entry in a thousand rests."""
    found: dict[str, Any] = {}
    for name, resting in (("all_due", 0.0), ("one_in_a_thousand_due", 0.999)):
        with tempfile.TemporaryDirectory() as folder, store_at(url) as own:
            upgrade(own)
            sessions = open_store(own)
            campaign = make_campaign(sessions, Path(folder), 1)
            first = add_lists(sessions, campaign)
            by_size: dict[str, Any] = {}
            for size in sizes:
                fill(own, campaign, first, size, resting)
                limits = (5, 100) if resting == 0 else (5,)
                by_size[str(size)] = {n: claim_ms(sessions, campaign, n) for n in limits}
            found[name] = by_size
            sessions.kw["bind"].dispose()
    return found


@contextmanager
def store_at(url: str) -> Iterator[str]:
    """An empty database: a file for SQLite, one of the cluster for PostgreSQL."""
    if url == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/kept.db"
        return
    with database(url) as own:
        yield own


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL as well")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    result = {"gate_verdicts_per_second": verdicts_a_second(),
              "claim_ms_median": {"sqlite": claims("sqlite", sizes)}}  # fmt: skip
    if asked.postgresql:
        with cluster(within="/tmp") as url:
            result["claim_ms_median"]["postgresql"] = claims(url, sizes)
    print(json.dumps({**result, "machine": described()}, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
