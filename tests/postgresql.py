"""A PostgreSQL of our own: started on a Unix socket, without TCP, and removed at the end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

_ROOM = 2 * 1024**3  # bytes
_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def is_installed() -> bool:
    """Whether there are server programs on this machine."""
    return bool(_BIN)


def _place() -> str:
    """In memory where there is room: a new database then takes 25 ms, on a disk half a second."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if roomy else "/tmp"


@contextmanager
def cluster(options: str = "-c fsync=off", within: str = "") -> Iterator[str]:
    """URL of a running cluster, with its files below `within` (else where they are quick).
    As root it runs as the user postgres, as the server demands."""
    folder = Path(tempfile.mkdtemp(prefix="kept-pg-", dir=within or _place()))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(_BIN[-1] / program), *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "kept", "-A", "trust", "-E", "UTF8", "--no-sync")
    whole = f"-c listen_addresses='' {options} -k {folder}"
    run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", whole, "start")
    try:
        yield f"postgresql+psycopg://kept@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(of: str, template: str = "template1") -> Iterator[str]:
    """URL of a copy of `template` (as it is: an empty one) in the cluster, dropped at the end."""
    name = f"t{secrets.token_hex(4)}"
    engine = create_engine(of, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield of.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
