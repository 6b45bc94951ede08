"""Fixtures for all tests, and the rule that each module names its one category."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from dialer.store.session import Sessions, open_store, upgrade

CATEGORIES = {"unit", "store", "engine", "sip", "web", "journey", "house", "bench"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A module without exactly one category is an error: nobody would know when it runs."""
    for item in items:
        marks = {mark.name for mark in item.iter_markers()} & CATEGORIES
        if len(marks) != 1:
            raise pytest.UsageError(f"{item.nodeid}: needs exactly one of {sorted(CATEGORIES)}")


settings.register_profile("kept", deadline=None)  # machines that do other work as well are slow
settings.load_profile("kept")


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """An empty SQLite store at the newest revision."""
    url = f"sqlite:///{tmp_path}/kept.db"
    upgrade(url)
    return open_store(url)
