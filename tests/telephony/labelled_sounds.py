"""The sounds of the labelled set: speech of espeak-ng, tones, a telephone line with its noise."""

from __future__ import annotations

import io
import itertools
import random
import subprocess
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from tests.telephony import labelled_words

RATE = 8000
_BABBLE = ("en-us", "en-us+f2", "en-gb", "en-gb+f4", "en-gb-scotland", "en-us+m3")
_TALK = ("cmn", "cmn+f2", "cmn+f4", "cmn+m3", "cmn+m7", "cmn+croak")


@lru_cache(maxsize=4000)
def spoken(text: str, voice: str, speed: int = 165, pitch: int = 50) -> np.ndarray:
    """Speech at 8 kHz, floats of +-1, without the silence at both ends."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    done = subprocess.run(command, check=True, capture_output=True)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        rate = sound.getframerate()
        data = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float32)
    loud = np.flatnonzero(np.abs(data) > 300)
    return soxr.resample(data[loud[0] : loud[-1] + 1] / 32768, rate, RATE)


def tone(seconds: float, *hertz: float, fade: float = 0.004) -> np.ndarray:
    """Equal sines together, each edge faded."""
    time = np.arange(int(seconds * RATE)) / RATE
    sound = sum(np.sin(2 * np.pi * f * time) for f in hertz) / max(len(hertz), 1) * 0.5
    ramp = min(int(fade * RATE), len(time) // 2)
    if ramp and hertz:
        sound[:ramp] *= np.linspace(0, 1, ramp)
        sound[-ramp:] *= np.linspace(1, 0, ramp)
    return np.asarray(sound, dtype=np.float32) * np.ones(len(time), dtype=np.float32)


def rest(seconds: float) -> np.ndarray:
    """Silence."""
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def joined(*parts: np.ndarray) -> np.ndarray:
    """One after the other."""
    return np.concatenate(parts).astype(np.float32)


def cadence(times: int, on: float, off: float, *hertz: float) -> np.ndarray:
    """A tone that comes and goes."""
    return joined(
        *itertools.chain.from_iterable((tone(on, *hertz), rest(off)) for _ in range(times))
    )


def music(chance: random.Random, seconds: float) -> np.ndarray:
    """Chords that change, with harmonics: a ring-back tune."""
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * RATE:
        root = 220 * 2 ** (chance.choice((0, 2, 4, 5, 7, 9)) / 12)
        pitches = [root * step for step in (1, 5 / 4, 3 / 2, 2, 3)]
        beat = tone(chance.choice((0.2, 0.3, 0.45)), *pitches) * np.float32(1.2)
        parts.append(beat * np.exp(-np.arange(len(beat)) / RATE * 3).astype(np.float32))
    return joined(*parts)[: int(seconds * RATE)]


def on_a_line(
    sound: np.ndarray, chance: random.Random, noise: tuple[str, float], law: str = "a"
) -> np.ndarray:
    """Through a telephone: band, level, noise, companding; 16-bit samples."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hertz < 280) | (hertz > 3450)] *= 0.05
    clean = np.fft.irfft(spectrum, len(sound))
    level = 10 ** (chance.uniform(-27, -13) / 20)
    busy = clean[np.abs(clean) > 0.01]
    clean *= level / (np.sqrt(np.mean(busy**2)) + 1e-9) if len(busy) else 1.0
    kind, ratio = noise
    if kind != "clean":
        clean = clean + _noise(kind, len(clean), chance) * level * 10 ** (-ratio / 20)
    else:
        clean = clean + _noise("white", len(clean), chance) * 10 ** (-66 / 20)
    return companded(np.clip(clean, -1, 1), law)


def companded(wave_form: np.ndarray, law: str = "a") -> np.ndarray:
    """Eight bits by the A-law or mu-law curve and back (ITU-T G.711)."""
    a, size = 87.6, np.abs(wave_form)
    if law == "mu":
        steps = (np.floor(np.log1p(255 * size) / np.log(256) * 128) + 0.5) / 128
        size = np.expm1(steps * np.log(256)) / 255
        return np.clip(np.sign(wave_form) * size * 32767, -32767, 32767).astype(np.int16)
    low = size < 1 / a
    curve = np.where(low, a * size, 1 + np.log(np.maximum(a * size, 1e-9))) / (1 + np.log(a))
    steps = (np.floor(curve * 128) + 0.5) / 128
    back = steps * (1 + np.log(a))
    size = np.where(back < 1, back / a, np.exp(back - 1) / a)
    return np.clip(np.sign(wave_form) * size * 32767, -32767, 32767).astype(np.int16)


def _noise(kind: str, length: int, chance: random.Random) -> np.ndarray:
    source = np.random.default_rng(chance.randrange(2**32))
    if kind in ("babble", "talk", "neighbour"):  # five English talkers, three Chinese, one
        talkers = {"babble": 5, "talk": 3, "neighbour": 1}[kind]
        texts = labelled_words.TRAIN.machine["en" if kind == "babble" else "zh"][-6:]
        voices = _BABBLE if kind == "babble" else _TALK
        talk = joined(*[spoken(text, voice) for text, voice in zip(texts, voices, strict=False)])
        sound = sum(
            np.roll(np.resize(talk, length), source.integers(length)) for _ in range(talkers)
        )
    elif kind == "radio":
        sound = music(chance, length / RATE)
        sound = np.pad(sound, (0, length - len(sound)))
    elif kind == "car":  # below 500 Hz for the most part
        spectrum = np.fft.rfft(source.normal(0, 1, length))
        spectrum /= 1 + (np.fft.rfftfreq(length, 1 / RATE) / 300) ** 2
        sound = np.fft.irfft(spectrum, length)
    elif kind == "keyboard":  # four strokes a second
        strokes = (source.random(length) < 4 / RATE) * source.uniform(0.3, 1, length)
        click = source.normal(0, 1, 160) * np.exp(-np.arange(160) / 30)
        sound = np.convolve(strokes, click)[:length] + source.normal(0, 0.002, length)
    elif kind == "hum":
        time = np.arange(length) / RATE
        sound = sum(np.sin(2 * np.pi * f * time) / n for n, f in enumerate((100, 200, 300), 1))
        sound = sound + source.normal(0, 0.3, length)
    else:
        sound = source.normal(0, 1, length)
        if kind in ("pink", "street"):
            spectrum = np.fft.rfft(sound)
            spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(length, 1 / RATE), 50))
            sound = np.fft.irfft(spectrum, length)
        if kind == "street":  # cars pass: the level goes up and down by 9 dB in some seconds
            time, at = np.arange(length) / RATE, source.uniform(0, 6)
            sound = sound * 10 ** (
                0.45 * np.sin(2 * np.pi * (time + at) / source.uniform(2, 6)) / 2
            )
    return np.asarray(sound / (np.sqrt(np.mean(np.asarray(sound) ** 2)) + 1e-9))


def write_wav(path: Path, samples: np.ndarray) -> Path:
    """16-bit mono at 8 kHz."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.asarray(samples, dtype="<i2").tobytes())
    return path


def alaw(path: Path, sound: np.ndarray) -> Path:
    """A headless A-law file, as SIPp plays it; floats of +-1, brought to -20 dB."""
    wav = write_wav(path.with_suffix(".wav"), sound / max(np.abs(sound).max(), 1e-6) * 9000)
    subprocess.run(["sox", str(wav), "-t", "raw", "-e", "a-law", "-b", "8", str(path)], check=True)
    return path
