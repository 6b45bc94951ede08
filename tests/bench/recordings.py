"""What a recorded minute costs: encode, seal, open. `python -m tests.bench.recordings [--minutes 5]`.

The sound is speech of espeak-ng: first only the customer talks, then the agent, then a quarter of silence, as on a
phone. CPU time of one process; nothing else is counted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

from dialer.store.recording_files import SoundStore, make_kept
from dialer.store.recording_keys import add_key
from dialer.store.shelf import FolderShelf
from tests.bench.machine import described
from tests.telephony.labelled_sounds import spoken

SENTENCES = (
    "您好，这里是示例服务中心，请问您现在方便说话吗？", "方便，请问有什么事情？",
    "我想和您核对一下资料。", "好的，您请讲，我在听。",
)  # fmt: skip


def conversation(minutes: float) -> np.ndarray:
    """Two sides in turn, 8 kHz."""
    wanted = int(minutes * 60 * 8000)
    sides: list[list[np.ndarray]] = [[], []]
    length = 0
    while length < wanted:
        for n, sentence in enumerate(SENTENCES):
            said = np.asarray(spoken(sentence, "cmn", 220), dtype=np.float64)
            said = said / np.abs(said).max() * 12_000
            pause = np.zeros(len(said) // 3)
            sides[n % 2] += [said, pause]
            sides[1 - n % 2] += [np.zeros(len(said)), pause]
            length += len(said) + len(pause)
    both = np.stack([np.concatenate(side)[:wanted] for side in sides], axis=1)
    noise = np.random.default_rng(1).normal(0, 20, both.shape)
    return (both + noise).astype("<i2")


def measure(folder: Path, sound: np.ndarray) -> dict[str, float]:
    """Seconds of CPU and bytes, for a minute of the conversation."""
    minutes = len(sound) / 8000 / 60
    wav = folder / "a.wav"
    with wave.open(str(wav), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(sound.tobytes())
    store = SoundStore(FolderShelf(folder / "shelf"), folder / "key")
    began = time.process_time()
    made = make_kept(wav, "", folder / "draft", "a.kept", add_key(store.key_file))
    kept = time.process_time() - began
    store.shelf.put("a.kept", folder / "draft")
    began = time.process_time()
    size = sum(len(piece) for piece in store.open("a.kept").sound())
    opened = time.process_time() - began
    assert size < made.size
    return {
        "keep_ms": kept * 1000 / minutes, "open_ms": opened * 1000 / minutes,
        "kept_kb": made.size / 1000 / minutes, "wav_kb": wav.stat().st_size / 1000 / minutes,
    }  # fmt: skip


def main() -> None:
    """Medians of three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    sound = conversation(parser.parse_args().minutes)
    with tempfile.TemporaryDirectory() as name:
        runs = [measure(Path(name), sound) for _ in range(3)]
    figures = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    out = sys.stdout
    out.write(f"{described()}\na recorded minute, both sides, medians of 3:\n")
    out.write(f"  encode, peaks, hash, seal  {figures['keep_ms']:7.0f} ms of CPU\n")
    out.write(f"  open all of it             {figures['open_ms']:7.2f} ms of CPU\n")
    kept, wav = figures["kept_kb"], figures["wav_kb"]
    out.write(
        f"  size                       {kept:7.0f} kB ({kept * 8 / 60:.0f} kbit/s), WAV {wav:.0f} kB\n"
    )
    out.write(
        f"  one core keeps up with     {60_000 / figures['keep_ms']:7.0f} recorded talks at once\n"
    )


if __name__ == "__main__":
    main()
