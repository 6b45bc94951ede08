"""One message of the link between engine and node."""

from __future__ import annotations

import msgspec


class Word(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """One message; the class name is its tag on the wire."""
