"""Import of many rows with all checks, against what the database's own bulk load takes for the same rows.

    python -m tests.bench.intake --rows 1000000 [--postgresql]

Prints one JSON object: seconds, peak memory, the ratio to three bulk loads and the reading of phone numbers
(the target: at most 1), and how long a dialing transaction had to wait for the writer meanwhile. `--postgresql`
starts a cluster of its own with durable settings.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from dialer.actions.campaigns import add_campaign, add_creditor, receive_upload
from dialer.actions.intake import read_upload
from dialer.clock import monotonic, utc_now
from dialer.domain.phone_numbers import normalise
from dialer.store.session import Sessions, open_store, read, upgrade, write
from dialer.store.tables import EngineLease, Upload
from tests.bench.bulk_load import is_postgresql, postgresql_load, sqlite_load
from tests.bench.machine import described
from tests.factories import make_user
from tests.postgresql import cluster, database


class Dialer(threading.Thread):
    """A dialing loop's small writes while the import runs; keeps how long each took, and the largest memory
    of the reader's process."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__(daemon=True)
        self.sessions, self.waits, self.stop = sessions, [], threading.Event()
        self.reader_kb = 0

    def run(self) -> None:
        while not self.stop.wait(0.04):
            began = monotonic()
            with write(self.sessions) as session:
                session.execute(text("UPDATE engine_lease SET epoch = epoch + 1"))
            self.waits.append((monotonic() - began) * 1000)
            if len(self.waits) % 10 == 0:
                self.reader_kb = max(self.reader_kb, *map(peak_kb, children()), 0)

    def wait_ms(self, share: float) -> float:
        """A quantile."""
        return round(sorted(self.waits)[int((len(self.waits) - 1) * share)], 1)


def children() -> list[str]:
    """Pids of this process's children."""
    return [
        pid
        for file in Path("/proc/self/task").glob("*/children")
        for pid in file.read_text().split()
    ]


def peak_kb(pid: str) -> int:
    """The largest memory of a process so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


@contextmanager
def urls(folder: Path, *, postgresql: bool) -> Iterator[tuple[str, str]]:
    """A database for the import and one for the bulk load."""
    if not postgresql:
        yield f"sqlite:///{folder}/kept.db", f"sqlite:///{folder}/bulk.db"
        return
    with (
        cluster("-c shared_buffers=256MB -c max_wal_size=4GB", within="/tmp") as url,
        database(url) as one,
        database(url) as other,
    ):
        yield one, other


def prepared(sessions: Sessions, path: Path, rows: int) -> int:
    """An upload of `rows` invented rows that waits to be read."""
    now = utc_now()
    manager = make_user(sessions, "manager", now)
    creditor = add_creditor(sessions, manager, "示例银行", now)
    campaign = add_campaign(sessions, manager, name="大名单", creditor_id=creditor, now=now)
    with write(sessions) as session:
        session.add(EngineLease(id=1, owner="bench", epoch=1, until=now))
    make = f"from dialer.sample.cases import write_csv as w; from pathlib import Path as P; w(P({str(path)!r}), {rows}, 1)"
    subprocess.run([sys.executable, "-c", make], check=True)  # its memory is not ours
    return receive_upload(
        sessions, manager, campaign_id=campaign, filename="list.csv", path=str(path),
        sha256="1", size=path.stat().st_size, now=now,
    )  # fmt: skip


def reading_phones(path: Path) -> float:
    """Seconds to bring every phone number of the file to its dial string."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        numbers = [row["手机号"] for row in csv.DictReader(file)]
    began = monotonic()
    for number in numbers:
        normalise(number)
    return monotonic() - began


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, \
            urls(Path(name), postgresql=asked.postgresql) as (url, bulk_url):  # fmt: skip
        print(json.dumps(measured(Path(name), url, bulk_url, asked.rows), indent=1))  # noqa: T201


def measured(folder: Path, url: str, bulk_url: str, rows: int) -> dict[str, object]:
    """All figures of one import."""
    upgrade(url)
    sessions = open_store(url)
    path = folder / "list.csv"
    upload = prepared(sessions, path, rows)
    dialer = Dialer(sessions)
    dialer.start()
    began = monotonic()
    read_upload(sessions, upload, utc_now)
    seconds = monotonic() - began
    dialer.stop.set()
    dialer.join()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = resource.getrusage(resource.RUSAGE_SELF)
    phones = reading_phones(path)
    if is_postgresql(url):
        bulk = postgresql_load(sessions, bulk_url, folder)
    else:
        bulk = sqlite_load(sessions, folder)
    with read(sessions) as session:
        state, counts = (found := session.get_one(Upload, upload)).state, found.counts
    sessions.kw["bind"].dispose()
    return {
        "database": "postgresql" if is_postgresql(url) else "sqlite", "rows": rows, "state": state,
        "new": counts["new"], "seconds": round(seconds, 1),
        "rows_per_second": round(rows / seconds), "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "bulk_load_s": round(bulk, 1), "phone_reading_s": round(phones, 2),
        "ratio_to_bulk_load": round(seconds / bulk, 2),
        "share_of_target": round(seconds / (3 * bulk + phones), 2),
        "peak_mb": round(peak / 1024), "reader_peak_mb": round(dialer.reader_kb / 1024),
        "dialing_write_wait_ms_p50": dialer.wait_ms(0.5),
        "dialing_write_wait_ms_p99": dialer.wait_ms(0.99),
        "dialing_write_wait_ms_max": dialer.wait_ms(1), "machine": described(),
    }  # fmt: skip


if __name__ == "__main__":
    main()
