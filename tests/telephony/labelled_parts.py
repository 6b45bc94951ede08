"""The three parts of the labelled set: who says what, how fast, in what noise.

TRAIN: the rules were made with it. TUNE: their limits were set with it. FRESH: judges. No voice of one part is in
another, and no greeting of more than two letters (tests/telephony/test_labelled_parts.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.telephony.labelled_fresh import FRESH as FRESH_WORDS
from tests.telephony.labelled_words import TRAIN as TRAIN_WORDS
from tests.telephony.labelled_words import TUNE as TUNE_WORDS
from tests.telephony.labelled_words import Words

NOISES = (
    ("clean", 0.0), ("white", 25.0), ("pink", 20.0), ("babble", 18.0), ("hum", 20.0), ("pink", 14.0),
    ("talk", 18.0), ("street", 16.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """`voices`, `speeds` by language (zh, en), speeds in espeak-ng's words a minute; `noises` with the ratio of
    speech to noise in dB; `laws`: of companding."""

    words: Words
    voices: dict[str, tuple[str, ...]]
    speeds: dict[str, tuple[int, ...]]
    pitches: tuple[int, ...]
    noises: tuple[tuple[str, float], ...] = NOISES
    laws: tuple[str, ...] = ("a",)


# espeak-ng's Mandarin is slow: at 270 it says 4 to 5 syllables a second, as people do (Pellegrino and
# others, Language 87, 2011: Mandarin 5.2, English 6.2 in running speech); its English does so at 175.
TRAIN = Part(
    TRAIN_WORDS,
    {"zh": ("cmn", "cmn+f2", "cmn+f4", "cmn+m3", "cmn+m7", "cmn+croak", "yue", "yue+f3", "cmn+m1", "cmn+f5"),
     "en": ("en-us", "en-us+f2", "en-gb", "en-gb+f4", "en-gb-scotland", "en-us+m3", "en-gb-x-rp+m7", "en-us+f5",
            "en-029", "en-us+croak")},
    {"zh": (220, 250, 280, 320), "en": (140, 160, 180, 205)}, (30, 50, 70),
)  # fmt: skip
TUNE = Part(
    TUNE_WORDS,
    {"zh": ("cmn+m2", "cmn+f1", "cmn+m5", "yue+m4", "cmn+f3", "cmn+m8", "yue+f1", "cmn+m4"),
     "en": ("en-us+m2", "en-gb+f1", "en-gb-scotland+m4", "en-us+f3", "en-gb-x-rp+m5", "en-029+f1", "en-us+m8", "en-gb+m4")},
    {"zh": (220, 250, 280, 320), "en": (140, 160, 180, 205)}, (30, 50, 70),
    (*NOISES, ("radio", 18.0), ("neighbour", 20.0)), ("a", "mu"),
)  # fmt: skip
FRESH = Part(
    FRESH_WORDS,
    {"zh": ("cmn+Annie", "cmn+Denis", "cmn+Lee", "cmn+Mike", "cmn+belinda", "cmn+m6", "yue+zac", "cmn+steph", "cmn+paul", "yue+Annie"),
     "en": ("en-us-nyc", "en-us+Lee", "en-gb-x-gbcwmd+Mike", "en-gb+Annie", "en-us+Denis", "en-gb-x-rp+travis", "en-gb+belinda",
            "en-us+paul", "en-gb-scotland+m6", "en-us+steph")},
    {"zh": (175, 215, 240, 265, 300), "en": (130, 150, 170, 195)}, (25, 45, 60, 75),
    (("clean", 0.0), ("white", 22.0), ("pink", 17.0), ("hum", 18.0), ("street", 18.0), ("babble", 18.0), ("talk", 20.0),
     ("neighbour", 20.0), ("car", 12.0), ("keyboard", 18.0)), ("a", "mu"),
)  # fmt: skip
PARTS = {"train": TRAIN, "tune": TUNE, "fresh": FRESH}
