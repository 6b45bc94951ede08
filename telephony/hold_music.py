"""A quiet hold melody, made by computing it: nobody's work, nobody's licence. And a file of silence.

An own `hold.wav` among the prompts (8 kHz, mono, 16 bit) takes its place.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

RATE = 8000
_BEAT = 0.6  # seconds
_LOUDNESS = 0.12  # peak of one note; the whole lies about 26 dB below full scale
# Steps of a pentatonic scale (C D E G A, then up), None: rest. Four bars of eight.
_TUNE = (
    0, 2, 4, None, 5, 4, 2, None, 1, 3, 4, None, 3, 2, 0, None,
    0, 2, 4, 6, 5, None, 4, None, 3, 2, 1, 2, 0, None, None, None,
)  # fmt: skip
_BASS = (-5, -4, -3, -5)  # one a bar
_SCALE = (0, 2, 4, 7, 9)  # semitones


def _hertz(step: int) -> float:
    octave, degree = divmod(step, len(_SCALE))
    return float(261.63 * 2 ** (octave + _SCALE[degree] / 12))


def _note(hertz: float, seconds: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A struck tone with one soft overtone, dying away without a click."""
    at = np.arange(int(seconds * RATE)) / RATE
    fade = np.minimum(at / 0.03, 1) * np.exp(-2.2 * at) * np.minimum((seconds - at) / 0.05, 1)
    tone = np.sin(2 * np.pi * hertz * at) + 0.25 * np.sin(4 * np.pi * hertz * at)
    return np.asarray(tone * fade, dtype=np.float64)


def melody() -> bytes:
    """About 19 seconds that run into their own beginning; 16 bit samples."""
    beat = int(_BEAT * RATE)
    sound = np.zeros(len(_TUNE) * beat)
    notes = [(index, step, 1.8) for index, step in enumerate(_TUNE) if step is not None]
    notes += [(8 * bar, step, 4.0) for bar, step in enumerate(_BASS)]
    for index, step, seconds in notes:
        note = _note(_hertz(step), seconds)
        places = (index * beat + np.arange(len(note))) % len(sound)  # what rings on, rings on
        sound[places] += _LOUDNESS * note
    return bytes((sound * 32767).astype("<i2").tobytes())


def write(path: Path, samples: bytes) -> Path:
    """A WAV for the bridge."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples)
    return path


def music_in(prompts: Path, folder: Path) -> Path:
    """The operator's `hold.wav`, else the melody, written below `folder`."""
    own = prompts / "hold.wav"
    return own if own.exists() else write(folder / "hold.wav", melody())


def silence_in(folder: Path) -> Path:
    """A second of nothing, for recordings that must go on."""
    return write(folder / "silence.wav", bytes(2 * RATE))
