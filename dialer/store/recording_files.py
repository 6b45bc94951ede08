"""A recording as it is kept: peaks for the player and the sound as Ogg Opus, sealed into one file.

Inside: `>IHH` (bytes of peaks, peaks a second, 0), the peaks (loudest sample of each tenth of a second,
0 to 255, customer and agent in turn), then the Ogg Opus stream: left the customer, right the agent.
"""

from __future__ import annotations

import hashlib
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from dialer.settings import RecordingSettings
from dialer.store.recording_keys import read_keys
from dialer.store.sealed import Key, Sealed, seal
from dialer.store.shelf import Shelf, open_shelf

SUFFIX = ".kept"
PEAKS_A_SECOND = 10
# libsndfile's scale from 0 to 1. Measured with speech at 8 kHz, both sides talking: 0.96 is 32 kbit/s.
COMPRESSION = 0.96
MIME = "audio/ogg"
_HEAD = struct.Struct(">IHH")
_BLOCK_SECONDS = 10


class WrongHash(ValueError):
    """The WAV is not what the node wrote."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was kept of a WAV."""

    size: int
    sha256: str  # of the sealed file
    sound_sha256: str  # of the Ogg Opus inside
    seconds: float


def make_kept(wav: Path, wav_sha256: str, target: Path, name: str, key: Key) -> Made:
    """Encode and seal; runs in a process of its own. Raises WrongHash, ValueError for no such WAV."""
    with wav.open("rb") as file:
        if wav_sha256 and hashlib.file_digest(file, "sha256").hexdigest() != wav_sha256:
            raise WrongHash(name)
    try:
        with wave.open(str(wav), "rb") as sound:
            opus, peaks, seconds = _encoded(sound)
    except (wave.Error, EOFError) as error:
        raise ValueError(str(error)) from None
    plain = BytesIO(_HEAD.pack(len(peaks), PEAKS_A_SECOND, 0) + peaks + opus)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("wb") as out:
        target.chmod(0o600)
        size, digest = seal(key, name, plain, out)
        _to_disk(out)
    return Made(size, digest, hashlib.sha256(opus).hexdigest(), seconds)


def _to_disk(file: BinaryIO) -> None:
    import os

    file.flush()
    os.fsync(file.fileno())


def _encoded(sound: wave.Wave_read) -> tuple[bytes, bytes, float]:
    """(Ogg Opus, peaks, seconds) of a WAV of 16 bit."""
    import numpy as np
    import soundfile

    rate, channels = sound.getframerate(), sound.getnchannels()
    out, peaks = BytesIO(), []
    step = rate // PEAKS_A_SECOND
    with soundfile.SoundFile(
        out, "w", rate, channels, format="OGG", subtype="OPUS", compression_level=COMPRESSION
    ) as encoder:
        while data := sound.readframes(rate * _BLOCK_SECONDS):
            block = np.frombuffer(data, dtype="<i2").reshape(-1, channels)
            encoder.write(block)
            loud = np.abs(block.astype(np.int32))
            starts = range(0, len(loud), step)
            peaks.append(
                np.stack([loud[at : at + step].max(axis=0) for at in starts]) * 255 // 32768
            )
    both = np.concatenate(peaks) if peaks else np.zeros((0, channels), dtype=np.int32)
    if channels == 1:
        both = np.concatenate([both, np.zeros_like(both)], axis=1)  # no agent was there
    return out.getvalue(), both.astype(np.uint8).tobytes(), round(sound.getnframes() / rate, 2)


@dataclass(frozen=True, slots=True)
class SoundStore:
    """Where recordings are kept and with which keys they open."""

    shelf: Shelf
    key_file: Path

    def open(self, name: str) -> KeptSound:
        """See KeptSound."""
        return KeptSound(read_keys(self.key_file), self.shelf, name)


def open_sounds(settings: RecordingSettings, folder: Path) -> SoundStore:
    """As config.toml says; `folder` is the one in which nodes leave recordings."""
    return SoundStore(open_shelf(settings.store, folder), settings.key_file)


class KeptSound:
    """An opened recording."""

    def __init__(self, keys: dict[str, Key], shelf: Shelf, name: str) -> None:
        """Raises FileNotFoundError, `sealed.Broken`, `sealed.KeyMissing`."""
        self._sealed = Sealed(
            keys, Path(name).name, shelf.size(name), lambda at, n: shelf.read(name, at, n)
        )
        self._peaks, self.peaks_a_second, _ = _HEAD.unpack(self._sealed.read(0, _HEAD.size))
        self.size = self._sealed.size - _HEAD.size - self._peaks  # of the Ogg Opus

    def peaks(self) -> bytes:
        """Customer and agent in turn."""
        return self._sealed.read(_HEAD.size, self._peaks)

    def sound(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Bytes of the Ogg Opus, piece by piece."""
        wanted = self.size - start if length is None else min(length, self.size - start)
        return self._sealed.pieces(_HEAD.size + self._peaks + start, wanted)
