"""The sound of a recording on its way to an ear: opened piece by piece, any part of it, never stored here."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Literal

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import AwareDatetime, Field

from dialer.actions.refusals import Refused
from dialer.reports.recordings import Wanted
from dialer.store.recording_files import MIME, KeptSound, SoundStore
from dialer.store.sealed import Broken, KeyMissing
from workbench.schemas import AttemptId, Id, Message

log = logging.getLogger(__name__)
TICKET_SECONDS = 3600  # as long as somebody may pause in between
Reason = Literal["quality", "complaint", "dispute", "creditor", "training", "amd_sample"]


class FindIn(Message):
    """What is looked for; nothing: everything, newest first, 50 a page."""

    attempt_id: AttemptId | None = None
    case_id: Id | None = None
    debtor_id: Id | None = None
    user_id: Id | None = None
    campaign_id: Id | None = None
    creditor_id: Id | None = None
    number: Annotated[str, Field(pattern=r"^[0-9+]{2,20}$")] | None = None
    outcome: Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    seconds_min: Annotated[float, Field(ge=0, le=86_400)] | None = None
    before: AwareDatetime | None = None

    def wanted(self) -> Wanted:
        """As the report takes it."""
        return Wanted(**self.model_dump())


class ListenIn(Message):
    """Why somebody listens; written into the audit."""

    reason: Reason


class HoldIn(Message):
    """Why a recording must not be deleted; empty lifts the hold."""

    why: Annotated[str, Field(max_length=200)] = ""


class RetentionIn(Message):
    """Days; none: as the installation has it."""

    days: Annotated[int, Field(ge=1, le=10**6)] | None = None


def sounds() -> SoundStore:
    """Where this installation keeps recordings."""
    found: SoundStore = current_app.config["KEPT_SOUNDS"]
    return found


def opened(path: str) -> KeptSound:
    """Refused("recording_gone" | "recording_broken" | "recording_key")."""
    try:
        return sounds().open(path)
    except FileNotFoundError:
        raise Refused("recording_gone") from None
    except KeyMissing as missing:
        raise Refused("recording_key", key_id=str(missing)) from None
    except Broken:
        log.error("recording does not open", extra={"action": "recording.broken"})
        raise Refused("recording_broken") from None


def stream(kept: KeptSound) -> Response:
    """All of it, or the part that `Range` asks for (RFC 9110, one range)."""
    asked = request.range
    span = asked.range_for_length(kept.size) if asked is not None else None
    headers: dict[str, Any] = {"Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if asked is not None and asked.units == "bytes" and span is None:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{kept.size}"})
    start, end = span if span is not None else (0, kept.size)
    headers["Content-Length"] = end - start
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{kept.size}"
    return Response(
        kept.sound(start, end - start), 206 if span is not None else 200, headers, mimetype=MIME
    )


def peaks_of(kept: KeptSound) -> dict[str, Any]:
    """For the player's waveform: 0 to 255, for each side."""
    both = kept.peaks()
    return {
        "a_second": kept.peaks_a_second, "customer": list(both[::2]), "agent": list(both[1::2])
    }  # fmt: skip


def ticket_for(user_id: int, attempt_id: str, path: str) -> str:
    """Lets this person hear this recording for an hour."""
    return _signer().dumps([user_id, attempt_id, path])


def path_of_ticket(ticket: str, user_id: int, attempt_id: str) -> str:
    """The recording's place. Refused("recording_ticket") when it is another's, another call's or too old."""
    try:
        whose, which, path = _signer().loads(ticket, max_age=TICKET_SECONDS)
    except (BadSignature, ValueError):
        raise Refused("recording_ticket") from None
    if (whose, which) != (user_id, attempt_id):
        raise Refused("recording_ticket")
    return str(path)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="kept recording")
