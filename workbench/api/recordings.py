"""Recordings: searched, listened to, held; how long each creditor's are kept."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from dialer.actions import recordings
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import recordings as report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.recording_sound import FindIn, HoldIn, RetentionIn, opened, peaks_of, stream
from workbench.rules import pack_in_force

MANAGER = ("manager",)
BOARD = ("supervisor", "manager")


@endpoint("POST", "/recordings/find", "Search recordings, newest first", BOARD, body=FindIn)
def find_recordings(body: FindIn) -> dict[str, Any]:
    """By POST: a number does not belong into an address. `before`: `saved_at` of the last row."""
    with read(sessions()) as session:
        return {"recordings": report.find(session, body.wanted())}


@endpoint("GET", "/recordings/<attempt_id>", "One recording with its waveform", BOARD)
def show_recording(attempt_id: str) -> dict[str, Any]:
    """`peaks`: ten a second, 0 to 255, for customer and agent."""
    with read(sessions()) as session:
        found = report.find(session, report.Wanted(attempt_id=attempt_id))
        path = report.path_of(session, attempt_id)
    if not found:
        raise Refused("recording_unknown")
    return {**found[0], "peaks": peaks_of(opened(path)) if path else None}


@endpoint(
    "GET", "/recordings/<attempt_id>/sound", "Listen: Ogg Opus, left the customer", BOARD,
    query=("reason",), gives="audio/ogg",
)  # fmt: skip
def recording_sound(attempt_id: str) -> Response:
    """Each request is written into the audit. `Range` is understood."""
    reason = request.args.get("reason", "")
    row = recordings.listen(sessions(), actor(), attempt_id, reason, utc_now())
    return stream(opened(row.path))


@endpoint(
    "PUT", "/recordings/<attempt_id>/hold", "Keep a recording beyond its time", BOARD, body=HoldIn
)
def put_recording_hold(attempt_id: str, body: HoldIn) -> dict[str, Any]:
    """`why` empty lifts the hold."""
    recordings.hold_recording(sessions(), actor(), attempt_id, body.why, utc_now())
    return {}


@endpoint(
    "PUT", "/creditors/<int:creditor_id>/recordings", "How long recordings are kept", MANAGER,
    body=RetentionIn,
)  # fmt: skip
def put_retention(creditor_id: int, body: RetentionIn) -> dict[str, Any]:
    """Refused below the rule pack's minimum."""
    recordings.set_retention(
        sessions(), actor(), pack_in_force(), creditor_id, body.days, utc_now()
    )
    return {}
