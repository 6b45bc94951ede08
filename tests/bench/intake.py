"""Import of many rows with all checks, against what the database's own bulk load takes for the same rows.

    python -m tests.bench.intake --rows 1000000 [--database postgresql+psycopg://...]

Prints one JSON object: seconds, rows a second, peak memory, the ratio to the bulk load, and how long a
dialing transaction had to wait for the writer meanwhile.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import text

from dialer.actions.campaigns import add_campaign, add_creditor, receive_upload
from dialer.actions.intake import read_upload
from dialer.clock import monotonic, utc_now
from dialer.store.session import Sessions, open_store, read, upgrade, write
from dialer.store.tables import Account, Case, Debtor, Entry, Phone, Upload
from tests.bench.machine import described
from tests.factories import make_user

LOADED = (Debtor, Phone, Account, Case, Entry)


class Dialer(threading.Thread):
    """A dialing loop's small writes while the import runs; keeps how long each waited."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__(daemon=True)
        self.sessions, self.waits, self.stop = sessions, [], threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.04):
            began = time.monotonic()
            with write(self.sessions) as session:
                session.execute(text("UPDATE engine_lease SET epoch = epoch"))
            self.waits.append((time.monotonic() - began) * 1000)


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = asked.database or f"sqlite:///{folder}/kept.db"
        upgrade(url)
        sessions = open_store(url)
        now = utc_now()
        manager = make_user(sessions, "manager", now)
        creditor = add_creditor(sessions, manager, "示例银行", now)
        campaign = add_campaign(sessions, manager, name="大名单", creditor_id=creditor, now=now)
        path = folder / "list.csv"
        make = f"from dialer.sample.cases import write_csv as w; from pathlib import Path as P; w(P({str(path)!r}), {asked.rows}, 1)"
        subprocess.run([sys.executable, "-c", make], check=True)  # its memory is not ours
        upload = receive_upload(
            sessions, manager, campaign_id=campaign, filename="list.csv", path=str(path),
            sha256="1", size=path.stat().st_size, now=now,
        )  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        dialer = Dialer(sessions)
        dialer.start()
        began = monotonic()
        read_upload(sessions, upload, utc_now)
        seconds = monotonic() - began
        dialer.stop.set()
        dialer.join()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = monotonic()
        with path.open(encoding="utf-8-sig", newline="") as file:
            parsed = sum(1 for _ in csv.reader(file)) - 1
        reading = monotonic() - began
        plain = None if asked.database else bulk_load(folder, sessions)
        with read(sessions) as session:
            counts = session.get_one(Upload, upload).counts
        waits = sorted(dialer.waits)
        print(json.dumps({  # noqa: T201
            "rows": parsed, "new": counts["new"], "seconds": round(seconds, 1),
            "rows_per_second": round(asked.rows / seconds), "csv_reading_s": round(reading, 2),
            "bulk_load_s": round(plain, 1) if plain else None,
            "ratio_to_bulk_load": round(seconds / plain, 2) if plain else None,
            "peak_mb": round(peak / 1024), "grown_mb": round((peak - before) / 1024),
            "dialing_write_wait_ms_p50": round(waits[len(waits) // 2], 1),
            "dialing_write_wait_ms_p99": round(waits[int(len(waits) * 0.99)], 1),
            "database": "postgresql" if asked.database else "sqlite", "machine": described(),
        }, indent=1))  # fmt: skip


def bulk_load(folder: Path, source: Sessions) -> float:
    """Seconds of the driver's own executemany into the same tables and indexes of a fresh SQLite file."""
    target = sqlite3.connect(folder / "bulk.db")
    with read(source) as session:
        for (sql,) in session.execute(
            text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        ):
            target.execute(sql)
    target.execute("PRAGMA journal_mode=WAL")
    seconds = 0.0
    for table in LOADED:
        name = table.__tablename__
        with read(source) as session:
            stored = session.connection().exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608
            loaded = [tuple(row) for row in stored]
        marks = ",".join("?" * len(loaded[0]))
        began = monotonic()
        with target:
            target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', loaded)  # noqa: S608
        seconds += monotonic() - began
    target.close()
    return seconds


if __name__ == "__main__":
    main()
