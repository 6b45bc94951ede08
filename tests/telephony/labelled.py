"""The labelled set: generated calls of every kind, each with the truth beside it.

Speech comes from espeak-ng (Mandarin, Cantonese, several Englishes; many voices, speeds, pitches), tones
from numpy. Everything passes a telephone's band, a level, noise and companding. It is NOT a field corpus:
synthetic voices are cleaner and more regular than people, see docs/answer-kinds.md.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.telephony.labelled_parts import FRESH, NOISES, TRAIN, TUNE, Part
from tests.telephony.labelled_sounds import (
    RATE,
    cadence,
    joined,
    music,
    on_a_line,
    rest,
    spoken,
    tone,
)

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


@dataclass(frozen=True, slots=True)
class Sample:
    """One call: `truth` is an AnswerKind, `group` a row of the report; `starts_ms`: when sound begins.
    `early`: heard before the answer."""

    truth: str
    group: str
    name: str
    samples: np.ndarray
    starts_ms: float
    early: bool = False
    means: str = ""


def the_set(size: float = 1.0, seed: int = 11, part: Part = FRESH) -> Iterator[Sample]:
    """All kinds; `size` 1 gives some thousands. The same seed gives the same calls."""
    chance = random.Random(seed)
    for truth, group, count in (
        ("person", "person", 1200),
        ("person", "person_long", 40),
        ("machine", "machine", 600),
    ):
        for _ in range(max(round(count * size), 4)):
            yield _talk(chance, part, truth, group)
    for _ in range(max(round(30 * size), 4)):
        yield Sample(
            "silence", "silence", "silence", on_a_line(rest(6.5), chance, ("clean", 0.0)), 0.0
        )
    for name, sound, truth, early, means in _signals(chance, max(round(20 * size), 2)):
        delay = chance.uniform(0.1, 0.8)
        line = on_a_line(joined(rest(delay), sound, rest(1.0)), chance, chance.choice(NOISES[:4]))
        yield Sample(truth, name, name, line, delay * 1000, early, means)


def fixed_part() -> Iterator[Sample]:
    """Every TUNE text of persons and of machines in a few voices, on lines that are not noisy."""
    chance = random.Random(4)
    for truth, voices in (("person", 4), ("machine", 5)):
        for language, texts in getattr(TUNE.words, truth).items():
            for text, voice in itertools.product(texts, TUNE.voices[language][:voices]):
                speed = TUNE.speeds[language][chance.randrange(2, 4)]
                delay = chance.uniform(0.3, 1.2)
                beep = () if truth == "person" else (rest(chance.uniform(0.2, 1)), tone(0.4, 1000))
                sound = joined(rest(delay), spoken(text, voice, speed, 50), *beep, rest(2.5))
                line = on_a_line(sound, chance, chance.choice(NOISES[:3]))
                yield Sample(truth, truth, f"{text} [{voice} {speed}]", line, delay * 1000)


def _talk(chance: random.Random, part: Part, truth: str, group: str) -> Sample:
    language = chance.choice(("zh", "zh", "en"))
    voice, speed = chance.choice(part.voices[language]), chance.choice(part.speeds[language])
    pitch = chance.choice(part.pitches)
    text = chance.choice(getattr(part.words, group)[language])
    delay = chance.uniform(0.15, 1.6) if truth == "person" else chance.uniform(0.1, 1.2)
    speech = spoken(text, voice, speed, pitch)
    if truth == "person":
        again = spoken("喂？" if language == "zh" else "Hello?", voice, speed, pitch)
        sound = joined(rest(delay), speech, rest(chance.uniform(1.5, 3)), again, rest(2))
    else:
        beep = tone(chance.uniform(0.15, 0.9), chance.choice((440, 620, 800, 1000, 1400)))
        sound = joined(rest(delay), speech, rest(chance.uniform(0.2, 1)), beep, rest(2))
    noise = chance.choice(part.noises)
    name = f"{text} [{voice} {speed} {pitch} {noise[0]}]"
    return Sample(
        truth, group, name, on_a_line(sound, chance, noise, chance.choice(part.laws)), delay * 1000
    )


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
            spoken(chance.choice(OTHER_SPEECH), chance.choice(TRAIN.voices["zh"])),
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
