"""The labelled set: generated calls of every kind, each with the truth beside it.

Speech comes from espeak-ng (Mandarin, Cantonese, several Englishes; many voices, speeds, pitches), tones
from numpy. Everything passes a telephone's band, a level, noise and companding. It is NOT a field corpus:
synthetic voices are cleaner and more regular than people, see docs/answer-kinds.md.
"""

from __future__ import annotations

import io
import itertools
import random
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from tests.telephony import labelled_words

RATE = 8000

ANNOUNCEMENTS = {
    "unreachable": ("对不起，您拨打的电话已关机，请稍后再拨。", "您拨打的电话暂时无法接通，请稍后再拨。",
                    "Sorry, the subscriber you dialed is powered off, please try again later."),
    "suspended": ("对不起，您拨打的电话已停机。", "The number you have dialed is out of service."),
    "invalid_number": ("对不起，您拨打的号码是空号，请核对后再拨。",
                       "The number you have dialed does not exist, please check and dial again."),
    "busy": ("对不起，您拨打的用户正在通话中，请稍后再拨。", "The line is busy, please hold or call again later."),
}  # fmt: skip
OTHER_SPEECH = (
    "今天天气很好，我们一起去公园散步，然后回家吃饭看电视。",
    "彩铃音乐之声，欢迎收听，按星号键复制本首彩铃。",
)

VOICES_ZH = (
    "cmn",
    "cmn+f2",
    "cmn+f4",
    "cmn+m3",
    "cmn+m7",
    "cmn+croak",
    "yue",
    "yue+f3",
    "cmn+m1",
    "cmn+f5",
)
VOICES_EN = ("en-us", "en-us+f2", "en-gb", "en-gb+f4", "en-gb-scotland", "en-us+m3", "en-gb-x-rp+m7",
             "en-us+f5", "en-029", "en-us+croak")  # fmt: skip
TEST_VOICES_ZH = ("cmn+m2", "cmn+f1", "cmn+m5", "yue+m4", "cmn+f3", "cmn+m8", "yue+f1", "cmn+m4")
TEST_VOICES_EN = ("en-us+m2", "en-gb+f1", "en-gb-scotland+m4", "en-us+f3", "en-gb-x-rp+m5", "en-029+f1",
                  "en-us+m8", "en-gb+m4")  # fmt: skip
# espeak-ng's Mandarin is slow: at 270 it says 4 to 5 syllables a second, as people do (Pellegrino and
# others, Language 87, 2011: Mandarin 5.2, English 6.2 in running speech); its English does so at 175.
SPEEDS = {"zh": (220, 250, 280, 320), "en": (140, 160, 180, 205)}
PITCHES = (30, 50, 70)
NOISES = (
    ("clean", 0.0),
    ("white", 25.0),
    ("pink", 20.0),
    ("babble", 18.0),
    ("hum", 20.0),
    ("pink", 14.0),
    ("talk", 18.0),
    ("street", 16.0),
)
UNHEARD_NOISES = (("radio", 18.0), ("neighbour", 20.0))  # only in the part that judges


@dataclass(frozen=True, slots=True)
class Sample:
    """One call: `truth` is an AnswerKind, `group` a row of the report; `starts_ms`: when sound begins.
    `early`: heard before the answer. `held_out`: of the part that judges the rules."""

    truth: str
    group: str
    name: str
    samples: np.ndarray
    starts_ms: float
    early: bool = False
    held_out: bool = False
    means: str = ""


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


def on_a_line(sound: np.ndarray, chance: random.Random, noise: tuple[str, float]) -> np.ndarray:
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
    return companded(np.clip(clean, -1, 1))


def companded(wave_form: np.ndarray) -> np.ndarray:
    """Eight bits by the A-law curve and back (ITU-T G.711)."""
    a, size = 87.6, np.abs(wave_form)
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
        voices = VOICES_EN if kind == "babble" else VOICES_ZH
        talk = joined(*[spoken(text, voice) for text, voice in zip(texts, voices, strict=False)])
        sound = sum(
            np.roll(np.resize(talk, length), source.integers(length)) for _ in range(talkers)
        )
    elif kind == "radio":
        sound = music(chance, length / RATE)
        sound = np.pad(sound, (0, length - len(sound)))
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


# --- the calls ---------------------------------------------------------------------------------------


def the_set(size: float = 1.0, seed: int = 11, held_out: bool = True) -> Iterator[Sample]:
    """All kinds; `size` 1 gives some thousands. The same seed gives the same calls. `held_out`: the part that
    judges (TEST words and voices, two more noises); else the one the rules are made with."""
    chance = random.Random(seed if held_out else seed + 1_000_000)
    for maker, count in ((_person, 1200), (_person_long, 40), (_machine, 600), (_quiet, 30)):
        for _ in range(max(round(count * size), 4)):
            yield maker(chance, held_out)
    for name, sound, truth, early, means in _signals(chance, max(round(20 * size), 2)):
        delay = chance.uniform(0.1, 0.8)
        line = on_a_line(joined(rest(delay), sound, rest(1.0)), chance, chance.choice(NOISES[:4]))
        yield Sample(truth, name, name, line, delay * 1000, early, held_out, means)


def fixed_part() -> Iterator[Sample]:
    """Every short TEST text of persons and every one of machines in a few held-out voices, on lines that are
    not noisy."""
    chance = random.Random(4)
    words = labelled_words.TEST
    for truth, by_language, voices in (("person", words.person, 4), ("machine", words.machine, 5)):
        for language, texts in by_language.items():
            known = TEST_VOICES_ZH if language == "zh" else TEST_VOICES_EN
            for text, voice in itertools.product(texts, known[:voices]):
                speed = SPEEDS[language][chance.randrange(2, 4)]
                delay = chance.uniform(0.3, 1.2)
                beep = () if truth == "person" else (rest(chance.uniform(0.2, 1)), tone(0.4, 1000))
                sound = joined(rest(delay), spoken(text, voice, speed, 50), *beep, rest(2.5))
                line = on_a_line(sound, chance, chance.choice(NOISES[:3]))
                yield Sample(
                    truth, truth, f"{text} [{voice} {speed}]", line, delay * 1000, held_out=True
                )


def _voice(chance: random.Random, language: str, held_out: bool) -> tuple[str, int, int]:
    """Voice, speed, pitch."""
    known = (VOICES_ZH, TEST_VOICES_ZH) if language == "zh" else (VOICES_EN, TEST_VOICES_EN)
    return chance.choice(known[held_out]), chance.choice(SPEEDS[language]), chance.choice(PITCHES)


def _talk(chance: random.Random, held_out: bool, truth: str, group: str) -> Sample:
    language = chance.choice(("zh", "zh", "en"))
    voice, speed, pitch = _voice(chance, language, held_out)
    words = labelled_words.TEST if held_out else labelled_words.TRAIN
    text = chance.choice(getattr(words, group)[language])
    delay = chance.uniform(0.15, 1.6) if truth == "person" else chance.uniform(0.1, 1.2)
    speech = spoken(text, voice, speed, pitch)
    if truth == "person":
        again = spoken("喂？" if language == "zh" else "Hello?", voice, speed, pitch)
        sound = joined(rest(delay), speech, rest(chance.uniform(1.5, 3)), again, rest(2))
    else:
        beep = tone(chance.uniform(0.15, 0.9), chance.choice((440, 620, 800, 1000, 1400)))
        sound = joined(rest(delay), speech, rest(chance.uniform(0.2, 1)), beep, rest(2))
    noise = chance.choice(NOISES + UNHEARD_NOISES if held_out else NOISES)
    name = f"{text} [{voice} {speed} {pitch} {noise[0]}]"
    line = on_a_line(sound, chance, noise)
    return Sample(truth, group, name, line, delay * 1000, held_out=held_out)


def _person(chance: random.Random, held_out: bool) -> Sample:
    return _talk(chance, held_out, "person", "person")


def _person_long(chance: random.Random, held_out: bool) -> Sample:
    return _talk(chance, held_out, "person", "person_long")


def _machine(chance: random.Random, held_out: bool) -> Sample:
    return _talk(chance, held_out, "machine", "machine")


def _quiet(chance: random.Random, held_out: bool) -> Sample:
    line = on_a_line(rest(6.5), chance, ("clean", 0.0))
    return Sample("silence", "silence", "silence", line, 0.0, held_out=held_out)


def _signals(chance: random.Random, count: int) -> Iterator[tuple[str, np.ndarray, str, bool, str]]:
    """(group, sound, truth, early, means), `count` of each."""
    for _ in range(count):
        off = lambda: 1 + chance.uniform(-0.012, 0.012)  # noqa: E731 - tolerance of tone generators
        yield "fax answers (CED)", tone(3.0, 2100 * off() ** 0.2), "fax", False, ""
        yield "fax calls (CNG)", cadence(2, 0.5, 3.0, 1100 * off()), "fax", False, ""
        sit = joined(*[tone(0.33 * off(), f * off()) for f in (950, 1400, 1800)])
        speech = spoken(ANNOUNCEMENTS["invalid_number"][0], "cmn", 250)
        yield "SIT", joined(sit, speech), "announcement", True, "unreachable"
        yield "SIT after answer", joined(sit, speech), "announcement", False, "unreachable"
        yield (
            "busy, China",
            cadence(6, 0.35 * off(), 0.35 * off(), 450 * off()),
            "tone",
            True,
            "busy",
        )
        yield "busy, US", cadence(5, 0.5, 0.5, 480 * off(), 620 * off()), "tone", True, "busy"
        yield "busy after answer", cadence(6, 0.35, 0.35, 450 * off()), "tone", False, "busy"
        yield "congestion, China", cadence(4, 0.7, 0.7, 450 * off()), "tone", True, "failed"
        vacant = joined(cadence(3, 0.1, 0.1, 450 * off()), cadence(1, 0.4, 0.4, 450))
        yield "no such number, China", joined(vacant, vacant), "tone", True, "invalid_number"
        yield "ringing, China", cadence(3, 1.0, 4.0, 450 * off()), "undecided", True, ""
        yield "ringing, US", cadence(2, 2.0, 4.0, 440, 480), "undecided", True, ""
        yield (
            "ringing, UK",
            joined(*[joined(cadence(2, 0.4, 0.2, 400, 450), rest(1.8)) for _ in range(3)]),
            "undecided",
            True,
            "",
        )
        yield "ring-back music", music(chance, 8), "undecided", True, ""
        yield (
            "ring-back speech",
            spoken(chance.choice(OTHER_SPEECH), chance.choice(VOICES_ZH)),
            "undecided",
            True,
            "",
        )
        yield (
            "beep at once",
            joined(tone(0.5, chance.choice((800, 1000, 1400))), rest(2)),
            "machine",
            False,
            "",
        )
        for means, texts in ANNOUNCEMENTS.items():
            text = chance.choice(texts)
            voice = "cmn" if ord(text[0]) > 255 else "en-us"
            whole = spoken(text, voice, 250 if voice == "cmn" else 165)
            cut = whole[int(chance.uniform(0, 0.4) * RATE) :]
            twice = joined(cut, rest(0.5), whole)
            yield "known announcement", twice, "announcement", True, means
            yield "known announcement after answer", twice, "announcement", False, means
            other = spoken(text, "cmn+f4" if voice == "cmn" else "en-gb+f4", 200, 60)
            yield "announcement nobody taught", other, "undecided", True, ""


def the_book():  # type: ignore[no-untyped-def]
    """The announcements above as the node learns them."""
    from telephony.hearing.announcements import Announcement, Book
    from telephony.protocol import Verdict

    book = Book()
    for means, texts in ANNOUNCEMENTS.items():
        for text in texts:
            speech = spoken(text, *(("cmn", 250) if ord(text[0]) > 255 else ("en-us", 165)))
            samples = (speech / np.abs(speech).max() * 12000).astype(np.int16)
            book.learn(Announcement(text, Verdict(means)), samples)
    return book


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
