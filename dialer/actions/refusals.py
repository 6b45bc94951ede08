"""A no with its reason: a code that is a translation key, and the words to fill in."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """What was asked cannot be done. `refusal.<code>` in the catalogue says it to people."""

    def __init__(self, code: str, **args: Any) -> None:
        super().__init__(code)
        self.code = code
        self.args_ = args
