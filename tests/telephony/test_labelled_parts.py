"""The parts of the labelled set are apart: what judges was not in what the rules were made with."""

import itertools

import pytest

from tests.telephony.labelled_parts import PARTS, Part

pytestmark = pytest.mark.unit


def greetings(part: Part) -> set[str]:
    """All texts, without what does not change the words; two letters (嗯, 喂喂) are no words of anybody's."""
    groups = (part.words.person, part.words.person_long, part.words.machine)
    texts = itertools.chain.from_iterable(itertools.chain(*group.values()) for group in groups)
    plain = ("".join(filter(str.isalnum, text.casefold())) for text in texts)
    return {text for text in plain if len(text) > 2}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PARTS, 2)))
def test_no_greeting_and_no_voice_is_in_two_parts(one, other):
    first, second = PARTS[one], PARTS[other]
    assert not greetings(first) & greetings(second)
    for language in ("zh", "en"):
        assert not set(first.voices[language]) & set(second.voices[language])
