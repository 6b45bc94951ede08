"""How an agent hears and speaks: the browser, a SIP phone, or the headset program. Pure."""

from __future__ import annotations

from enum import StrEnum


class LegKind(StrEnum):
    """What an agent chose; kept with the user."""

    BROWSER = "browser"
    PHONE = "phone"  # called at its address, or dialing in when none is on file
    HEADSET = "headset"  # `kept headset` dials in


def kind_of(chosen: str, address: str) -> LegKind:
    """Who has not chosen yet uses the phone that is on file, else the browser."""
    if chosen:
        return LegKind(chosen)
    return LegKind.PHONE if address else LegKind.BROWSER


def way_of(kind: LegKind, address: str, code: str) -> tuple[str, str]:
    """(address that is called, code that may dial in): one of them, or none for the browser."""
    if kind is LegKind.PHONE and address:
        return address, ""
    return "", "" if kind is LegKind.BROWSER else code
