"""Where kept recordings lie: a folder, or a bucket of an object store (S3, Azure, Google), by name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Protocol

PIECE = 1024 * 1024


class Shelf(Protocol):
    """What a place for files must be able to do. A name that is not there raises FileNotFoundError."""

    def put(self, name: str, source: Path) -> None:
        """Take the file; `source` is gone afterwards."""

    def size(self, name: str) -> int:
        """In bytes."""

    def read(self, name: str, start: int, length: int) -> bytes:
        """Some bytes of it."""

    def delete(self, name: str) -> None:
        """For good; harmless twice."""


class FolderShelf:
    """A folder of this machine, or one that is mounted here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, source: Path) -> None:
        """Within one file system, so that it is there whole or not at all."""
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source.rename(target)

    def size(self, name: str) -> int:
        """See Shelf."""
        return self._path(name).stat().st_size

    def read(self, name: str, start: int, length: int) -> bytes:
        """See Shelf."""
        with self._path(name).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def delete(self, name: str) -> None:
        """See Shelf."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise ValueError("a name, not a way out of the folder")
        return path


class BucketShelf:
    """An object store through obstore; `store` is one of its stores."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def put(self, name: str, source: Path) -> None:
        """See Shelf."""
        with source.open("rb") as file:
            self._store.put(name, file)
        source.unlink()

    def size(self, name: str) -> int:
        """See Shelf."""
        return int(self._store.head(name)["size"])

    def read(self, name: str, start: int, length: int) -> bytes:
        """See Shelf."""
        return bytes(self._store.get_range(name, start=start, length=length))

    def delete(self, name: str) -> None:
        """See Shelf."""
        try:
            self._store.delete(name)
        except FileNotFoundError:
            return


def open_shelf(address: str, folder: Path) -> Shelf:
    """`address` empty: the folder; else the URL of a bucket, `s3://recordings/kept`. Its keys come from the
    environment, as the object store's own tools read them (AWS_ACCESS_KEY_ID ...)."""
    if not address:
        return FolderShelf(folder)
    try:
        from obstore.store import from_url
    except ImportError:
        raise RuntimeError(
            "未安装 obstore：pip install 'kept[bucket]' / obstore is not installed"
        ) from None
    return BucketShelf(from_url(address))


def sha256_of(shelf: Shelf, name: str) -> str:
    """Of the file as it lies there."""
    digest, at, size = hashlib.sha256(), 0, shelf.size(name)
    while at < size:
        piece = shelf.read(name, at, min(PIECE, size - at))
        if not piece:
            raise FileNotFoundError(name)
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()
