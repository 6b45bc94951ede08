"""A scorecard (评分卡): what a call is judged by, and what the answers come to. Pure.

A criterion is answered yes or no, or with 0 to 5 points, or left out where the call gave no occasion.
A critical one that is not met fails the whole card: no politeness makes up for a threat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CRITERIA_MAX, TEXT_MAX, WEIGHT_MAX = 20, 120, 20
POINTS_MAX = 5
COMMENTS_MAX, COMMENT_MAX = 50, 300
Answer = int | None  # 0 or 1, or 0 to 5; None: no occasion for it in this call


class Kind(StrEnum):
    """How a criterion is answered."""

    YES_NO = "yes_no"
    POINTS = "points"  # 0..5


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the card. `text` empty: the catalogue's words for the key (`criterion.<key>`)."""

    key: str
    kind: Kind
    weight: int
    critical: bool = False
    text: str = ""

    @property
    def best(self) -> int:
        """The highest answer."""
        return 1 if self.kind == Kind.YES_NO else POINTS_MAX


@dataclass(frozen=True, slots=True)
class Score:
    """`percent` 0..100, of what the call gave occasion for; 0 when a critical criterion failed."""

    percent: float
    failed: tuple[str, ...]


class BadCard(ValueError):
    """Not a card, or not its answers; the text is the code, `line` counts from 1."""

    def __init__(self, code: str, line: int = 0, word: str = "") -> None:
        super().__init__(code)
        self.line, self.word = line, word


# For collection calls: what law and decency ask (docs/rules.md), then what makes a promise worth something.
DEFAULT_CARD = (
    Criterion("identity_first", Kind.YES_NO, 3, critical=True),
    Criterion("no_threat", Kind.YES_NO, 3, critical=True),
    Criterion("no_third_party", Kind.YES_NO, 3, critical=True),
    Criterion("announced", Kind.YES_NO, 2),
    Criterion("facts_right", Kind.YES_NO, 3),
    Criterion("listened", Kind.POINTS, 3),
    Criterion("way_out", Kind.POINTS, 2),
    Criterion("read_back", Kind.YES_NO, 2),
    Criterion("recorded_right", Kind.YES_NO, 2),
    Criterion("close", Kind.POINTS, 1),
)


def card_from(lines: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """A card as a manager sent it. Raises BadCard naming the line."""
    if not 1 <= len(lines) <= CRITERIA_MAX:
        raise BadCard("card_lines", word=str(CRITERIA_MAX))
    found: list[Criterion] = []
    shipped = {criterion.key for criterion in DEFAULT_CARD}
    for number, given in enumerate(lines, 1):
        one = _criterion(given, number)
        if not one.text and one.key not in shipped:
            raise BadCard("card_text", number, str(TEXT_MAX))
        if any(one.key == other.key for other in found):
            raise BadCard("card_twice", number, one.key)
        found.append(one)
    return tuple(found)


def _criterion(given: Mapping[str, Any], number: int) -> Criterion:
    text, weight = str(given.get("text", "")).strip(), given.get("weight")
    if given.get("kind") not in tuple(Kind):
        raise BadCard("card_kind", number)
    if len(text) > TEXT_MAX:
        raise BadCard("card_text", number, str(TEXT_MAX))
    if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= WEIGHT_MAX:
        raise BadCard("card_weight", number, str(WEIGHT_MAX))
    key = str(given.get("key", "")).strip() or f"own_{number}"
    return Criterion(key, Kind(given["kind"]), weight, bool(given.get("critical")), text)


def as_stored(card: Sequence[Criterion]) -> list[dict[str, Any]]:
    """What is kept with the card, and with every review: a later card changes no judgement."""
    return [
        {"key": c.key, "kind": str(c.kind), "weight": c.weight, "critical": c.critical, "text": c.text}
        for c in card
    ]  # fmt: skip


def score(card: Sequence[Criterion], answers: Mapping[str, Answer]) -> Score:
    """Weighted share of the points that could be had. Raises BadCard naming the line that is not answered,
    answered beyond its range, or unknown; and when the call gave no occasion for anything."""
    unknown = set(answers) - {criterion.key for criterion in card}
    if unknown:
        raise BadCard("review_unknown", word=min(unknown))
    got = could = 0.0
    failed: list[str] = []
    for number, criterion in enumerate(card, 1):
        if criterion.key not in answers:
            raise BadCard("review_unanswered", number)
        answer = answers[criterion.key]
        if answer is None:
            continue
        if not 0 <= answer <= criterion.best:
            raise BadCard("review_range", number, str(criterion.best))
        got += criterion.weight * answer / criterion.best
        could += criterion.weight
        if criterion.critical and answer == 0:
            failed.append(criterion.key)
    if not could:
        raise BadCard("review_nothing")
    return Score(0.0 if failed else round(100 * got / could, 1), tuple(failed))


def comments_from(comments: Sequence[tuple[float, str]], seconds: float) -> list[dict[str, Any]]:
    """Remarks at a second of the recording, in its order. Raises BadCard."""
    if len(comments) > COMMENTS_MAX:
        raise BadCard("review_comments", word=str(COMMENTS_MAX))
    for number, (at, text) in enumerate(comments, 1):
        if not text.strip() or len(text) > COMMENT_MAX:
            raise BadCard("review_comment", number, str(COMMENT_MAX))
        if not 0 <= at <= seconds:
            raise BadCard("review_comment_at", number)
    return [{"at": round(at, 1), "text": text.strip()} for at, text in sorted(comments)]
