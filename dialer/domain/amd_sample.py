"""How many people AMD takes for machines: from calls it hung up on, drawn at random and heard by people.

Ofcom 2016, Annex 3: the user must prove the estimate by a test. The figure used is the upper end of the
95 % interval (Wilson, 1927), and without a valid sample everybody counts as a person: fail-closed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SAMPLE_MIN = 200
VALID_FOR = timedelta(days=31)  # a month: networks and greetings change
LABEL_WITHIN = timedelta(days=7)
Z95 = 1.959964  # of the two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Label:
    """One drawn call; `is_person` None: nobody has listened yet."""

    is_person: bool | None
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample says. `share`: to be used in every figure; 1.0 while the sample is not valid."""

    labelled: int
    persons: int
    share: float
    is_valid: bool


def evaluate(labels: Iterable[Label], now: datetime) -> Sample:
    """Those drawn within a month. One that nobody listened to within seven days counts as a person:
    who leaves out the awkward ones gains nothing."""
    labelled = persons = 0
    for label in labels:
        if now - label.drawn_at > VALID_FOR:
            continue
        if label.is_person is None and now - label.drawn_at <= LABEL_WITHIN:
            continue
        labelled += 1
        persons += label.is_person is not False
    if labelled < SAMPLE_MIN:
        return Sample(labelled, persons, 1.0, is_valid=False)
    return Sample(labelled, persons, upper_bound(persons, labelled), is_valid=True)


def upper_bound(hits: int, trials: int) -> float:
    """Upper end of the Wilson interval (95 %) of a share; 1.0 without trials."""
    if hits >= trials:
        return 1.0
    share, z2 = hits / trials, Z95 * Z95
    middle = share + z2 / (2 * trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return min((middle + half) / (1 + z2 / trials), 1.0)
