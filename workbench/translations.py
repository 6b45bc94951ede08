"""One catalogue of words per language, read by templates, by refusals and, as a file, by the browser."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh-CN", "en")
NAMES = {"zh-CN": "中文", "en": "English"}
_FOLDER = Path(__file__).parent.parent / "static" / "locales"


@cache
def catalogue(language: str) -> dict[str, str]:
    """key -> sentence with {placeholders}."""
    table: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return table


def say(language: str, key: str, **words: Any) -> str:
    """The sentence; a key that nobody wrote shows itself, which a test refuses."""
    text = catalogue(language).get(key, key)
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
