"""Who calls in and which of our numbers: read from an INVITE. Pure."""

from __future__ import annotations

import re

from telephony.trunk import Trunk

_CALLED = re.compile(r"^INVITE sips?:([^@;>\s]+)@")
_TO = re.compile(r"^(?:To|t)\s*:[^\r\n]*?sips?:([^@;>\s]+)@", re.I | re.M)
_FROM = re.compile(r"^(?:From|f)\s*:[^\r\n]*?sips?:([^@;>\s]+)@", re.I | re.M)
_ASSERTED = re.compile(r"^P-Asserted-Identity\s*:[^\r\n]*?(?:sips?|tel):([^@;>\s]+)", re.I | re.M)
_NUMBER = re.compile(r"\+?[0-9]{3,20}")


def called_number(invite: str, trunk: Trunk) -> str:
    """The pool number that was dialed, as a dial string; empty: none of this trunk's numbers. A carrier
    writes it into the request, or, to a registered account, into To. A trunk without a list of numbers
    takes no call: it could not say which ones are ours."""
    for pattern in (_CALLED, _TO):
        found = pattern.search(invite)
        number = _at_home(found.group(1) if found else "", trunk)
        if number and trunk.numbers and trunk.owns(number):
            return number
    return ""


def calling_number(invite: str, trunk: Trunk) -> str:
    """The caller as the carrier asserts it (RFC 3325), else as From says; empty when it is withheld."""
    for pattern in (_ASSERTED, _FROM):
        found = pattern.search(invite)
        number = _at_home(found.group(1) if found else "", trunk)
        if number:
            return number
    return ""


def _at_home(text: str, trunk: Trunk) -> str:
    """The number as it is dialed at home; empty when it is none."""
    if not _NUMBER.fullmatch(text):
        return ""
    home = trunk.country_code
    if text.startswith(f"00{home}"):
        text = "+" + text[2:]
    elif text.startswith(home) and len(text) >= len(home) + 11:
        text = "+" + text
    return trunk.form.at_home(text)
