"""Fixtures for all tests, and the rule that each module names its one category."""

from __future__ import annotations

import shutil
from collections.abc import Callable
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


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """new_store(folder) -> URL of an empty SQLite store at the newest revision.

    Migrated once: hundreds of tests want one, and all revisions take half a second each time.
    """
    migrated = tmp_path_factory.mktemp("store") / "kept.db"
    upgrade(f"sqlite:///{migrated}")

    def copy(folder: Path) -> str:
        shutil.copy(migrated, folder / "kept.db")
        return f"sqlite:///{folder}/kept.db"

    return copy


@pytest.fixture
def sessions(tmp_path: Path, new_store: Callable[[Path], str]) -> Sessions:
    """An empty SQLite store at the newest revision."""
    return open_store(new_store(tmp_path))
