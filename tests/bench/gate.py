"""Gate verdicts a second on one core, and the claim of the next entries at several list sizes.

python -m tests.bench.gate [--sizes 10000,100000,1000000]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialer.clock import monotonic
from dialer.domain.compliance import Ask, CaseFacts, NumberFacts, Past, PersonFacts, may_contact
from dialer.packs import load_pack
from dialer.store.entries import next_ready
from dialer.store.session import open_store, upgrade, write
from tests.bench.machine import described
from tests.factories import MORNING, make_campaign

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def verdicts_a_second() -> dict[str, int]:
    """For the three packs, each question with five past contacts."""
    found = {}
    for name, zone in (
        ("cn", "Asia/Shanghai"),
        ("us", "America/New_York"),
        ("uk", "Europe/London"),
    ):
        pack = load_pack(name)
        history = tuple(
            Past(at=NOW - timedelta(hours=30 * n), day=(NOW - timedelta(hours=30 * n)).date(),
                 number=f"n{n}", account_id=1, own=True)
            for n in range(1, 6)
        )  # fmt: skip
        now = NOW + timedelta(hours=14)  # open in all three places
        ask = Ask(now=now, ring_seconds=30, account_id=1, case=CaseFacts(), person=PersonFacts(zone),
                  number=NumberFacts("15400000001"), history=history)  # fmt: skip
        best = 0.0
        for _ in range(5):
            began = monotonic()
            for _ in range(5_000):
                may_contact(ask, pack)
            best = max(best, 5_000 / (monotonic() - began))
        found[name] = round(best)
    return found


def fill(path: Path, campaign: int, size: int) -> None:
    """Ready entries up to `size`, by the driver alone: their accounts do not exist, only the claim is
    measured and it looks at nothing else."""
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(entry)")]
    one = dict(
        zip(columns, database.execute("SELECT * FROM entry LIMIT 1").fetchone(), strict=True)
    )
    have = database.execute("SELECT max(id) FROM entry").fetchone()[0]
    marks = ",".join("?" * len(columns))
    rows = (
        tuple({**one, "id": n, "campaign_id": campaign, "account_id": 10_000_000 + n}.values())
        for n in range(have + 1, size + 1)
    )
    with database:
        database.executemany(f"INSERT INTO entry VALUES ({marks})", rows)  # noqa: S608 - marks only
    database.execute("ANALYZE")
    database.close()


def claims(sizes: list[int]) -> dict[str, float]:
    """Median milliseconds of claiming the next 100 entries."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/kept.db"
        upgrade(url)
        sessions = open_store(url)
        campaign = make_campaign(sessions, Path(folder), 1)
        for size in sizes:
            fill(Path(folder) / "kept.db", campaign, size)
            times = []
            for _ in range(30):
                began = monotonic()
                with write(sessions) as session:
                    assert len(next_ready(session, campaign, 100, MORNING)) == 100
                times.append((monotonic() - began) * 1000)
            found[str(size)] = round(statistics.median(times), 2)
    return found


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    print(json.dumps({  # noqa: T201
        "gate_verdicts_per_second": verdicts_a_second(), "claim_100_ms_median": claims(sizes),
        "machine": described(),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
