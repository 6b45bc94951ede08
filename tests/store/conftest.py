"""Every store test runs on SQLite and on a real PostgreSQL, started here and stopped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.store.session import Sessions, open_store, upgrade
from tests import postgresql as server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a cluster of our own."""
    if not server.is_installed():
        pytest.fail("PostgreSQL is missing: run `make test`, which installs it")
    with server.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kept.db"
        return
    with server.database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture
def sessions(url: str) -> Iterator[Sessions]:
    """The newest revision."""
    upgrade(url)
    sessions = open_store(url)
    yield sessions
    sessions.kw["bind"].dispose()
