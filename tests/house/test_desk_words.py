"""What the desk puts together from codes has its sentence: guides, script, suggestions, pauses."""

from __future__ import annotations

import re

import pytest

from dialer.domain.guides import GUIDES
from dialer.domain.pauses import BREATHER, LIMITS
from dialer.domain.promise_grid import Choice
from dialer.domain.scripts import DEBT_WORDS, DEFAULT_STEPS, OPENING_WORDS
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.house


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_desk_has_words(language):
    words = catalogue(language)
    needed = {f"guide.{g.key}{part}" for g in GUIDES for part in ("", ".say", ".mind")}
    needed |= {f"script.{step}{part}" for step in DEFAULT_STEPS for part in ("", "_title")}
    needed |= {f"suggest.{why}" for why in ("promise", "machine", "no_identity", "hung_up")}
    needed |= {f"pause.{reason}" for reason in (BREATHER, *LIMITS)}
    needed |= {f"promise.{choice}" for choice in Choice} | {f"callback.{n}" for n in range(4)}
    assert needed <= set(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_fills_in_what_there_is_and_opens_without_the_debt(language):
    words = catalogue(language)
    for step in DEFAULT_STEPS:
        assert set(re.findall(r"{(\w+)}", words[f"script.{step}"])) <= OPENING_WORDS | DEBT_WORDS
    assert set(re.findall(r"{(\w+)}", words["identity.script"])) <= OPENING_WORDS
    assert not any(re.search(r"{", words[f"guide.{g.key}.say"]) for g in GUIDES)
