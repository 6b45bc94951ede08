"""The keys of recordings: one file, a key a line, readable by its owner only. The last line seals, all open.

Without this file nobody can play a recording again. Rotation adds a line; old recordings keep their key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from dialer.store.sealed import Key


class BadKeyFile(ValueError):
    """The file holds something that is no key; the text says which line."""


class KeyRing(dict[str, Key]):
    """Keys by id; `newest` seals."""

    newest: Key | None = None


def read_keys(path: Path) -> KeyRing:
    """Read anew each time: a key added a moment ago opens at once. Without a file: no keys."""
    ring = KeyRing()
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return ring
    except UnicodeDecodeError:
        raise BadKeyFile(f"{path}: 不是密钥文件 / not a key file") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            secret = bytes.fromhex(line)
        except ValueError:
            secret = b""
        if len(secret) != 32:
            raise BadKeyFile(
                f"{path}:{number}: 应为 64 位十六进制 / 64 hexadecimal digits expected"
            )
        key = Key(secret)
        ring[key.key_id] = ring.newest = key
    return ring


def add_key(path: Path) -> Key:
    """A new key that seals from now on; the file is made when missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Key(secrets.token_bytes(32))
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.secret.hex().encode() + b"\n")  # one write: a reader sees whole lines
        file.flush()
        os.fsync(file.fileno())
    return key


def key_to_seal(path: Path) -> Key:
    """The newest key; the first one is made here."""
    return read_keys(path).newest or add_key(path)
