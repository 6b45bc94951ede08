"""Bodies that are files: streamed to disk, hashed, bounded, readable by us only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from flask import current_app, request

from dialer.actions.actor import Actor
from dialer.actions.campaigns import receive_upload
from dialer.actions.refusals import Refused
from dialer.actions.table_file import SIZE_MAX
from dialer.clock import utc_now
from dialer.store.session import Sessions

CHUNK = 256 * 1024
NAME_MAX = 120


@dataclass(frozen=True, slots=True)
class Received:
    """A body on disk."""

    path: Path
    filename: str
    size: int
    sha256: str


def receive_file() -> Received:
    """The request's body. Its name travels in a header, never in the address."""
    filename = Path(unquote(request.headers.get("X-File-Name", ""))).name[:NAME_MAX] or "-"
    folder = Path(current_app.config["KEPT_UPLOADS"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / secrets.token_hex(16)
    try:
        size, digest = _store(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Received(path, filename, size, digest)


@contextmanager
def received_file() -> Iterator[Received]:
    """The body for the length of a block."""
    file = receive_file()
    try:
        yield file
    finally:
        file.path.unlink(missing_ok=True)


def store_upload(
    sessions: Sessions, actor: Actor, campaign_id: int, *, dry_run: bool = False,
    placement_id: int | None = None,
) -> int:  # fmt: skip
    """A call list: it waits for the engine to read it. Returns the upload's id."""
    file = receive_file()
    try:
        return receive_upload(
            sessions, actor, campaign_id=campaign_id, filename=file.filename, path=str(file.path),
            sha256=file.sha256, size=file.size, dry_run=dry_run, placement_id=placement_id,
            now=utc_now(),
        )  # fmt: skip
    except BaseException:
        file.path.unlink(missing_ok=True)
        raise


def _store(path: Path) -> tuple[int, str]:
    """Write the body to disk, piece by piece; (bytes, SHA-256)."""
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as out:
        path.chmod(0o600)
        while piece := request.stream.read(CHUNK):
            size += len(piece)
            if size > SIZE_MAX:
                raise Refused("file_large", limit_mb=SIZE_MAX // 2**20)
            digest.update(piece)
            out.write(piece)
    if not size:
        raise Refused("file_empty")
    return size, digest.hexdigest()
