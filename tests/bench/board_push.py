"""How long a change on the floor takes to every board: 200 agents, 20 boards, a day's calls in the store.

The web runs here as it does in production but for gunicorn (werkzeug's threads in its place); the boards are
clients of a process of their own and note when each view arrives. A fact counts as arrived with the first
view whose number has reached it. Both processes read the same monotonic clock.

    python -m tests.bench.board_push --agents 200 --boards 20 --seconds 30
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import socketio
from sqlalchemy import select
from werkzeug.serving import make_server

from dialer.clock import monotonic, utc_now
from dialer.facts import CallMoved, SeatMoved
from dialer.feed import last_id, publish
from dialer.packs import load_pack
from dialer.reports.board_extras import with_extras
from dialer.reports.call_counts import CallCounts
from dialer.reports.live_board import day_start, snapshot
from dialer.reports.tally import percentile
from dialer.settings import DialerSettings
from dialer.store.session import Sessions, open_store, read, upgrade, write
from dialer.store.tables import Attempt, Entry, Outcome, Seat
from tests.bench.machine import described
from tests.factories import make_campaign, make_ready_agent, make_user
from workbench.app import create_app
from workbench.auth import hash_password
from workbench.demo_client import Visitor
from workbench.settings import WorkbenchSettings

PORT = 8397
PASSWORD = "bench"
STATES = ("idle", "talking", "wrap_up")


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--boards", type=int, default=20)
    parser.add_argument("--calls", type=int, default=20_000, help="attempts of today in the store")
    parser.add_argument("--per-second", type=float, default=10, help="changes of seats")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--watch", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.watch:
        _watch(asked.watch, asked.boards)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(Path(folder), asked)
    print(json.dumps(found | {"machine": described()}, indent=1))  # noqa: T201


def _measure(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    url = f"sqlite:///{folder}/kept.db"
    upgrade(url)
    sessions = open_store(url)
    seats = _fill(sessions, folder, asked)
    costs = _costs(sessions)
    address = f"http://127.0.0.1:{PORT}"
    app = create_app(
        WorkbenchSettings(secret_file=folder / "key", public_url=address),
        DialerSettings(uploads=folder), sessions,
    )  # fmt: skip
    app.extensions["kept_follower"].start()
    server = make_server("127.0.0.1", PORT, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [sys.executable, "-m", "tests.bench.board_push", "--watch", address,
               "--boards", str(asked.boards)]  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as boards:
        assert boards.stdout is not None
        assert boards.stdout.readline() == "ready\n"
        said = _move_seats(sessions, seats, asked)
        threading.Event().wait(4)  # the last ones are under way
        output, _ = boards.communicate("stop\n")
    return costs | _compared(said, [json.loads(line) for line in output.splitlines()], asked)


def _costs(sessions: Sessions) -> dict[str, object]:
    """CPU of one view in ms: everything counted anew; the first of a process that keeps its counts; and
    the next ones, between which twenty calls of the last half an hour move each time."""
    pack, counts, now = load_pack("cn"), CallCounts(), utc_now()

    def view(kept: CallCounts | None) -> float:
        begin = time.process_time()
        with read(sessions) as session:
            with_extras(session, snapshot(session, now, pack, kept), now)
        return round((time.process_time() - begin) * 1000, 1)

    chance, recounted, first, later = random.Random(2), view(None), view(counts), list[float]()
    for _ in range(20):
        with write(sessions) as session:
            for attempt in session.scalars(
                select(Attempt).where(Attempt.created_at > now - timedelta(minutes=30))
                .order_by(Attempt.id).offset(chance.randrange(100)).limit(20)
            ):  # fmt: skip
                publish(session, CallMoved(
                    attempt_id=attempt.id, campaign_id=attempt.campaign_id, state="ended",
                ), now)  # fmt: skip
        later.append(view(counts))
    later.sort()
    return {"view_cpu_ms": {
        "recounted": recounted, "first": first, "p50": percentile(later, 0.5), "max": later[-1],
    }}  # fmt: skip


def _fill(sessions: Sessions, folder: Path, asked: argparse.Namespace) -> list[int]:
    now = utc_now()
    make_user(sessions, "supervisor", now, username="s", password_hash=hash_password(PASSWORD))
    campaign = make_campaign(sessions, folder, 500, now)
    seats = [make_ready_agent(sessions, now)[1] for _ in range(asked.agents)]
    start = max(day_start(now), now - timedelta(hours=6))
    with write(sessions) as session:
        entries = session.scalars(select(Entry)).all()
        for n in range(asked.calls):
            entry, at = entries[n % len(entries)], start + (now - start) * n / asked.calls
            answered = n % 4 == 0
            session.add(Attempt(
                id=f"{n:032x}", entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"154{n:08d}",
                outbound_number="95035100", local_day=at.date(), licence={}, engine_epoch=1,
                node="n", created_at=at, answered_at=at if answered else None,
                connected_at=at if answered else None, ended_at=at + timedelta(seconds=30),
                state="ended", verdict="answered" if answered else "busy",
                seat_id=seats[n % len(seats)] if answered else None,
            ))  # fmt: skip
            if answered:
                session.flush()
                session.add(Outcome(attempt_id=f"{n:032x}", campaign_id=campaign, code="RPC_REFUSE",
                                    at=at))  # fmt: skip
    return seats


def _move_seats(
    sessions: Sessions, seats: list[int], asked: argparse.Namespace
) -> list[tuple[float, int]]:
    """Change seats at random; when each change was committed, and the number of its fact."""
    chance, said = random.Random(1), list[tuple[float, int]]()
    begin, pause = monotonic(), threading.Event()
    while monotonic() - begin < asked.seconds:
        with write(sessions) as session:
            seat = session.get_one(Seat, chance.choice(seats))
            seat.state, seat.since = chance.choice(STATES), utc_now()
            fact = SeatMoved(seat_id=seat.id, state=seat.state)
            publish(session, fact, utc_now())
            number = last_id(session)
        said.append((monotonic(), number))
        pause.wait(chance.expovariate(asked.per_second))
    return said


def _compared(
    said: list[tuple[float, int]], boards: list[list[tuple[float, int]]], asked: argparse.Namespace
) -> dict[str, object]:
    times, missed = [], 0
    for views in boards:
        place = 0
        for at, number in said:
            while place < len(views) and views[place][1] < number:
                place += 1
            if place == len(views):
                missed += 1
            else:
                times.append((views[place][0] - at) * 1000)
    times.sort()
    return {
        "agents": asked.agents, "boards": len(boards), "calls_today": asked.calls,
        "facts": len(said), "views_per_board": round(sum(map(len, boards)) / len(boards)),
        "missed": missed, "ms_p50": percentile(times, 0.5), "ms_p95": percentile(times, 0.95),
        "ms_p99": percentile(times, 0.99), "ms_max": round(times[-1], 1),
    }  # fmt: skip


def _watch(address: str, boards: int) -> None:
    """The boards' process: writes one line per board, [[when, number], ...], when told to stop."""
    visitor = Visitor(address)
    visitor.sign_in("s", PASSWORD)
    cookies = "; ".join(f"{c.name}={c.value}" for c in visitor.session.cookies)
    seen: list[list[tuple[float, int]]] = [[] for _ in range(boards)]
    clients = []
    for mine in seen:
        client = socketio.Client()
        client.on("board", lambda view, mine=mine: mine.append((monotonic(), view["last_fact"])))
        client.connect(address, headers={"Cookie": cookies}, transports=["websocket"])
        assert client.call("watch", {"view": "board"}, timeout=60)["ok"]
        clients.append(client)
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for client in clients:
        client.disconnect()
    for mine in seen:
        print(json.dumps(mine))  # noqa: T201


if __name__ == "__main__":
    main()
