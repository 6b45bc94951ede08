"""Dialing by hand: ask the engine for one entry, see what became of it, take it back."""

from __future__ import annotations

import secrets
from typing import Any

from dialer.actions import dialing
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports.own_calls import request_of
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.auth import language_now
from workbench.schemas import Message
from workbench.translations import say

DIALERS = ("agent", "supervisor", "manager")


class DialIn(Message):
    """An entry, one of its person's numbers (none: the best), and for supervisors whose seat."""

    entry_id: int
    phone_id: int | None = None
    seat_id: int = 0


@endpoint("POST", "/dials", "Ask to dial one entry for a seat", DIALERS, body=DialIn)
def ask_dial(body: DialIn) -> dict[str, Any]:
    """The gate answers within a moment: read `/dials/{request_id}`."""
    return dialing.ask_dial(
        sessions(), actor(), key=secrets.token_hex(16), entry_id=body.entry_id,
        phone_id=body.phone_id, seat_id=body.seat_id, now=utc_now(),
    )  # fmt: skip


@endpoint("GET", "/dials/<int:request_id>", "What became of a request to dial", DIALERS)
def show_dial(request_id: int) -> dict[str, Any]:
    """asked, placed, blocked (with code, words and next possible time) or withdrawn."""
    who = actor()
    with read(sessions()) as session:
        found = request_of(session, request_id, who.user_id if who.role == "agent" else None)
    if found is None:
        raise Refused("request_unknown")
    code = found["code"]
    return {**found, "text": say(language_now(), f"block.{code}") if code else ""}


@endpoint("POST", "/dials/<int:request_id>/cancel", "Take a request back", DIALERS)
def cancel_dial(request_id: int) -> dict[str, Any]:
    """Only while it waits for a line."""
    dialing.cancel_dial(sessions(), actor(), request_id, utc_now())
    return {}
