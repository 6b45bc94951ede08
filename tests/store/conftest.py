"""Every store test runs on SQLite and on a real PostgreSQL, started here and stopped at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from dialer.store.session import Sessions, open_store, upgrade
from tests import postgresql as server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a cluster of our own."""
    if not server.is_installed():
        pytest.fail("PostgreSQL is missing: run `make test`, which installs it")
    with server.cluster() as url:
        yield url


@pytest.fixture(scope="session")
def migrated(postgresql: str) -> Iterator[str]:
    """Name of a database at the newest revision, to be copied."""
    with server.database(postgresql) as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Which of the two."""
    return str(request.param)


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, without tables."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/kept.db"
        return
    with server.database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture
def sessions(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path,
    new_store: Callable[[Path], str],
) -> Iterator[Sessions]:  # fmt: skip
    """A store of its own at the newest revision."""
    if backend == "sqlite":
        yield open_store(new_store(tmp_path))
        return
    cluster, template = request.getfixturevalue("postgresql"), request.getfixturevalue("migrated")
    with server.database(cluster, template) as url:
        sessions = open_store(url)
        yield sessions
        sessions.kw["bind"].dispose()
