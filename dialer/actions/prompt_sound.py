"""Sound that people bring, made into a prompt: 8 kHz, mono, 16 bit, at a level that can be heard.

Read by a child process, as every uploaded file is: a sound library is native code. The child is this module:
`python -m dialer.actions.prompt_sound IN OUT` writes the WAV and prints one line, `ok SECONDS` or the fault.
"""

from __future__ import annotations

import math
import os
import resource
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dialer.actions.refusals import Refused

RATE = 8000
SECONDS_MIN, SECONDS_MAX = 0.5, 60.0
SECONDS_READ = 600.0  # more is refused before it is in memory
RATE_MIN, RATE_MAX = (
    8000,
    192_000,
)  # below: nothing above 4 kHz is left out, above: nobody records so
CHANNELS_MAX = 2
SIZE_MAX = 30 * 2**20
QUIET_PEAK = 0.02  # of full scale: softer than this is a recording of nothing
SPEECH_LEVEL = 0.01  # RMS of 100 ms that count as sound
SILENT_SHARE_MAX = 0.8
EDGE_SILENCE_SECONDS = 0.2  # of silence before and after, what is more is cut
PEAK = 0.7  # to which the loudest sample is brought
MEMORY_MAX = 2 * 2**30
CHILD_SECONDS = 60
VOICES = {"zh-CN": ("cmn", 220), "en": ("en-us", 160)}

_Sound = npt.NDArray[np.float32]


class BadSound(ValueError):
    """`why`: unreadable | shape | short | long | quiet | silent."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def make_prompt(source: Path, target: Path) -> float:
    """Read `source`, write `target` whole or not at all; its seconds. Refused("prompt_unreadable" |
    "prompt_shape" | "prompt_short" | "prompt_long" | "prompt_quiet" | "prompt_silent")."""
    command = [sys.executable, "-m", "dialer.actions.prompt_sound", str(source), str(target)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CHILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Refused("prompt_unreadable") from None
    word, _, rest = done.stdout.decode(errors="replace").strip().partition(" ")
    if done.returncode or word != "ok":
        why = f"prompt_{word}" if word in _FAULTS else "prompt_unreadable"
        raise Refused(why, least=SECONDS_MIN, most=int(SECONDS_MAX))
    return float(rest)


_FAULTS = ("unreadable", "shape", "short", "long", "quiet", "silent")


def speak(text: str, language: str, target: Path) -> float:
    """Have espeak-ng say the text: for tests and first steps; for real people record a voice.
    Refused("prompt_no_speech")."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise Refused("prompt_no_speech")
    voice, speed = VOICES[language]
    raw = target.with_suffix(".spoken")
    try:
        subprocess.run(
            [program, "-v", voice, "-s", str(speed), "-w", str(raw), "--stdin"],
            input=text.encode(), check=True, timeout=30, capture_output=True,
        )  # fmt: skip
        return make_prompt(raw, target)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise Refused("prompt_no_speech") from None
    finally:
        raw.unlink(missing_ok=True)


def converted(path: Path) -> npt.NDArray[np.int16]:
    """The samples of a prompt. Raises BadSound."""
    import soundfile
    import soxr

    try:
        with soundfile.SoundFile(str(path)) as file:
            if not RATE_MIN <= file.samplerate <= RATE_MAX or file.channels > CHANNELS_MAX:
                raise BadSound("shape")
            if file.frames > SECONDS_READ * file.samplerate:
                raise BadSound("long")
            rate, sound = file.samplerate, file.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, TypeError):
        raise BadSound("unreadable") from None
    mono: _Sound = soxr.resample(sound.mean(axis=1), rate, RATE)
    return _levelled(mono)


def _levelled(sound: _Sound) -> npt.NDArray[np.int16]:
    if len(sound) < SECONDS_MIN * RATE:
        raise BadSound("short")
    peak = float(np.abs(sound).max())
    if not math.isfinite(peak) or peak < QUIET_PEAK:
        raise BadSound("quiet")
    sound = _without_edges(sound * (PEAK / peak))
    if len(sound) > SECONDS_MAX * RATE:
        raise BadSound("long")
    if (
        len(sound) < SECONDS_MIN * RATE
        or float((_levels(sound) < SPEECH_LEVEL).mean()) > SILENT_SHARE_MAX
    ):
        raise BadSound("silent")
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def _levels(sound: _Sound) -> _Sound:
    step = RATE // 10
    whole = sound[: len(sound) // step * step].reshape(-1, step)
    levels: _Sound = np.sqrt((whole**2).mean(axis=1)).astype(np.float32)
    return levels


def _without_edges(sound: _Sound) -> _Sound:
    """Long silence at either end would be dead air, or a call held for nothing."""
    loud = np.flatnonzero(_levels(sound) >= SPEECH_LEVEL)
    if not len(loud):
        raise BadSound("silent")
    margin, step = int(EDGE_SILENCE_SECONDS * RATE), RATE // 10
    first, last = int(loud[0]) * step - margin, (int(loud[-1]) + 1) * step + margin
    cut: _Sound = sound[max(first, 0) : last]
    return cut


def _write(path: Path, samples: npt.NDArray[np.int16]) -> float:
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())
    part.rename(path)
    return round(len(samples) / RATE, 2)


def main() -> int:
    """The child's side."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    try:
        seconds = _write(Path(sys.argv[2]), converted(Path(sys.argv[1])))
    except BadSound as bad:
        sys.stdout.write(bad.why)
        return 0
    sys.stdout.write(f"ok {seconds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
