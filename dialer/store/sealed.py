"""Sealed files: AES-256-GCM in chunks: a player may begin in the middle, and nothing can be changed.

Layout: `KEPTSEAL`, key id (8 bytes), salt (16), then chunks of 64 KiB, each with its tag of 16 bytes. A file
has a key of its own, derived from the ring's key and the salt (HKDF-SHA256, RFC 5869); a chunk's nonce is its
number and whether it is the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár):
chunks cannot be swapped, repeated or cut off. The file's name is bound in, so files cannot be exchanged.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"KEPTSEAL"
CHUNK = 64 * 1024
TAG = 16
HEADER = len(MAGIC) + 8 + 16

ReadAt = Callable[[int, int], bytes]  # (from byte, how many)


class Broken(Exception):
    """The file was changed, cut off, exchanged, or is no sealed file."""


class KeyMissing(Exception):
    """The key it was sealed with is not in the ring."""


@dataclass(frozen=True, slots=True)
class Key:
    """32 bytes of secret, known by the first 8 of their hash."""

    secret: bytes

    @property
    def key_id(self) -> str:
        """As stored in headers and rows: 16 hexadecimal digits."""
        return hashlib.sha256(b"kept key id" + self.secret).hexdigest()[:16]


def seal(key: Key, name: str, plain: BinaryIO, out: BinaryIO) -> tuple[int, str]:
    """Seal everything left in `plain`; (bytes written, SHA-256 of them)."""
    salt = os.urandom(16)
    header = MAGIC + bytes.fromhex(key.key_id) + salt
    cipher, digest, size = _cipher(key, salt), hashlib.sha256(), 0

    def put(data: bytes) -> int:
        out.write(data)
        digest.update(data)
        return len(data)

    size += put(header)
    number, piece = 0, plain.read(CHUNK)
    while True:
        following = plain.read(CHUNK)
        is_last = not following
        size += put(cipher.encrypt(_nonce(number, is_last), piece, name.encode()))
        if is_last:
            return size, digest.hexdigest()
        number, piece = number + 1, following


class Sealed:
    """Reads a sealed file anywhere. `read_at` gives bytes of the file, wherever it lies."""

    def __init__(self, keys: Mapping[str, Key], name: str, size: int, read_at: ReadAt) -> None:
        """Raises Broken, KeyMissing."""
        header = read_at(0, HEADER) if size > HEADER + TAG - 1 else b""
        if len(header) < HEADER or not header.startswith(MAGIC):
            raise Broken(name)
        key = keys.get(header[8:16].hex())
        if key is None:
            raise KeyMissing(header[8:16].hex())
        self._name, self._read_at = name, read_at
        self._cipher = _cipher(key, header[16:32])
        self._body = size - HEADER
        self._chunks = -(-self._body // (CHUNK + TAG))
        self.size = self._body - TAG * self._chunks  # of what was sealed

    def read(self, start: int, length: int) -> bytes:
        """Bytes of what was sealed, fewer at its end. Raises Broken."""
        return b"".join(self.pieces(start, length))

    def pieces(self, start: int, length: int) -> Iterator[bytes]:
        """The same, a chunk at a time."""
        end = min(start + length, self.size)
        while start < end:
            number = start // CHUNK
            inside = self._chunk(number)
            begin = start - number * CHUNK
            piece = inside[begin : begin + end - start]
            yield piece
            start += len(piece)

    def _chunk(self, number: int) -> bytes:
        at = number * (CHUNK + TAG)
        is_last = number == self._chunks - 1
        data = self._read_at(HEADER + at, min(CHUNK + TAG, self._body - at))
        try:
            return self._cipher.decrypt(_nonce(number, is_last), data, self._name.encode())
        except InvalidTag:
            raise Broken(self._name) from None


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _cipher(key: Key, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"kept recording").derive(key.secret))
